"""Source driver: polls a source again and again against its own web server."""

import json
from dataclasses import dataclass, field

from bot.sources.core.source import Batch, PolledSource
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor
from support.http_origin import Origin, page


@dataclass
class SourceDriver:
    """Driver of one source; each poll continues from the last cursor."""

    origin: Origin
    source: PolledSource
    cursor: Cursor | None = field(default=None, kw_only=True)

    async def poll(self) -> Batch:
        """Poll once and keep the cursor."""
        batch = await self.source.fetch(self.cursor)
        self.cursor = json.loads(json.dumps(batch.cursor))  # as stored in the database
        return batch

    async def poll_answer(self, body: bytes, content_type: str) -> tuple[Bulletin, ...]:
        """Poll a server that answers with this body; return the new bulletins."""
        self.origin.answer = page(body, content_type)
        return (await self.poll()).bulletins
