"""Bad connections to a server: slow, reset now and then, closed when nobody looks."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class Wire:
    """Passes bytes on to a server, and does its worst.

    `seconds` each way; `share` (0-1) of the answers are lost with their connection, after the
    request has been taken; `idle` closes a connection without a word so many seconds after an
    answer.
    """

    def __init__(self, *, seconds: float = 0.0, share: float = 0.0, idle: float = 0.0) -> None:
        self.resets = 0
        self.connections = 0
        self.closed: asyncio.Queue[None] = asyncio.Queue()  # an entry for each without a word
        self._seconds = seconds
        self._share = share
        self._idle = idle
        self._chance = random.Random(1)
        self._port = 0

    @asynccontextmanager
    async def to(self, url: str) -> AsyncIterator[str]:
        """The address under which `url` is reached through it."""
        self._port = urlsplit(url).port or 80
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _carry(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        self.connections += 1
        far, forth = await asyncio.open_connection("127.0.0.1", self._port)
        both = (self._requests(near, forth), self._answers(far, back))
        await asyncio.gather(*both, return_exceptions=True)
        for writer in (forth, back):
            writer.close()

    async def _requests(self, near: asyncio.StreamReader, forth: asyncio.StreamWriter) -> None:
        while data := await near.read(65536):
            await asyncio.sleep(self._seconds)
            forth.write(data)
        forth.close()

    async def _answers(self, far: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        while data := await far.read(65536):
            await asyncio.sleep(self._seconds)
            if self._chance.random() < self._share:
                self.resets += 1
                back.transport.abort()
                return
            back.write(data)
            if self._idle:
                await asyncio.sleep(self._idle)
                back.close()
                self.closed.put_nowait(None)
                return
