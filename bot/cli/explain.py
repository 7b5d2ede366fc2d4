"""`tocsin explain`: what the matcher reads in each bulletin of a file of JSON lines.

ExplainError (ValueError)
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

from matching.explain import Explainer


class ExplainError(ValueError):
    """A line that is no bulletin: its number and the field are in the message."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """One line of input."""

    id: object  # given back as it is
    title: str
    text: str
    queries: tuple[str, ...]


def explain_lines(
    lines: Iterable[str], queries: Sequence[str], explainer: Explainer, out: TextIO
) -> None:
    """Explain each line that is not empty on a line of its own, as soon as it is read.

    queries are asked of every bulletin, before those a line has itself. ExplainError for a line
    that is no object with a title or a text, or whose queries are no strings.
    """
    for asked in _read(lines):
        every = dict.fromkeys((*queries, *asked.queries))
        explained = explainer.explain(asked.id, asked.title, asked.text, every)
        out.write(f"{_written(explained)}\n")
        out.flush()


def _written(explained: object) -> str:
    """As JSON; a lone surrogate, which JSON can carry and UTF-8 cannot, has it all escaped."""
    plain = json.dumps(explained, ensure_ascii=False)
    try:
        plain.encode()
    except UnicodeEncodeError:
        return json.dumps(explained)
    return plain


def _read(lines: Iterable[str]) -> Iterator[_Asked]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _asked(number, line)


def _asked(number: int, line: str) -> _Asked:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ExplainError(f"line {number}: not JSON: {error}") from None
    if not isinstance(given, dict):
        raise ExplainError(f"line {number}: expected an object")
    if given.get("title") is None and given.get("text") is None:
        raise ExplainError(f"line {number}: title or text is required")
    title, text = (_string(number, given, field) for field in ("title", "text"))
    return _Asked(given.get("id"), title, text, _queries(number, given.get("queries")))


def _string(number: int, given: dict[str, object], field: str) -> str:
    value = given.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ExplainError(f"line {number}: {field}: expected a string")
    return value


def _queries(number: int, given: object) -> tuple[str, ...]:
    """A list of queries, or an object whose keys they are."""
    if given is None:
        return ()
    if not isinstance(given, list | dict) or not all(isinstance(q, str) for q in given):
        raise ExplainError(f"line {number}: queries: expected a list of strings")
    return tuple(given)
