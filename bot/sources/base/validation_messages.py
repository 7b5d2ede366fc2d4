"""What was wrong with a value from outside, in words: where it stands and what was expected."""

import difflib
import re
from collections.abc import Iterable, Sequence

from pydantic_core import ErrorDetails

_SHOULD = re.compile(r"\w+ should (?:be|have) (?:a valid )?")
_KINDS = {
    "missing": "is missing",
    "union_tag_not_found": "is missing",
    "too_short": "is empty",
    "tuple_type": "expected a list",
    "model_type": "expected a table of keys and values",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "string_type": "expected text",
}


def path(steps: Sequence[str | int]) -> str:
    """`("source", 1, "url")` as `source[1].url`."""
    written = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return written.removeprefix(".")


def expected(error: ErrorDetails, known: Iterable[str]) -> str:
    """In words, without the value itself; `known` are the keys that may stand where it stands."""
    kind, message, context = error["type"], error["msg"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown(str(error["loc"][-1]), list(known))
    if kind == "union_tag_invalid":
        return f"expected one of {context['expected_tags']}"
    if kind == "value_error":
        return f"expected {context['error']}"
    return _KINDS.get(kind) or _SHOULD.sub("expected ", message, count=1)


def _unknown(key: str, known: list[str]) -> str:
    if near := difflib.get_close_matches(key, known, n=1):
        return f"is unknown; did you mean {near[0]}?"
    return f"is unknown; expected {', '.join(known)}"
