"""Validation messages: pydantic's errors as text for people, without the value itself."""

import difflib
import re
from collections.abc import Iterable, Sequence

from pydantic_core import ErrorDetails

_SHOULD = re.compile(r"\w+ should (?:be|have) (?:a valid )?")
_MESSAGES = {
    "missing": "is missing",
    "union_tag_not_found": "is missing",
    "too_short": "is empty",
    "tuple_type": "expected a list",
    "model_type": "expected a table of keys and values",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "string_type": "expected text",
}


def format_path(steps: Sequence[str | int]) -> str:
    """Return `("source", 1, "url")` as `source[1].url`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def describe_error(error: ErrorDetails, allowed_keys: Iterable[str]) -> str:
    """Return the error in words; `allowed_keys` are suggested in place of an unknown key."""
    kind, message, context = error["type"], error["msg"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _describe_unknown_key(str(error["loc"][-1]), list(allowed_keys))
    if kind == "union_tag_invalid":
        return f"expected one of {context['expected_tags']}"
    if kind == "value_error":
        return f"expected {context['error']}"
    return _MESSAGES.get(kind) or _SHOULD.sub("expected ", message, count=1)


def _describe_unknown_key(key: str, allowed_keys: list[str]) -> str:
    if matches := difflib.get_close_matches(key, allowed_keys, n=1):
        return f"is unknown; did you mean {matches[0]}?"
    return f"is unknown; expected {', '.join(allowed_keys)}"
