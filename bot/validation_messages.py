"""Validation messages: pydantic's errors as text for people, without the value itself."""

import difflib
import re
from collections.abc import Iterable, Sequence

from pydantic_core import ErrorDetails

_LIMITS = {"greater_than_equal": "of at least", "less_than_equal": "of at most"}
_SHOULD = re.compile(r"\w+ should (?:be|have) (?:a valid )?")
_MESSAGES = {
    "missing": "is missing",
    "too_short": "is empty",
    "tuple_type": "expected a list",
    "model_type": "expected a table of keys and values",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "string_type": "expected text",
}


def format_path(steps: Sequence[str | int]) -> str:
    """Return `("source", 1, "url")` as `source[1].url`."""
    text = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def describe_error(error: ErrorDetails, allowed_keys: Iterable[str]) -> str:
    """Return the error in words.

    `allowed_keys` are suggested in place of an unknown key, or of an unknown `kind` of table.
    """
    kind, message, context = error["type"], error["msg"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _describe_unknown_key(str(error["loc"][-1]), list(allowed_keys))
    if kind in {"union_tag_not_found", "union_tag_invalid"}:
        prefix = "is missing; " if kind == "union_tag_not_found" else ""
        return f"{prefix}expected one of {', '.join(allowed_keys)}"
    if kind in _LIMITS:
        return f"expected a number {_LIMITS[kind]} {next(iter(context.values()))}"
    if kind == "value_error":
        return f"expected {context['error']}"
    return _MESSAGES.get(kind) or _SHOULD.sub("expected ", message, count=1)


def _describe_unknown_key(key: str, allowed_keys: list[str]) -> str:
    if matches := difflib.get_close_matches(key, allowed_keys, n=1):
        return f"is unknown; did you mean {matches[0]}?"
    return f"is unknown; expected one of {', '.join(allowed_keys)}"
