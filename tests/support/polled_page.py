"""Polled page: a source of any kind that reads pages of a local server through a parser pool."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.sources.base.source_settings import PolledSettings
from bot.sources.core.source import Batch, PolledSource
from bot.sources.http.client import HttpClient, open_session
from bot.sources.isolation.parser_pool import ParserPool
from bot.sources.registry import KINDS
from support.http_origin import Origin, origin, page

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
TYPES = {"liveblog": "text/html"}


@dataclass(frozen=True)
class PolledPage:
    """Sources of any kind at one server, with the parser pool that they share."""

    client: HttpClient
    server: Origin
    parsers: ParserPool

    async def poll(self, kind: str, body: bytes) -> Batch:
        """Poll a new source of that kind, whose page has this body."""
        self.server.answer = page(body, TYPES.get(kind, "application/octet-stream"))
        return await self.source(kind).fetch(None)

    def source(self, kind: str) -> PolledSource:
        """Return a new source of that kind."""
        model = KINDS[kind]
        values = {"kind": kind, "name": kind, "url": self.server.url, "token": "s3cret"}
        settings = model.model_validate(
            {name: value for name, value in values.items() if name in model.model_fields}
        )
        assert isinstance(settings, PolledSettings)
        return settings.build_source(self.client, lambda: NOW)


@asynccontextmanager
async def polled_pages(parsers: ParserPool) -> AsyncIterator[PolledPage]:
    """Run a server while the block runs; the pool is closed at its end."""
    async with origin() as server, open_session() as session, parsers:
        client = HttpClient(replace(session, parsers=parsers), lambda: NOW)
        yield PolledPage(client, server, parsers)
