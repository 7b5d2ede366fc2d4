"""Live-blog source: a text file or page with the newest entries on top."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from bot.sources.adapters.feeds.liveblog_diff import diff_lines
from bot.sources.adapters.feeds.liveblog_splitter import Entry, split_entries
from bot.sources.base import cursor_scope
from bot.sources.base.source_settings import PolledSettings
from bot.sources.core import dedup_keys
from bot.sources.core.source import Batch, Clock, Unreachable, Unusable
from bot.sources.http.client import HttpClient, Validators
from bot.sources.parsing.charset import decode
from bot.sources.parsing.html_text import html_to_text, is_html
from bot.sources.parsing.sanitize import MAX_TEXT_LENGTH, clean_text
from bot.web_address import WebAddress
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor

MAX_BYTES = 16 * 1024 * 1024  # bytes
MAX_LINES = 10_000

_READABLE = frozenset(("", "application/xhtml+xml", "application/octet-stream"))


class LiveblogSettings(PolledSettings, frozen=True):
    """`[[source]] kind = "liveblog"`."""

    kind: Literal["liveblog"]
    path: Path | None = None  # of a file; either this
    url: WebAddress | None = None  # or this

    @model_validator(mode="after")
    def _check_place(self) -> Self:
        if (self.path is None) == (self.url is None):
            raise ValueError("either path or url")
        return self

    def build_source(self, client: HttpClient, clock: Clock) -> "Liveblog":
        """Return the live-blog source."""
        return Liveblog(self, client, clock)


class Liveblog:
    """The source of `kind = "liveblog"`.

    Cursor: `place`, see `cursor_scope`; `validators`, see `http.client`; `seen`, see
    `liveblog_diff`.
    """

    def __init__(self, settings: LiveblogSettings, client: HttpClient, clock: Clock) -> None:
        self.name = settings.name
        self.every = settings.every
        self._settings = settings
        self._client = client
        self._clock = clock
        self._scope = cursor_scope.scope_id(settings.path, settings.url)

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """Return what is new. A changed path or address makes this a first poll.

        Raises SourceError.
        """
        cursor = cursor_scope.keep_if_in_scope(cursor, self._scope)
        result = await self._read(cursor["validators"] if cursor else {})
        if result is None:
            return Batch(self.name, (), cursor, is_baseline=False)
        lines, validators = result
        now = self._clock()
        new, seen = diff_lines(lines, cursor["seen"] if cursor else {}, now)
        entries = _new_parts(new, split_entries(lines))
        return Batch(
            self.name,
            _bulletins(self.name, entries, now, dedup_keys.FirstSeenKeys(now).key),
            {"place": self._scope, "validators": validators, "seen": seen},
            is_baseline=cursor is None,
        )

    async def _read(self, validators: Validators) -> tuple[list[str], Validators] | None:
        if self._settings.path is not None:
            return await asyncio.to_thread(_read_file, self._settings.path), {}
        assert self._settings.url is not None  # noqa: S101 - the settings have one of the two
        page = await self._client.get(
            self._settings.url, max_bytes=MAX_BYTES, validators=validators
        )
        if page is None:
            return None
        if not (page.content_type.startswith("text/") or page.content_type in _READABLE):
            raise Unusable(f"is {page.content_type[:60]}, not text")
        lines = await asyncio.to_thread(parse_lines, page.body, page.charset)
        return lines, page.validators


def parse_lines(body: bytes, charset: str | None = None) -> list[str]:
    """Return the sanitized lines of a live blog, text or HTML.

    Raises Unusable if it is too large, no text, empty, or has too many lines.
    """
    if len(body) > MAX_BYTES:
        raise Unusable(f"is larger than {MAX_BYTES // (1024 * 1024)} MB")
    text = decode(body, charset)
    lines = clean_text(html_to_text(text) if is_html(text) else text).split("\n")
    if lines == [""]:
        raise Unusable("is empty")
    if len(lines) > MAX_LINES:
        raise Unusable(f"has more than {MAX_LINES} lines")
    return lines


def parse_bulletins(body: bytes, source: str, now: datetime) -> tuple[Bulletin, ...]:
    """Return all entries of a live blog, oldest first, with content keys. Raise Unusable."""
    return _bulletins(source, split_entries(parse_lines(body)), now, dedup_keys.content_key)


def _bulletins(
    source: str, entries: Iterable[Entry], now: datetime, key: Callable[[str, str], str]
) -> tuple[Bulletin, ...]:
    bulletins = [
        Bulletin(
            source=source,
            key=key(entry.title, entry.text),
            title=entry.title,
            text=entry.text[:MAX_TEXT_LENGTH],
            received_at=now,
        )
        for entry in entries
    ]
    return tuple(reversed(bulletins))


def _new_parts(new: Set[int], entries: Iterable[Entry]) -> Iterator[Entry]:
    """Yield the entries with new lines, reduced to these lines under their headline."""
    for entry in entries:
        body = tuple(line for line in entry.body if line.number in new)
        if body or (entry.headline and entry.headline.number in new):
            yield replace(entry, body=body)


def _read_file(path: Path) -> list[str]:
    try:
        if not path.is_file():  # reading a pipe would block
            raise Unreachable(f"{path} is no file")
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreachable(f"{path} cannot be read: {error.strerror}") from error
    return parse_lines(body)
