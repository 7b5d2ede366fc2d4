"""Feed driver: polls an RSS source against its own web server."""

from datetime import UTC, datetime

from bot.sources.core.errors import SourceError
from storage.inbound.bulletins import Bulletin
from support.source_server_driver import SourceDriver

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)


class FeedDriver(SourceDriver):
    """Driver of a feed with its server."""

    async def poll_items(self, *items: str, head: str = "") -> tuple[Bulletin, ...]:
        """Poll a feed of these items."""
        body = f'{head}<rss version="2.0"><channel>{"".join(items)}</channel></rss>'
        return await self.poll_body(body.encode())

    async def poll_items_or_fail(self, *items: str, head: str) -> tuple[Bulletin, ...]:
        """Poll a feed of these items; nothing if it is refused."""
        try:
            return await self.poll_items(*items, head=head)
        except SourceError:
            return ()

    async def poll_body(self, body: bytes) -> tuple[Bulletin, ...]:
        """Poll a feed with this body."""
        return await self.poll_answer(body, "application/xml")


def item(**fields: str) -> str:
    """Return an item with these elements."""
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    return f"<item>{inner}</item>"
