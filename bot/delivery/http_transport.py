"""HTTP for python-telegram-bot on aiohttp, which says what is known of a call that failed."""

import asyncio
from typing import Any

import aiohttp
import orjson
from telegram.request import BaseRequest, RequestData

from bot.delivery.responses import NotSent, Unknown, checked, read_result

CONNECT_SECONDS = 5.0
MOST_BYTES = 16 * 1024 * 1024
"""Of an answer: a hundred of the longest updates are a tenth of it."""


class AiohttpRequest(BaseRequest):
    """One pool of connections.

    `seconds` is the deadline of a whole call, from asking for a connection to the last byte, so
    that an answer that drips cannot hold a message. No error carries an address: it holds the
    token.
    """

    def __init__(self, *, connections: int, seconds: float) -> None:
        self._connections = connections
        self._timeout = aiohttp.ClientTimeout(total=seconds, connect=CONNECT_SECONDS)
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._timeout.total

    async def initialize(self) -> None:
        if self._session is None:
            # Telegram closes idle connections; letting go first avoids writing into a closed one.
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=15)
            # Telegram sets no cookies, and to look for some takes time in each call.
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), timeout=self._timeout
            )

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = None,  # the session's own deadlines hold for every call
        write_timeout: object = None,
        connect_timeout: object = None,
        pool_timeout: object = None,
    ) -> tuple[int, bytes]:
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
            raise Unknown(type(error).__name__) from None
        return status, checked(status, payload)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        return read_result(payload)


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > MOST_BYTES:
            raise Unknown("the answer does not end")
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
