"""A source and the web server that it asks, looked at again and again."""

import json
from dataclasses import dataclass, field

from bot.sources.core.source import Batch, Polled
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from support.http_origin import Origin, page


@dataclass
class Looks:
    """Each look goes on where the last one left off."""

    origin: Origin
    source: Polled
    cursor: Cursor | None = field(default=None, kw_only=True)

    async def look(self) -> Batch:
        batch = await self.source.fetch(self.cursor)
        self.cursor = json.loads(json.dumps(batch.cursor))  # as the database has it
        return batch

    async def gives(self, body: bytes, content_type: str) -> tuple[Bulletin, ...]:
        """What is new when the server answers so."""
        self.origin.answer = page(body, content_type)
        return (await self.look()).bulletins
