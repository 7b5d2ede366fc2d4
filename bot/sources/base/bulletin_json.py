"""One bulletin as JSON, as webhooks and `tocsin publish --format jsonl` give it."""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.sources.base.source_settings import WebAddress
from bot.sources.base.validation_messages import expected, path
from bot.sources.core import dedup_keys
from bot.sources.parsing.sanitize import clean_line, clean_text
from storage.inbound.bulletins import Bulletin, Kind, Phase


class ItemError(Exception):
    """Something in the JSON is not as it must be."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field  # "url", "regions[2]", in a list "[4].url"; "" is the whole


def _moment(value: object) -> object:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        if moment and moment.tzinfo:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    # A time without a zone would be hours off, and an alert of hours ago does not ring.
    raise ValueError('a time with its zone, such as "2026-03-05T08:15:00+02:00"')


def _text(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _line(value: object) -> object:
    return clean_line(value) if isinstance(value, str) else value


_Text = Annotated[str, Field(max_length=100_000), BeforeValidator(_text)]
_Title = Annotated[str, Field(max_length=1_000), BeforeValidator(_line)]
_Id = Annotated[str, Field(min_length=1, max_length=500), BeforeValidator(_line)]
_Lang = Annotated[str, Field(min_length=1, max_length=16), BeforeValidator(_line)]
_Word = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(_line)]
_Place = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_line)]
_Moment = Annotated[datetime | None, BeforeValidator(_moment)]


class _Item(BaseModel, strict=True, extra="forbid", frozen=True):
    """The fields as senders write them. An unknown one is refused: it is a slip of the pen, and
    what it was to say would be lost without a word."""

    id: _Id | None = None
    title: _Title | None = None
    text: _Text | None = None
    url: WebAddress | None = None
    lang: _Lang | None = None
    time: _Moment = None
    regions: Annotated[tuple[_Place, ...] | None, Field(strict=False, max_length=500)] = None
    topics: Annotated[tuple[_Word, ...] | None, Field(strict=False, max_length=100)] = None
    phase: Annotated[Phase | None, Field(strict=False)] = None
    kind: Annotated[Kind | None, Field(strict=False)] = None
    level: Literal["red", "yellow"] | None = None
    hazard: _Word | None = None
    expires: _Moment = None


def read_json(body: bytes, source: str, now: datetime) -> tuple[Bulletin, ...]:
    """A JSON object or a list of them. Raises ItemError: then none of them is any good."""
    value = _json(body)
    if isinstance(value, list):
        return tuple(_bulletin(item, source, now, (place,)) for place, item in enumerate(value))
    return (_bulletin(value, source, now, ()),)


def read_json_lines(body: bytes, source: str, now: datetime) -> tuple[Bulletin, ...]:
    """A JSON object a line; empty lines are skipped. Raises ItemError with the line's number."""
    bulletins = []
    for number, line in enumerate(body.splitlines(), start=1):
        try:
            if line.strip():
                bulletins.append(_bulletin(_json(line), source, now, ()))
        except ItemError as error:
            raise ItemError(f"line {number}", str(error)) from None
    return tuple(bulletins)


def _json(body: bytes) -> object:
    try:
        # Not orjson: it refuses lone surrogates, which real senders cut emoji into.
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise ItemError("", "expected JSON in UTF-8") from None


def _bulletin(value: object, source: str, now: datetime, place: tuple[int, ...]) -> Bulletin:
    if not isinstance(value, dict):
        raise ItemError(path(place), "expected a JSON object")
    try:
        item = _Item.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = expected(first, _Item.model_fields)
        raise ItemError(path((*place, *first["loc"])), problem) from None
    if not (item.title or item.text):
        raise ItemError(path((*place, "title")), "expected a title or a text")
    return Bulletin(source=source, key=_key(item), received_at=now, **_said(item))


def _key(item: _Item) -> str:
    words = (item.level or "", item.title or "", item.text or "")
    if item.id is not None:
        return dedup_keys.id_key(item.id, item.phase, *words)
    when = item.time.isoformat() if item.time else ""
    return dedup_keys.content_key(
        *words, item.phase or "", item.url or "", when, *(item.regions or ())
    )


def _said(item: _Item) -> dict[str, Any]:
    return {
        "title": item.title or "",
        "text": item.text or "",
        "url": item.url,
        "lang": item.lang,
        "kind": item.kind,
        "phase": item.phase,
        "level": item.level,
        "hazard": item.hazard,
        "regions": item.regions or (),
        "topics": item.topics or (),
        "published_at": item.time,
        "expires_at": item.expires,
    }
