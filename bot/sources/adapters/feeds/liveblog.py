"""Live-blog source: a text file or page with the newest entries on top."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import model_validator

from bot.sources.adapters.feeds.liveblog_diff import SeenLines, diff_lines
from bot.sources.adapters.feeds.liveblog_parser import MAX_BYTES, parse_lines
from bot.sources.adapters.feeds.liveblog_splitter import Entry, split_entries
from bot.sources.base import cursor_scope
from bot.sources.base.source_settings import PolledSettings
from bot.sources.core import dedup_keys
from bot.sources.core.errors import Unreachable, Unusable
from bot.sources.core.source import Batch, Clock
from bot.sources.http.client import HttpClient, Validators
from bot.sources.parsing.sanitize import MAX_TEXT_LENGTH
from bot.web_address import WebAddress
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor

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
        self._parsers = client.parsers
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
        # In a thread: a page may have ten thousand lines.
        bulletins, seen = await asyncio.to_thread(
            _new_bulletins, self.name, lines, cursor["seen"] if cursor else {}, now
        )
        return Batch(
            self.name,
            bulletins,
            {"place": self._scope, "validators": validators, "seen": seen},
            is_baseline=cursor is None,
        )

    async def _read(self, validators: Validators) -> tuple[list[str], Validators] | None:
        if self._settings.path is not None:
            body = await asyncio.to_thread(_read_file, self._settings.path)
            return await self._parsers.run(parse_lines, body), {}
        assert self._settings.url is not None  # noqa: S101 - the settings have one of the two
        page = await self._client.get(
            self._settings.url, max_bytes=MAX_BYTES, validators=validators
        )
        if page is None:
            return None
        if not (page.content_type.startswith("text/") or page.content_type in _READABLE):
            raise Unusable(f"is {page.content_type[:60]}, not text")
        lines = await self._parsers.run(parse_lines, page.body, page.charset)
        return lines, page.validators


def parse_bulletins(body: bytes, source: str, now: datetime) -> tuple[Bulletin, ...]:
    """Return all entries of a live blog, oldest first, with content keys. Raise Unusable."""
    return _bulletins(
        source, split_entries(parse_lines.function(body)), now, dedup_keys.content_key
    )


def _new_bulletins(
    source: str, lines: Sequence[str], before: SeenLines, now: datetime
) -> tuple[tuple[Bulletin, ...], SeenLines]:
    """Return the bulletins of new lines, and the lines to remember."""
    new, seen = diff_lines(lines, before, now)
    entries = _new_parts(new, split_entries(lines))
    return _bulletins(source, entries, now, dedup_keys.FirstSeenKeys(now).key), seen


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


def _read_file(path: Path) -> bytes:
    try:
        if not path.is_file():  # reading a pipe would block
            raise Unreachable(f"{path} does not exist or is not a file")
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unreachable(f"{path} cannot be read: {error.strerror}") from error
