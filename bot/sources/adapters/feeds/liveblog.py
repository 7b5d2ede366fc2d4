"""A live blog: a text file or a page to which entries are added, the newest on top."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from bot.sources.adapters.feeds.liveblog_diff import compare
from bot.sources.adapters.feeds.liveblog_splitter import Entry, entries
from bot.sources.base import cursor_scope
from bot.sources.base.source_settings import PolledSettings, WebAddress
from bot.sources.core import dedup_keys
from bot.sources.core.source import Batch, Clock, Unreachable, Unusable
from bot.sources.http.client import Fetcher, Validators
from bot.sources.parsing.charset import decode
from bot.sources.parsing.html_text import is_html, page_text
from bot.sources.parsing.limits import LONGEST_TEXT
from bot.sources.parsing.sanitize import clean_text
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor

LARGEST = 16 * 1024 * 1024  # bytes
MOST_LINES = 10_000

_READABLE = frozenset(("", "application/xhtml+xml", "application/octet-stream"))


class LiveblogSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "liveblog"`."""

    kind: Literal["liveblog"]
    path: Path | None = None  # a file,
    url: WebAddress | None = None  # or a page

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("either path or url")
        return self

    def source(self, fetcher: Fetcher, clock: Clock) -> "Liveblog":
        return Liveblog(self, fetcher, clock)


class Liveblog:
    """The source of `kind = "liveblog"`.

    Its cursor: `place`, as in `placing`; `validators`, as in `fetching`; `seen`, as in
    `remembering`.
    """

    def __init__(self, settings: LiveblogSettings, fetcher: Fetcher, clock: Clock) -> None:
        self.name = settings.name
        self.every = settings.every
        self._settings = settings
        self._fetcher = fetcher
        self._clock = clock
        self._place = cursor_scope.mark(settings.path, settings.url)

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """What is new on the page; to read elsewhere than before is a first poll.

        Raises SourceError.
        """
        cursor = cursor_scope.own(cursor, self._place)
        read = await self._read(cursor["validators"] if cursor else {})
        if read is None:
            return Batch(self.name, (), cursor, baseline=False)
        lines, validators = read
        now = self._clock()
        new, seen = compare(lines, cursor["seen"] if cursor else {}, now)
        return Batch(
            self.name,
            _bulletins(self.name, _only(new, entries(lines)), now, dedup_keys.SeenKeys(now).key),
            {"place": self._place, "validators": validators, "seen": seen},
            baseline=cursor is None,
        )

    async def _read(self, validators: Validators) -> tuple[list[str], Validators] | None:
        if self._settings.path is not None:
            return await asyncio.to_thread(_read_file, self._settings.path), {}
        assert self._settings.url is not None  # noqa: S101 - the settings have one of the two
        page = await self._fetcher.get(self._settings.url, limit=LARGEST, validators=validators)
        if page is None:
            return None
        if not (page.content_type.startswith("text/") or page.content_type in _READABLE):
            raise Unusable(f"is {page.content_type[:60]}, not text")
        lines = await asyncio.to_thread(read_lines, page.body, page.charset)
        return lines, page.validators


def read_lines(body: bytes, charset: str | None = None) -> list[str]:
    """The lines of a live blog, text or HTML, without what nobody sees.

    Raises Unusable when it is too large, not text, or has no words or too many lines.
    """
    if len(body) > LARGEST:
        raise Unusable(f"is larger than {LARGEST // (1024 * 1024)} MB")
    text = decode(body, charset)
    lines = clean_text(page_text(text) if is_html(text) else text).split("\n")
    if lines == [""]:
        raise Unusable("is empty")
    if len(lines) > MOST_LINES:
        raise Unusable(f"has more than {MOST_LINES} lines")
    return lines


def read_bulletins(body: bytes, source: str, now: datetime) -> tuple[Bulletin, ...]:
    """All of a live blog, the oldest first, known again by what it says. Raises Unusable."""
    return _bulletins(source, entries(read_lines(body)), now, dedup_keys.content_key)


def _bulletins(
    source: str, found: Iterable[Entry], now: datetime, key: Callable[[str, str], str]
) -> tuple[Bulletin, ...]:
    bulletins = [
        Bulletin(
            source=source,
            key=key(entry.title, entry.text),
            title=entry.title,
            text=entry.text[:LONGEST_TEXT],
            received_at=now,
        )
        for entry in found
    ]
    return tuple(reversed(bulletins))


def _only(new: Set[int], found: Iterable[Entry]) -> Iterator[Entry]:
    """Of each entry what is new of it: its new lines, under its headline."""
    for entry in found:
        body = tuple(line for line in entry.body if line.number in new)
        if body or (entry.headline and entry.headline.number in new):
            yield replace(entry, body=body)


def _read_file(path: Path) -> list[str]:
    try:
        if not path.is_file():  # a pipe would be waited for
            raise Unreachable(f"{path} is no file")
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise Unreachable(f"{path} cannot be read: {error.strerror}") from error
    return read_lines(body)
