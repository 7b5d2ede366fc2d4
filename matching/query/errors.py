"""Query errors: a kind and a span. handlers/text/query_errors.py words them for people.

QueryError (ValueError)
"""

from enum import Enum


class ErrorKind(Enum):
    """Reason why a query was refused."""

    EMPTY = "empty"  # no word in it
    UNBALANCED = "unbalanced"  # a parenthesis without its counterpart
    UNCLOSED_QUOTE = "unclosed_quote"
    DANGLING_OPERATOR = "dangling_operator"  # an AND, OR or NOT without an operand
    MISSING_VALUE = "missing_value"  # in:, word:, from: or # with nothing after it
    UNKNOWN_TOPIC = "unknown_topic"
    UNKNOWN_PLACE = "unknown_place"
    NO_POSITIVE_TERM = "no_positive_term"  # it would match every bulletin that lacks something
    TOO_COMMON = "too_common"  # it would match nearly every bulletin
    TOO_LONG = "too_long"  # more than limit bytes of UTF-8
    TOO_MANY_TERMS = "too_many_terms"  # more than limit terms
    TOO_DEEP = "too_deep"  # more than limit levels of parentheses


class QueryError(ValueError):
    """Error in a query: it is malformed, or refused."""

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
        self.start = start  # of the mistake in the text as typed: code points
        self.end = end  # exclusive
        self.suggestion = suggestion  # replacement for the span; None if unknown
        self.limit = limit  # for the TOO_… kinds: the largest value allowed
