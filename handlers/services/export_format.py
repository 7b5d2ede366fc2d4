"""Export format: all data of a chat as JSON text, for /export and /import.

InvalidExportError  (ValueError) the text cannot be imported
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from handlers.services.place_positions import MAX_NAME_LENGTH
from handlers.text import plain_text
from handlers.text.i18n import LANGUAGES
from handlers.text.timezones import IANA_NAMES
from matching.query.measures import MAX_RADIUS_KM, MIN_RADIUS_KM
from storage.subscribers.alert_preferences import AlertUpdates
from storage.subscribers.quiet_hours import QuietAlerts
from storage.subscribers.sound_modes import SoundMode
from storage.subscribers.subscribers import Detail
from storage.subscribers.subscriptions import Sound
from storage.values.quiet_window import QuietHours, parse_quiet_hours
from storage.values.schedules import Schedule, parse_schedule

VERSION = 1

_MAX_LENGTH = 16_384
"""Characters: four times the limit of a Telegram message."""


def _check_language(code: str) -> str:
    if code not in [language.code for language in LANGUAGES]:
        raise ValueError("not a supported language")
    return code


def _check_zone(name: str) -> str:
    if name not in IANA_NAMES:
        raise ValueError("not a time zone")
    return name


ScheduleText = Annotated[str, AfterValidator(lambda text: str(parse_schedule(text)))]


QuietHoursText = Annotated[str, AfterValidator(lambda text: str(parse_quiet_hours(text)))]


def _parse_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment


MomentText = Annotated[str, AfterValidator(lambda text: _parse_moment(text).isoformat())]


class _Part(BaseModel, frozen=True, extra="forbid", strict=True):
    """JSON object of the format. Unknown keys are an error."""


class ChatData(_Part, frozen=True):
    """Identity of the exported chat. An import ignores it: it applies to the chat that sends it."""

    id: int = 0  # Telegram's
    topic: int = 0  # Telegram's forum topic; 0: the chat itself
    since: str = ""  # ISO 8601
    kind: str = ""  # private, group, supergroup or channel
    title: str | None = None  # of a channel
    username: str | None = None  # of a channel, without the @
    channels: tuple[int, ...] = Field(default=(), strict=False)  # managed from it; Telegram's ids


class SettingsData(_Part, frozen=True):
    """Settings of a chat; None: not chosen."""

    language: Annotated[str, AfterValidator(_check_language)] | None = None
    zone: Annotated[str, AfterValidator(_check_zone)] | None = None  # IANA name
    detail: Literal["short", "full"] | None = None
    digest: ScheduleText | None = None  # the usual schedule
    told_nothing: bool | None = None  # wants a message when a digest is empty
    quiet: QuietHoursText | None = None  # None: no quiet hours
    quiet_alerts: Literal["ring", "silent", "held"] | None = None
    paused_until: MomentText | None = None  # None: not paused
    alert_updates: Literal["graver", "all", "none"] | None = None  # updates that notify
    sound: Literal["everything", "alerts", "nothing"] | None = None  # what may have sound

    @property
    def chosen_detail(self) -> Detail | None:
        """Return the level of detail."""
        return Detail(self.detail) if self.detail else None

    @property
    def quiet_hours(self) -> QuietHours | None:
        """Return the parsed quiet hours."""
        return parse_quiet_hours(self.quiet) if self.quiet else None

    @property
    def chosen_alerts(self) -> QuietAlerts | None:
        """Return the treatment of alerts in quiet hours."""
        return QuietAlerts(self.quiet_alerts) if self.quiet_alerts else None

    @property
    def pause_end(self) -> datetime | None:
        """Return the parsed end of the pause, aware."""
        return _parse_moment(self.paused_until) if self.paused_until else None

    @property
    def chosen_updates(self) -> AlertUpdates | None:
        """Return which updates of an active alert notify."""
        return AlertUpdates(self.alert_updates) if self.alert_updates else None

    @property
    def sound_mode(self) -> SoundMode | None:
        """Return which messages may have sound."""
        return SoundMode(self.sound) if self.sound else None

    @property
    def usual_schedule(self) -> Schedule | None:
        """Return the parsed usual schedule."""
        return parse_schedule(self.digest) if self.digest else None


class SubscriptionData(_Part, frozen=True):
    """Subscription of a chat."""

    written: str = Field(min_length=1)  # as typed
    understood: str | None = None  # see `canonical_query`; None: parse `written`
    when: ScheduleText = "now"
    sound: bool = True
    sound_from: Literal["green", "yellow", "orange", "red"] | None = None  # None: the default
    neighbours: bool = False  # alerts next door too, silently
    since: str = ""  # ISO 8601; an import ignores it

    @property
    def chosen_sound(self) -> Sound:
        """Return its sound."""
        return Sound(self.sound, self.sound_from)

    @property
    def schedule(self) -> Schedule:
        """Return the parsed schedule."""
        return parse_schedule(self.when)


class LocationData(_Part, frozen=True):
    """Location that a chat shared within a day, rounded to a kilometre. An import ignores it."""

    latitude: float | None = None  # degrees; None: no location is kept
    longitude: float | None = None  # degrees
    since: str | None = None  # ISO 8601


class PlaceData(_Part, frozen=True):
    """Saved place of a chat, rounded to a kilometre."""

    id: int = Field(ge=0, lt=10**15)  # by which `understood` refers to it
    name: str = Field(min_length=1, max_length=MAX_NAME_LENGTH)
    latitude: float = Field(ge=-90, le=90)  # degrees
    longitude: float = Field(ge=-180, le=180)  # degrees
    radius_km: int = Field(ge=MIN_RADIUS_KM, le=MAX_RADIUS_KM)
    region: str | None = None  # code; an import derives it


class ExportDocument(_Part, frozen=True):
    """Complete export, or a part that fits a message."""

    tocsin: Literal[1]  # version of the format
    chat: ChatData = ChatData()
    settings: SettingsData = SettingsData()
    location: LocationData = LocationData()
    places: tuple[PlaceData, ...] = Field(default=(), strict=False)
    subscriptions: tuple[SubscriptionData, ...] = Field(default=(), strict=False)


class FaultKind(Enum):
    """Reason why a text cannot be imported."""

    OPML = "opml"
    TOO_LONG = "too_long"
    NOT_OURS = "not_ours"
    BROKEN = "broken"  # invalid JSON at `offset`
    VERSION = "version"
    MISSING = "missing"  # here and below: the key at `path`
    UNKNOWN = "unknown"
    WRONG = "wrong"


class InvalidExportError(ValueError):
    """The text cannot be imported."""

    def __init__(
        self,
        fault: FaultKind,
        *,
        offset: int = 0,
        path: Sequence[str | int] = (),
        value: object = None,
    ) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.offset = offset  # of the JSON error, in code points
        self.path = " › ".join(str(key + 1) if isinstance(key, int) else key for key in path)
        self.value = orjson.dumps(value).decode()


def parse_export(text: str) -> ExportDocument:
    """Parse an export, which a person may have edited. Raises InvalidExportError."""
    if len(text) > _MAX_LENGTH:
        raise InvalidExportError(
            FaultKind.OPML if is_opml(text[:_MAX_LENGTH]) else FaultKind.TOO_LONG
        )
    if is_opml(text):
        raise InvalidExportError(FaultKind.OPML)
    document = _decode(text)
    if not isinstance(document, dict) or "tocsin" not in document:
        raise InvalidExportError(FaultKind.NOT_OURS)
    if document["tocsin"] != VERSION:
        raise InvalidExportError(FaultKind.VERSION, value=document["tocsin"])
    try:
        return ExportDocument.model_validate(document)
    except ValidationError as error:
        raise _first_error(error) from None


def serialize_export(
    chat: ChatData,
    settings: SettingsData,
    location: LocationData,
    places: Sequence[PlaceData],
    entries: Iterable[SubscriptionData],
    max_units: int,
) -> list[str]:
    """Serialize an export to texts that can be imported independently.

    A text has at most `max_units` UTF-16 units, unless its only subscription is longer.
    """
    head = _head(chat, settings, location, places)
    texts, lines = [], list[str]()
    for entry in map(_dump, entries):
        if lines and plain_text.utf16_length(_document(head, [*lines, entry])) > max_units:
            texts.append(_document(head, lines))
            lines = []
        lines.append(entry)
    return [*texts, _document(head, lines)]


def is_opml(text: str) -> bool:
    """Return whether the text is a list of feeds (opml.org/spec2.opml)."""
    return re.search(r"<opml\b", text, re.IGNORECASE) is not None


def _head(
    chat: ChatData, settings: SettingsData, location: LocationData, places: Sequence[PlaceData]
) -> str:
    """Return the beginning of each text: subscriptions refer to the places."""
    lines = ",\n".join(map(_dump, places))
    return (
        f'{{"tocsin": {VERSION},\n"chat": {_dump(chat)},\n"settings": {_dump(settings)},\n'
        f'"location": {_dump(location)},\n"places": [\n{lines}\n],\n'
    )


def _document(head: str, lines: Sequence[str]) -> str:
    subscriptions = ",\n".join(lines)
    return f'{head}"subscriptions": [\n{subscriptions}\n]}}'


def _dump(part: BaseModel) -> str:
    return orjson.dumps(part.model_dump()).decode()


def _decode(text: str) -> Any:
    if not text.lstrip().startswith("{"):
        raise InvalidExportError(FaultKind.NOT_OURS)
    # PostgreSQL cannot store NUL, and no person types it.
    if (offset := text.find("\\u0000")) >= 0:
        raise InvalidExportError(FaultKind.BROKEN, offset=offset)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidExportError(FaultKind.BROKEN, offset=error.pos) from None


def _first_error(error: ValidationError) -> InvalidExportError:
    """Convert the first validation error."""
    detail = error.errors(include_url=False, include_context=False)[0]
    kinds = {"missing": FaultKind.MISSING, "extra_forbidden": FaultKind.UNKNOWN}
    fault = kinds.get(detail["type"], FaultKind.WRONG)
    return InvalidExportError(fault, path=detail["loc"], value=detail["input"])
