"""Bulletin JSON: schema of a bulletin for webhooks and `tocsin publish --format jsonl`."""

import difflib
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from bot.sources.base.hazards import HAZARDS
from bot.sources.core import dedup_keys
from bot.sources.core.errors import Unusable
from bot.sources.parsing.iso_time import parse_iso_time
from bot.sources.parsing.lenient_json import MAX_INLINE_VALUES
from bot.sources.parsing.node_limit import check_json_count
from bot.sources.parsing.sanitize import MAX_TEXT_LENGTH, clean_line, clean_text
from bot.sources.parsing.zero_time import unless_zero
from bot.validation_messages import describe_error, format_path
from bot.web_address import WebAddress
from storage.inbound.bulletins import Bulletin, Kind, Phase

MAX_BULLETINS = 1_000
"""Largest number of bulletins in one list."""


class BulletinJsonError(Exception):
    """Invalid bulletin JSON."""

    def __init__(self, field: str, problem: str) -> None:
        super().__init__(f"{field}: {problem}" if field else problem)
        self.field = field  # "url", "regions[2]", in a list "[4].url"; "" is the root


_TIME_FORM = 'a time with its zone, such as "2026-03-05T08:15:00+02:00"'
_LEVELS = ("green", "yellow", "orange", "red")


def _parse_time(value: object) -> object:
    if value is None:
        return None
    try:
        time = parse_iso_time(value) if isinstance(value, str) else None
    except ValueError:
        time = None
    if time is None or time.tzinfo is None:
        # A time without a zone could be hours off, and an alert that old is not pushed.
        raise ValueError(_TIME_FORM)
    try:
        return time.astimezone(UTC)
    except OverflowError:  # the first or last day of the calendar stands for "not set"
        return None


def _allowed(names: Sequence[str]) -> BeforeValidator:
    """Return a validator that accepts these names in any letter case, and suggests the nearest."""

    def check(value: object) -> object:
        if not isinstance(value, str):
            return value
        text = clean_line(value)
        name, colon, id_ = text.partition(":") if names is HAZARDS else (text, "", "")
        if name.lower() in names and bool(colon) == bool(id_):
            return f"{name.lower()}{colon}{id_}"
        nearest = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.0)
        raise ValueError(f"one of {', '.join(names)}; did you mean {nearest[0]}?")

    return BeforeValidator(check)


def _sanitize_text(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _sanitize_line(value: object) -> object:
    return clean_line(value) if isinstance(value, str) else value


def _number(least: float, most: float, unit: str = "") -> BeforeValidator:
    """Return a validator that accepts a finite number of this range."""

    def check(value: object) -> object:
        if value is None or _is_number(value, least, most):
            return value
        raise ValueError(f"a number from {least:g} to {most:g}{unit}")

    return BeforeValidator(check)


def _is_number(value: object, least: float, most: float) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return least <= value <= most  # also false for NaN


def _parse_point(value: object) -> object:
    if value is None:
        return None
    match value:
        case [latitude, longitude] if _is_number(latitude, -90, 90):
            if _is_number(longitude, -180, 180):
                return latitude, longitude
    raise ValueError("[latitude, longitude] in degrees, such as [50.45, 30.52]")


_Text = Annotated[str, Field(max_length=MAX_TEXT_LENGTH), BeforeValidator(_sanitize_text)]
_Title = Annotated[str, Field(max_length=1_000), BeforeValidator(_sanitize_line)]
_Id = Annotated[str, Field(min_length=1, max_length=500), BeforeValidator(_sanitize_line)]
_Lang = Annotated[str, Field(min_length=1, max_length=16), BeforeValidator(_sanitize_line)]
_Word = Annotated[str, Field(min_length=1, max_length=64), BeforeValidator(_sanitize_line)]
_Place = Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_sanitize_line)]
_Time = Annotated[datetime | None, BeforeValidator(_parse_time)]


