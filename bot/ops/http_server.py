"""HTTP server: liveness, readiness, metrics, and the webhooks of sources and of Telegram."""

import asyncio
import logging
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from pydantic import AfterValidator, SecretStr

from bot.bearer_token import has_bearer_token
from bot.ops.cached_result import CachedResult
from bot.ops.connection_guard import HEAD_SECONDS, ConnectionGuard, max_connections
from bot.ops.http_access import is_from_operator_network
from bot.ops.readiness import Check, problems
from bot.os_errors import describe_os_error
from bot.sources.base.webhook_source import WebhookSource
from bot.strong_secret import strong_secret
from storage.settings import Section

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\s\[\]/]+):(\d{1,5})")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Address:
    """Host and port to listen on."""

    host: str
    port: int  # 0: any free port


def _checked_address(address: str) -> str:
    match = _HOST_AND_PORT.fullmatch(address)
    if address and not (match and int(match[2]) <= 65535):
        raise ValueError('"HOST:PORT", or "" for no server')
    return address


class HttpSettings(Section, frozen=True):
    """The `[http]` table of the configuration."""

    listen: Annotated[str, AfterValidator(_checked_address)] = "127.0.0.1:8080"  # "": no server
    token: Annotated[SecretStr, AfterValidator(strong_secret)] | None = None  # for /metrics

    @property
    def address(self) -> Address | None:
        """The parsed address; None for no server."""
        match = _HOST_AND_PORT.fullmatch(self.listen)
        return Address(match[1].strip("[]"), int(match[2])) if match else None


class ListenError(Exception):
    """The address is in use or does not belong to this machine."""


class HttpServer:
    """Server between `start` and `stop`. Every response but /metrics is JSON, errors included."""

    def __init__(
        self,
        address: Address,
        checks: Mapping[str, Check],
        webhooks: Iterable[WebhookSource] = (),
        telegram: tuple[str, Handler] | None = None,  # path and handler of Telegram's webhook
        metrics: Handler | None = None,
        token: SecretStr | None = None,  # bearer token for /metrics and the details of /readyz
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._address = address
        self._token = token
        self._problems = CachedResult(partial(problems, checks), clock=clock)
        self._guard = ConnectionGuard(max_connections())
        self._server: asyncio.Server | None = None
        application = web.Application(middlewares=[self._guard.middleware, _as_json])
        application.router.add_get("/healthz", _alive)
        application.router.add_get("/readyz", self._ready)
        if metrics:
            application.router.add_get("/metrics", self._protected(metrics))
        for webhook in webhooks:
            application.router.add_post(f"/hook/{webhook.name}", webhook.receive)
        if telegram:
            application.router.add_post(*telegram)
        # The access log would contain query strings, which may hold secrets. A broken compressed
        # body would end aiohttp's protocol with a traceback: the webhooks unpack it themselves.
        self._runner = web.AppRunner(
            application,
            access_log=None,
            shutdown_timeout=5,
            keepalive_timeout=HEAD_SECONDS,
            auto_decompress=False,
        )
        logging.getLogger("aiohttp.server").addFilter(_is_defect)

    async def start(self) -> int:
        """Listen, and return the port. Raises ListenError."""
        await self._runner.setup()
        if self._runner.server is None:
            raise RuntimeError("the runner has no server")
        try:
            self._server = await asyncio.get_running_loop().create_server(
                self._guard.wrap(self._runner.server), self._address.host, self._address.port
            )
        except OSError as error:
            await self._runner.cleanup()
            where = f"{self._address.host}:{self._address.port}"
            raise ListenError(
                f"cannot listen on {where}: {describe_os_error(error)}; see http.listen"
            ) from None
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening; requests in progress have five seconds to finish."""
        if self._server:
            self._server.close()
        await self._runner.cleanup()

    async def _ready(self, request: web.Request) -> web.Response:
        found_problems = await self._problems.get()
        if self._token and not has_bearer_token(request, self._token):
            found_problems = dict.fromkeys(
                found_problems, "request /readyz with the token for details"
            )
        return web.json_response(
            {"ready": not found_problems, "problems": found_problems},
            status=503 if found_problems else 200,
        )

    def _protected(self, handler: Handler) -> Handler:
        """Return a handler for requests with the token only; without a token, for this machine."""

        async def check(request: web.Request) -> web.StreamResponse:
            if self._token is None and not is_from_operator_network(request):
                raise web.HTTPForbidden(
                    reason="expected a request from this machine; set http.token to allow others"
                )
            if self._token and not has_bearer_token(request, self._token):
                raise web.HTTPUnauthorized
            return await handler(request)

        return check


def _is_defect(record: logging.LogRecord) -> bool:
    """Return whether the server failed. A request that is no HTTP gets 400, which is no failure."""
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, HttpProcessingError)


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})


@web.middleware
async def _as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return web.json_response({"error": error.reason}, status=error.status, headers=allow)
    except Exception:  # aiohttp itself would answer in HTML and log the full
        # address. Senders repeat what was not acknowledged.
        log.exception("request_failed", path=request.path)
        return web.json_response({"error": "internal error; see the log"}, status=500)
