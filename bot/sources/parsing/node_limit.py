"""Node limit: refuses a page with too many elements or values before it is parsed.

A few bytes of markup or JSON make an object of hundreds. The bounds are counted in the raw text, so
they are a little above the number of nodes.
"""

from bot.sources.core.errors import Unusable

MAX_ELEMENTS = 500_000
"""Largest number of elements in XML or HTML: 16 MB of real warnings have half of it."""

MAX_JSON_VALUES = 1_500_000
"""Largest number of values in JSON: a month of earthquakes has a third of it."""


MAX_ENTRIES = 20_000
"""Largest number of entries, such as warnings, of one page."""


def check_element_count(markup: str, limit: int = MAX_ELEMENTS) -> None:
    """Raise Unusable for XML or HTML with more start tags than the limit."""
    _check(markup.count("<") - markup.count("</"), limit)


def check_json_count(body: bytes, limit: int = MAX_JSON_VALUES) -> None:
    """Raise Unusable for JSON with more values than the limit."""
    _check(body.count(b",") + body.count(b"[") + body.count(b"{"), limit)


def check_entry_count(count: int, limit: int = MAX_ENTRIES) -> None:
    """Raise Unusable for a page that lists more entries than the limit."""
    if count > limit:
        raise Unusable(f"has more than {limit} entries")


def _check(count: int, limit: int) -> None:
    if count > limit:
        raise Unusable(f"has more than {limit} elements")
