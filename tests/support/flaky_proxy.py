"""Flaky TCP proxy: slow, with connections that are reset or closed while idle."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit


class FlakyProxy:
    """Forwards bytes to a server, with faults.

    `delay_seconds`: delay in each direction. `loss_rate` (0-1): share of responses that are lost
    with their connection, after the server got the request. `idle_seconds`: time from a
    response until its connection is closed; 0 means never.
    """

    def __init__(
        self, *, delay_seconds: float = 0.0, loss_rate: float = 0.0, idle_seconds: float = 0.0
    ) -> None:
        self.resets = 0
        self.connections = 0
        self.silent_closes: asyncio.Queue[None] = asyncio.Queue()  # an item for each idle close
        self._delay_seconds = delay_seconds
        self._loss_rate = loss_rate
        self._idle_seconds = idle_seconds
        self._random = random.Random(1)
        self._port = 0

    @asynccontextmanager
    async def forward_to(self, url: str) -> AsyncIterator[str]:
        """Run the proxy in front of `url`; return its own URL."""
        self._port = urlsplit(url).port or 80
        server = await asyncio.start_server(self._forward, "127.0.0.1", 0)
        try:
            yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()

    async def _forward(
        self, client_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._port)
        directions = (
            self._forward_requests(client_reader, server_writer),
            self._forward_responses(server_reader, client_writer),
        )
        await asyncio.gather(*directions, return_exceptions=True)
        for writer in (server_writer, client_writer):
            writer.close()

    async def _forward_requests(
        self, client_reader: asyncio.StreamReader, server_writer: asyncio.StreamWriter
    ) -> None:
        while data := await client_reader.read(65536):
            await asyncio.sleep(self._delay_seconds)
            server_writer.write(data)
        server_writer.close()

    async def _forward_responses(
        self, server_reader: asyncio.StreamReader, client_writer: asyncio.StreamWriter
    ) -> None:
        while data := await server_reader.read(65536):
            await asyncio.sleep(self._delay_seconds)
            if self._random.random() < self._loss_rate:
                self.resets += 1
                client_writer.transport.abort()
                return
            client_writer.write(data)
            if self._idle_seconds:
                await asyncio.sleep(self._idle_seconds)
                client_writer.close()
                self.silent_closes.put_nowait(None)
                return
