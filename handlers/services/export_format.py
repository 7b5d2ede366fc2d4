"""What is known about a chat, as text that a person can keep and bring back.

UnreadableError  (ValueError) the text is nothing that can be brought back
"""

import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Annotated, Any, Literal

import orjson
from pydantic import AfterValidator, BaseModel, Field, ValidationError

from handlers.text import plain_text
from handlers.text.i18n import LANGUAGES
from handlers.text.timezones import NAMES
from storage.subscribers.quiet_hours import Alerts
from storage.subscribers.subscribers import Detail
from storage.values.quiet_window import Hours, parse_hours
from storage.values.schedules import Schedule, parse_schedule

VERSION = 1

_LONGEST = 16_384
"""Characters; four times what Telegram lets a person write in one message."""


def _is_language(code: str) -> str:
    if code not in [language.code for language in LANGUAGES]:
        raise ValueError("not a language of ours")
    return code


def _is_zone(name: str) -> str:
    if name not in NAMES:
        raise ValueError("not a time zone")
    return name


Hour = Annotated[str, AfterValidator(lambda text: str(parse_schedule(text)))]


QuietHours = Annotated[str, AfterValidator(lambda text: str(parse_hours(text)))]


class _Part(BaseModel, frozen=True, extra="forbid", strict=True):
    """One object of the text. What it does not know is a mistake, and not passed over."""


class About(_Part, frozen=True):
    """Told, and not read back: it is the chat that asks which is meant."""

    id: int = 0  # Telegram's
    topic: int = 0  # Telegram's forum topic; 0: the chat itself
    since: str = ""  # ISO 8601
    channels: tuple[int, ...] = Field(default=(), strict=False)  # set up from it; Telegram's ids


class Settings(_Part, frozen=True):
    language: Annotated[str, AfterValidator(_is_language)] | None = None
    zone: Annotated[str, AfterValidator(_is_zone)] | None = None  # IANA; None: not chosen
    detail: Literal["short", "full"] | None = None
    digest: Hour | None = None  # the usual schedule
    told_nothing: bool | None = None  # is told, too, when a digest has nothing new
    quiet: QuietHours | None = None  # None: none
    quiet_alerts: Literal["ring", "silent", "held"] | None = None

    @property
    def chosen_detail(self) -> Detail | None:
        return Detail(self.detail) if self.detail else None

    @property
    def quiet_hours(self) -> Hours | None:
        return parse_hours(self.quiet) if self.quiet else None

    @property
    def chosen_alerts(self) -> Alerts | None:
        return Alerts(self.quiet_alerts) if self.quiet_alerts else None

    @property
    def usual_schedule(self) -> Schedule | None:
        return parse_schedule(self.digest) if self.digest else None


class Entry(_Part, frozen=True):
    """One subscription."""

    written: str = Field(min_length=1)  # as typed
    understood: str | None = None  # spelled out, see `handlers.spelling`; None: read `written`
    when: Hour = "now"
    sound: bool = True
    since: str = ""  # ISO 8601; told, and not read back

    @property
    def schedule(self) -> Schedule:
        return parse_schedule(self.when)


class Portable(_Part, frozen=True):
    """All of it, or a part that fits a message."""

    tocsin: Literal[1]  # the version of this form
    chat: About = About()
    settings: Settings = Settings()
    subscriptions: tuple[Entry, ...] = Field(default=(), strict=False)


class Fault(Enum):
    """Why a text cannot be brought back."""

    OPML = "opml"
    TOO_LONG = "too_long"
    NOT_OURS = "not_ours"
    BROKEN = "broken"  # the JSON; `at` says where
    VERSION = "version"
    MISSING = "missing"  # and so on; `place` says what
    UNKNOWN = "unknown"
    WRONG = "wrong"


class UnreadableError(ValueError):
    """The text is nothing that can be brought back."""

    def __init__(
        self, fault: Fault, *, at: int = 0, place: Sequence[str | int] = (), found: object = None
    ) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.at = at  # of what is broken, in code points
        self.place = " › ".join(str(x + 1) if isinstance(x, int) else x for x in place)
        self.found = orjson.dumps(found).decode()


def read(text: str) -> Portable:
    """What `write` wrote, changed by hand perhaps. Raises UnreadableError."""
    if len(text) > _LONGEST:
        raise UnreadableError(Fault.OPML if is_opml(text[:_LONGEST]) else Fault.TOO_LONG)
    if is_opml(text):
        raise UnreadableError(Fault.OPML)
    document = _decoded(text)
    if not isinstance(document, dict) or "tocsin" not in document:
        raise UnreadableError(Fault.NOT_OURS)
    if document["tocsin"] != VERSION:
        raise UnreadableError(Fault.VERSION, found=document["tocsin"])
    try:
        return Portable.model_validate(document)
    except ValidationError as error:
        raise _first(error) from None


def write(about: About, settings: Settings, entries: Iterable[Entry], most: int) -> list[str]:
    """Texts of at most `most` UTF-16 units, each of which can be brought back by itself.

    An entry that is longer stands in a text of its own, and that is longer, too.
    """
    texts, lines = [], list[str]()
    for entry in map(_line, entries):
        if lines and plain_text.units(_whole(about, settings, [*lines, entry])) > most:
            texts.append(_whole(about, settings, lines))
            lines = []
        lines.append(entry)
    return [*texts, _whole(about, settings, lines)]


def is_opml(text: str) -> bool:
    """Whether it is a list of feeds (opml.org/spec2.opml)."""
    return re.search(r"<opml\b", text, re.IGNORECASE) is not None


def _whole(about: About, settings: Settings, lines: Sequence[str]) -> str:
    listed = ",\n".join(lines)
    return (
        f'{{"tocsin": {VERSION},\n"chat": {_line(about)},\n"settings": {_line(settings)},\n'
        f'"subscriptions": [\n{listed}\n]}}'
    )


def _line(part: BaseModel) -> str:
    return orjson.dumps(part.model_dump()).decode()


def _decoded(text: str) -> Any:
    if not text.lstrip().startswith("{"):
        raise UnreadableError(Fault.NOT_OURS)
    # PostgreSQL keeps no such character, and no person has typed it.
    if (at := text.find("\\u0000")) >= 0:
        raise UnreadableError(Fault.BROKEN, at=at)
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UnreadableError(Fault.BROKEN, at=error.pos) from None


def _first(error: ValidationError) -> UnreadableError:
    """The first of its mistakes."""
    mistake = error.errors(include_url=False, include_context=False)[0]
    kinds = {"missing": Fault.MISSING, "extra_forbidden": Fault.UNKNOWN}
    fault = kinds.get(mistake["type"], Fault.WRONG)
    return UnreadableError(fault, place=mistake["loc"], found=mistake["input"])
