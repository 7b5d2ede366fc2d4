"""Server-sent events: pushes changes to open pages."""

import asyncio
from collections.abc import Callable
from typing import Any

import orjson
from aiohttp import web

from bot.standin.chats import Chat
from bot.standin.messages import Change
from bot.standin.page_view import chat_view, is_theirs, message_view
from bot.standin.person import Person
from bot.standin.world import World

LONGEST_BACKLOG = 1000  # events; a page further behind reconnects and reloads everything
HEARTBEAT = 15.0  # seconds

Event = dict[str, Any]


class Streams:
    """Event streams of the open pages."""

    def __init__(self, world: World, visitor: Callable[[], Person]) -> None:
        self._world = world
        self._visitor = visitor  # called once a page is open
        self._open: set[asyncio.Queue[Event | None]] = set()
        world.listeners.append(self._tell)

    async def serve(self, request: web.BaseRequest, first: Event) -> web.StreamResponse:
        """Send the initial state, then every change, until the page is closed."""
        response = web.StreamResponse(headers={"Cache-Control": "no-store"})
        response.content_type = "text/event-stream"
        await response.prepare(request)
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        self._open.add(queue)
        try:
            await response.write(_encoded(first))
            await self._pass_on(response, queue)
        except ConnectionResetError:
            pass  # the page was closed
        finally:
            self._open.discard(queue)
        return response

    def close(self) -> None:
        """Close every stream."""
        for queue in self._open:
            queue.put_nowait(None)

    async def _pass_on(
        self, response: web.StreamResponse, queue: asyncio.Queue[Event | None]
    ) -> None:
        while queue.qsize() < LONGEST_BACKLOG:
            try:
                async with asyncio.timeout(HEARTBEAT):
                    event = await queue.get()
            except TimeoutError:
                await response.write(b": still here\n\n")
                continue
            if event is None:
                return
            await response.write(_encoded(event))

    def _tell(self, chat: Chat, change: Change) -> None:
        if not self._open or not is_theirs(chat, self._visitor()):
            return
        event = {
            "kind": change.kind,
            "chat": chat_view(self._world, chat),
            "message": message_view(self._world, change.message, self._visitor()),
        }
        for queue in self._open:
            queue.put_nowait(event)


def _encoded(event: Event) -> bytes:
    return b"data: " + orjson.dumps(event) + b"\n\n"
