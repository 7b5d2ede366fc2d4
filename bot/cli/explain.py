"""`tocsin explain`: the matcher's reading of each bulletin in a file of JSON lines."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TextIO

from alerts.classification import read_bulletin
from bot.sources.base.bulletin_json import BulletinJsonError, parse_bulletins
from matching.explain import Explainer
from storage.inbound.bulletins import Bulletin

_FACTS = (
    *("regions", "topics", "phase", "kind"),
    *("level", "hazard", "point", "magnitude", "depth_km"),
)
"""Fields of a webhook's bulletin that decide queries and are not read in its text."""

_NO_TIME = datetime.fromtimestamp(0, UTC)  # no query asks for a time


class ExplainError(ValueError):
    """Invalid input line; the message has its number and the field."""


@dataclass(frozen=True, slots=True)
class _Question:
    """Parsed input line."""

    id: object  # any JSON value; returned unchanged
    bulletin: Bulletin
    queries: tuple[str, ...]


def explain_lines(
    lines: Iterable[str], queries: Sequence[str], explainer: Explainer, out: TextIO
) -> None:
    """Write one JSON line for each line that is not empty, as soon as it is read.

    `queries` apply to every bulletin, before the queries of the line itself.
    Raises ExplainError for a line that is not an object with a title or a text, whose queries are
    not strings, or with a wrong value of a fact.
    """
    for question in _questions(lines):
        all_queries = dict.fromkeys((*queries, *question.queries))
        reading = read_bulletin(explainer.reader, question.bulletin)
        explained = explainer.explain_reading(question.id, reading, all_queries)
        out.write(f"{_to_json(explained)}\n")
        out.flush()


def _to_json(explained: object) -> str:
    """Serialise; escape all non-ASCII if there is a lone surrogate, which UTF-8 cannot encode."""
    text = json.dumps(explained, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(explained)
    return text


def _questions(lines: Iterable[str]) -> Iterator[_Question]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _question(number, line)


def _question(number: int, line: str) -> _Question:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ExplainError(f"line {number}: not JSON: {error}") from None
    if not isinstance(given, dict):
        raise ExplainError(f"line {number}: expected an object")
    if given.get("title") is None and given.get("text") is None:
        raise ExplainError(f"line {number}: title or text is required")
    title, text = (_string(number, given, field) for field in ("title", "text"))
    bulletin = replace(_facts(number, given), title=title, text=text)
    return _Question(given.get("id"), bulletin, _queries(number, given.get("queries")))


def _facts(number: int, given: dict[str, object]) -> Bulletin:
    """Return a bulletin with the facts of a line."""
    facts = {name: given[name] for name in _FACTS if given.get(name) is not None}
    try:
        (bulletin,) = parse_bulletins(json.dumps({**facts, "title": "-"}).encode(), "", _NO_TIME)
    except BulletinJsonError as error:
        raise ExplainError(f"line {number}: {error}") from None
    return bulletin


def _string(number: int, given: dict[str, object], field: str) -> str:
    value = given.get(field)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ExplainError(f"line {number}: {field}: expected a string")
    return value


def _queries(number: int, given: object) -> tuple[str, ...]:
    """Return the queries: the items of a list, or the keys of an object."""
    if given is None:
        return ()
    if not isinstance(given, list | dict) or not all(isinstance(q, str) for q in given):
        raise ExplainError(f"line {number}: queries: expected a list of strings")
    return tuple(given)
