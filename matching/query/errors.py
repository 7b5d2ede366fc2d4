"""What can be wrong with a query. Said as a kind and a place; handlers find the words.

QueryError (ValueError)
"""

from enum import Enum


class ErrorKind(Enum):
    """Why a query was refused."""

    EMPTY = "empty"  # no word in it
    UNBALANCED = "unbalanced"  # a parenthesis without its other half
    UNCLOSED_QUOTE = "unclosed_quote"
    DANGLING_OPERATOR = "dangling_operator"  # an AND, OR or NOT with nothing to work on
    MISSING_VALUE = "missing_value"  # in:, word:, from: or # with nothing after it
    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_PLACE = "unknown_place"
    NO_POSITIVE_TERM = "no_positive_term"  # it would ring for whatever lacks something
    TOO_COMMON = "too_common"  # it would ring for nearly everything
    TOO_LONG = "too_long"  # more than limit bytes of UTF-8
    TOO_MANY_TERMS = "too_many_terms"  # more than limit terms
    TOO_DEEP = "too_deep"  # more than limit levels of parentheses


class QueryError(ValueError):
    """A query that cannot be read."""

    def __init__(
        self,
        kind: ErrorKind,
        start: int,
        end: int,
        suggestion: str | None = None,
        limit: int | None = None,
    ) -> None:
        super().__init__(f"{kind.value} at {start}-{end}")
        self.kind = kind
        self.start = start  # the mistake in the text as typed: code points
        self.end = end  # exclusive
        self.suggestion = suggestion  # what to write in place of the span, when one can tell
        self.limit = limit  # for the TOO_… kinds: what is allowed
