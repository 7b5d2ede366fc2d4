"""Connection guard: limits the number of HTTP connections and the time for a request head.

Without it a few hundred connections that never finish their request head (the Slowloris attack)
use up the file descriptors of the process, and nothing else can be sent or received.
"""

import asyncio
import resource
from collections.abc import Awaitable, Callable
from typing import cast

import structlog
from aiohttp import web

log = structlog.get_logger(__name__)

HEAD_SECONDS = 10.0
_MAX_FILES = 65_536
_CONNECTION_SHARE = 4
"""One file descriptor in so many may be an HTTP connection."""


def raise_file_limit() -> int:
    """Raise the soft limit of open files to the hard limit, and return it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MAX_FILES if hard == resource.RLIM_INFINITY else min(hard, _MAX_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft


def max_connections() -> int:
    """Return the number of connections that leaves enough files for everything else."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return min(soft, _MAX_FILES) // _CONNECTION_SHARE


class ConnectionGuard:
    """All connections of one server. At the limit the oldest one without a request is closed."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: set[GuardedConnection] = set()
        # Connections without a request head yet, by aiohttp's protocol; the oldest first.
        self._waiting: dict[object, GuardedConnection] = {}

    def wrap(
        self, build_protocol: Callable[[], asyncio.Protocol]
    ) -> Callable[[], asyncio.Protocol]:
        """Return a protocol factory for `create_server` whose connections are guarded."""
        return lambda: GuardedConnection(build_protocol(), self)

    @web.middleware
    async def middleware(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Stop the clock of the connection: its request head has arrived."""
        if connection := self._waiting.pop(request.protocol, None):
            connection.cancel_timer()
        return await handler(request)

    def admit(self, connection: "GuardedConnection") -> bool:
        """Register a new connection; return False if there is no room for it."""
        if len(self._open) >= self._limit:
            log.warning("connection_limit_reached", limit=self._limit)
            if not self._waiting:
                return False
            next(iter(self._waiting.values())).abort()
        self._open.add(connection)
        self._waiting[connection.protocol] = connection
        connection.start_timer(HEAD_SECONDS)
        return True

    def release(self, connection: "GuardedConnection") -> None:
        """Unregister a closed connection."""
        self._open.discard(connection)
        self._waiting.pop(connection.protocol, None)
        connection.cancel_timer()


class GuardedConnection(asyncio.Protocol):
    """Protocol of one connection: passes every call on to aiohttp's protocol."""

    def __init__(self, protocol: asyncio.Protocol, guard: ConnectionGuard) -> None:
        self.protocol = protocol
        self._guard = guard
        self._transport: asyncio.Transport | None = None
        self._is_admitted = False
        self._timer: asyncio.TimerHandle | None = None

    def start_timer(self, seconds: float) -> None:
        """Close the connection after that time, unless the timer is cancelled before."""
        self._timer = asyncio.get_running_loop().call_later(seconds, self._expire)

    def cancel_timer(self) -> None:
        """Leave the connection open for as long as aiohttp wants."""
        if self._timer:
            self._timer.cancel()

    def _expire(self) -> None:
        log.warning("request_head_timeout", seconds=HEAD_SECONDS)
        self.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Admit the connection, or close it at once."""
        self._transport = cast("asyncio.Transport", transport)
        self._is_admitted = self._guard.admit(self)
        if self._is_admitted:
            self.protocol.connection_made(transport)
        else:
            self._transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Release the connection."""
        self._guard.release(self)
        if self._is_admitted:
            self.protocol.connection_lost(exc)

    def abort(self) -> None:
        """Close the connection without waiting for data to be sent."""
        self._guard.release(self)
        if self._transport:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        """Pass data on."""
        if self._is_admitted:
            self.protocol.data_received(data)

    def eof_received(self) -> bool | None:
        """Pass the end of the stream on."""
        return self.protocol.eof_received() if self._is_admitted else None

    def pause_writing(self) -> None:
        """Pass flow control on."""
        self.protocol.pause_writing()

    def resume_writing(self) -> None:
        """Pass flow control on."""
        self.protocol.resume_writing()
