"""HTTP for python-telegram-bot on aiohttp, which says what is known of a call that failed.

errors:  NetworkError (python-telegram-bot's)
         ├── FloodWait     Telegram has refused it for a while
         ├── NotSent       Telegram has not got the request
         ├── ServerFailed  Telegram answered 5xx: it has probably done nothing
         └── Unknown       the request was written and no whole answer came back
"""

import asyncio
from typing import Any

import aiohttp
import orjson
from telegram.error import NetworkError
from telegram.request import BaseRequest, RequestData

CONNECT_SECONDS = 5.0
DEFAULT_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 24 * 3600


class FloodWait(NetworkError):  # noqa: N818 - named for what is known, not for being an error
    """Telegram answered 429. The library's own class for it warns of its next version."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"429, for {seconds} s")
        self.seconds = seconds


class NotSent(NetworkError):  # noqa: N818
    """Telegram has not got the request."""


class ServerFailed(NetworkError):  # noqa: N818
    """Telegram answered 5xx."""


class Unknown(NetworkError):  # noqa: N818
    """The request was written and no whole answer came back: nobody knows."""


class AiohttpRequest(BaseRequest):
    """One pool of connections.

    `seconds` is the deadline of a whole call, from asking for a connection to the last byte, so
    that an answer that drips cannot hold a message. No error carries an address: it holds the
    token.
    """

    def __init__(self, *, connections: int, seconds: float) -> None:
        self._connections = connections
        self._seconds = seconds
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return self._seconds

    async def initialize(self) -> None:
        if self._session is None:
            # Telegram closes idle connections; letting go first avoids writing into a closed one.
            connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=15)
            self._session = aiohttp.ClientSession(connector=connector)

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
        timeout = aiohttp.ClientTimeout(total=self._seconds, connect=CONNECT_SECONDS)
        try:
            async with self._session.request(
                method,
                url,
                data=_body(request_data),
                headers=_headers(request_data),
                timeout=timeout,
            ) as response:
                status, payload = response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError, asyncio.IncompleteReadError, OSError) as error:
            raise Unknown(type(error).__name__) from None
        return _checked(status, payload)

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            parsed: Any = orjson.loads(payload)
        except orjson.JSONDecodeError:
            raise Unknown("the answer is not JSON") from None
        if not isinstance(parsed, dict) or ("result" not in parsed and "ok" not in parsed):
            raise Unknown("the answer is not one of the Bot API")
        return parsed


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


def _checked(status: int, payload: bytes) -> tuple[int, bytes]:
    """Passes on what python-telegram-bot reads right, raises for what it does not."""
    if status == 429:
        raise FloodWait(_wait_seconds(payload))
    if status >= 500:
        raise ServerFailed(_description(payload) or f"HTTP {status}")
    return status, payload


def _wait_seconds(payload: bytes) -> int:
    """What a 429 asks for, whatever it holds: never none, never beyond a day."""
    try:
        asked = int(orjson.loads(payload)["parameters"]["retry_after"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        asked = DEFAULT_WAIT_SECONDS
    return min(max(asked, 1), LONGEST_WAIT_SECONDS)


def _description(payload: bytes) -> str | None:
    try:
        return str(orjson.loads(payload)["description"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