class _BulletinJson(BaseModel, strict=True, extra="forbid", frozen=True):
    """Fields as senders write them.

    An unknown field is refused: it is a typo, and its content would be lost silently.
    """

    id: _Id | None = None
    title: _Title | None = None
    text: _Text | None = None
    url: WebAddress | None = None
    lang: _Lang | None = None
    time: _Time = None
    regions: Annotated[tuple[_Place, ...] | None, Field(strict=False, max_length=500)] = None
    topics: Annotated[tuple[_Word, ...] | None, Field(strict=False, max_length=100)] = None
    phase: Annotated[Phase | None, Field(strict=False), _allowed([*Phase])] = None
    kind: Annotated[Kind | None, Field(strict=False), _allowed([*Kind])] = None
    level: Annotated[_Word | None, _allowed(_LEVELS)] = None
    hazard: Annotated[_Word | None, _allowed(HAZARDS)] = None
    expires: _Time = None
    point: Annotated[tuple[float, float] | None, BeforeValidator(_parse_point)] = None
    magnitude: Annotated[float | None, _number(-3, 11)] = None
    depth_km: Annotated[float | None, _number(-10, 1_000, " km")] = None
    image: WebAddress | None = None


def parse_bulletins(body: bytes, source: str, now: datetime) -> tuple[Bulletin, ...]:
    """Return the bulletins of a JSON object or a list of objects, all or none.

    Raises BulletinJsonError.
    """
    value = _json(body)
    if isinstance(value, list):
        if len(value) > MAX_BULLETINS:
            raise BulletinJsonError("", f"expected at most {MAX_BULLETINS} bulletins at once")
        return tuple(_bulletin(item, source, now, (index,)) for index, item in enumerate(value))
    return (_bulletin(value, source, now, ()),)


def parse_bulletin_lines(body: bytes, source: str, now: datetime) -> tuple[Bulletin, ...]:
    """Return the bulletins of JSON lines; empty lines are skipped.

    Raises BulletinJsonError with the line's number.
    """
    bulletins = []
    for number, line in enumerate(body.splitlines(), start=1):
        try:
            if line.strip():
                bulletins.append(_bulletin(_json(line), source, now, ()))
        except BulletinJsonError as error:
            raise BulletinJsonError(f"line {number}", str(error)) from None
    return tuple(bulletins)


def _json(body: bytes) -> object:
    try:
        check_json_count(body, MAX_INLINE_VALUES)
    except Unusable:
        raise BulletinJsonError("", f"expected at most {MAX_INLINE_VALUES} values") from None
    try:
        # Not orjson: it refuses lone surrogates, which senders produce by cutting emoji.
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise BulletinJsonError("", "expected JSON in UTF-8") from None


def _bulletin(value: object, source: str, now: datetime, position: tuple[int, ...]) -> Bulletin:
    if not isinstance(value, dict):
        raise BulletinJsonError(format_path(position), "expected a JSON object")
    try:
        item = _BulletinJson.model_validate(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        problem = describe_error(first, _BulletinJson.model_fields)
        raise BulletinJsonError(format_path((*position, *first["loc"])), problem) from None
    if not (item.title or item.text):
        raise BulletinJsonError(format_path((*position, "title")), "expected a title or a text")
    published_at = unless_zero(item.time, now)
    return Bulletin(
        source=source,
        key=_key(item, published_at),
        received_at=now,
        published_at=published_at,
        expires_at=unless_zero(item.expires, published_at or now),
        **_content_fields(item),
    )


def _key(item: _BulletinJson, published_at: datetime | None) -> str:
    words = (item.level or "", item.title or "", item.text or "")
    if item.id is not None:
        return dedup_keys.id_key(item.id, item.phase, *words)
    time = published_at.isoformat() if published_at else ""
    measures = (*(item.point or ()), item.magnitude, item.depth_km)
    return dedup_keys.content_key(
        *words,
        item.phase or "",
        item.url or "",
        time,
        *(item.regions or ()),
        *(str(measure) for measure in measures if measure is not None),
    )


def _content_fields(item: _BulletinJson) -> dict[str, Any]:
    latitude, longitude = item.point or (None, None)
    return {
        "title": item.title or "",
        "text": item.text or "",
        "url": item.url,
        "lang": item.lang,
        "kind": item.kind,
        "phase": item.phase,
        "level": item.level,
        "hazard": item.hazard,
        "latitude": latitude,
        "longitude": longitude,
        "magnitude": item.magnitude,
        "depth_km": item.depth_km,
        "image": item.image,
        "regions": item.regions or (),
        "topics": item.topics or (),
    }
