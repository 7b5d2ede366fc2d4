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
    UNKNOWN_SOURCE = "unknown_source"
    LINK = "link"  # an address or a channel: reports are not searched for it
    UNKNOWN_FIELD = "unknown_field"  # a sign such as >= after a word that names no property
    WRONG_LEVEL = "wrong_level"  # not one of the levels, or beyond the last
    WRONG_MAGNITUDE = "wrong_magnitude"  # not a number from 0 to 10
    WRONG_DEPTH = "wrong_depth"  # not a number of kilometres from 0 to 800
    WRONG_UNIT = "wrong_unit"  # a unit that is no length, or one where none belongs
    WRONG_DISTANCE = "wrong_distance"  # not from 1 to limit kilometres
    DISTANCE_WITHOUT_PLACE = "distance_without_place"
    PLACE_WITHOUT_POINT = "place_without_point"  # an area, or its position is unknown
    UNKNOWN_LOCATION = "unknown_location"  # here, and no location was shared
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
        names: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{kind.value.replace('_', ' ')} at characters {start} to {end}")
        self.kind = kind
        self.start = start  # of the mistake in the text as typed: code points
        self.end = end  # exclusive
        self.suggestion = suggestion  # replacement for the span; None if unknown
        self.limit = limit  # for the TOO_… kinds: the largest value allowed
        self.names = names  # of the sources that there are
