"""HTTP transport for python-telegram-bot, on aiohttp.

Its errors distinguish a call that did not reach Telegram from one that may have been carried out.
"""

import asyncio
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import aiohttp
import orjson
from telegram.request import BaseRequest, RequestData

from bot.delivery.responses import MaybeSent, NotSent, check_status, parse_result

CONNECT_TIMEOUT_SECONDS = 5.0
call_written: ContextVar[Callable[[], None] | None] = ContextVar("call_written", default=None)
"""Called when a call is written to its connection, which may be new; per task."""

MAX_RESPONSE_BYTES = 16 * 1024 * 1024
"""Limit of a response: a hundred of the longest updates are a tenth of it."""


class AiohttpRequest(BaseRequest):
    """Pool of connections to the Bot API.

    `timeout_seconds` limits a whole call, from the wait for a connection to the last byte, so a
    response that drips cannot block a message. No error contains a URL, which holds the token.
    """

    def __init__(self, *, connections: int, timeout_seconds: float) -> None:
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(
            total=timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS
        )
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """Timeout of a whole call, in seconds."""
        return self._timeout.total

    async def initialize(self) -> None:
        """Open the pool."""
        if self._session is None:
            # Telegram closes idle connections; closing them first avoids a write to a closed one.
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=15)
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_report_written)
            # Telegram sets no cookies, and looking for some costs time in each call.
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=self._timeout,
                trace_configs=[trace],
            )

    async def shutdown(self) -> None:
        """Close the pool."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,  # the session has its own timeouts
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
        """Make a call; return the status and the body.

        Raises NotSent, MaybeSent, or the errors of `bot.delivery.responses.check_status`.
        """
        if self._session is None:
            raise NotSent("not initialised")
        try:
            async with self._session.request(
                method,
                url,
                data=_body(request_data),
                headers=_headers(request_data),
                allow_redirects=False,
            ) as response:
                status, payload = response.status, await _read(response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise MaybeSent(type(error).__name__) from None
        return status, check_status(status, payload)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse the body of a successful response."""
        return parse_result(payload)


async def _report_written(*_: object) -> None:
    if report := call_written.get():
        report()


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MAX_RESPONSE_BYTES:
            raise MaybeSent("the response is incomplete")
    return bytes(body)


def _body(data: RequestData | None) -> bytes | aiohttp.FormData | None:
    if data is None:
        return None
    if not data.contains_files:
        return orjson.dumps(data.parameters)
    form = aiohttp.FormData(data.json_parameters)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form


def _headers(data: RequestData | None) -> dict[str, str] | None:
    if data is None or data.contains_files:
        return None
    return {"Content-Type": "application/json"}
