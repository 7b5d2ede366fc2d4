"""HTTP server: liveness, readiness, metrics, and the webhooks of sources and of Telegram."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

import structlog
from aiohttp import web
from pydantic import AfterValidator

from bot.ops.readiness import Check, problems
from bot.sources.base.webhook_source import WebhookSource
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
        raise ValueError('"HOST:PORT", or "" for none')
    return address


class HttpSettings(Section, frozen=True):
    """The `[http]` table of the configuration."""

    listen: Annotated[str, AfterValidator(_checked_address)] = "127.0.0.1:8080"  # "": no server

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
    ) -> None:
        self._address = address
        self._checks = checks
        application = web.Application(middlewares=[_as_json])
        application.router.add_get("/healthz", _alive)
        application.router.add_get("/readyz", self._ready)
        if metrics:
            application.router.add_get("/metrics", metrics)
        for webhook in webhooks:
            application.router.add_post(f"/hook/{webhook.name}", webhook.receive)
        if telegram:
            application.router.add_post(*telegram)
        # The access log would contain query strings, which may hold secrets.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=5)

    async def start(self) -> int:
        """Listen, and return the port. Raises ListenError."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._address.host, self._address.port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            where = f"{self._address.host}:{self._address.port}"
            raise ListenError(f"cannot listen on {where}: {error.strerror}") from None
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Stop listening; requests in progress have five seconds to finish."""
        await self._runner.cleanup()

    async def _ready(self, _request: web.Request) -> web.Response:
        found_problems = await problems(self._checks)
        return web.json_response(
            {"ready": not found_problems, "problems": found_problems},
            status=503 if found_problems else 200,
        )


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
