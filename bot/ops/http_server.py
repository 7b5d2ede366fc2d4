"""The HTTP server: is it well, what it measures, and what comes by webhook."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

import structlog
from aiohttp import web
from pydantic import AfterValidator

from bot.sources.base.webhook_source import Hook
from storage.settings import Section

Check = Callable[[], Awaitable[str | None]]
"""Tells what is wrong, in words; None: nothing is."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_PATIENCE = 5.0  # seconds for one check
_ADDRESS = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\s\[\]/]+):(\d{1,5})")

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Address:
    """Where to listen."""

    host: str
    port: int  # 0: any that is free


def _address(written: str) -> str:
    found = _ADDRESS.fullmatch(written)
    if written and not (found and int(found[2]) <= 65535):
        raise ValueError('"HOST:PORT", or "" for none')
    return written


class HttpSettings(Section, frozen=True):
    """`[http]`."""

    listen: Annotated[str, AfterValidator(_address)] = "127.0.0.1:8080"  # "": nowhere

    @property
    def address(self) -> Address | None:
        found = _ADDRESS.fullmatch(self.listen)
        return Address(found[1].strip("[]"), int(found[2])) if found else None


class CannotListen(Exception):  # noqa: N818 - it says what is so
    """The address is taken, or not ours."""


class HttpServer:
    """Listens from `start` to `stop`. Every answer but the metrics is JSON, errors too."""

    def __init__(
        self,
        address: Address,
        checks: Mapping[str, Check],
        webhooks: Iterable[Hook] = (),
        telegram: tuple[str, Handler] | None = None,  # the path and who answers Telegram there
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
        # The access log would write addresses with their query strings.
        self._runner = web.AppRunner(application, access_log=None, shutdown_timeout=5)

    async def start(self) -> int:
        """The port. Raises CannotListen."""
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._address.host, self._address.port)
        try:
            await site.start()
        except OSError as error:
            await self._runner.cleanup()
            where = f"{self._address.host}:{self._address.port}"
            raise CannotListen(f"cannot listen on {where}: {error.strerror}") from None
        port: int = self._runner.addresses[0][1]
        return port

    async def stop(self) -> None:
        """Lets those who are being answered finish, for a while."""
        await self._runner.cleanup()

    async def _ready(self, _request: web.Request) -> web.Response:
        found = await asyncio.gather(*(_checked(check) for check in self._checks.values()))
        problems = {name: what for name, what in zip(self._checks, found, strict=True) if what}
        return web.json_response(
            {"ready": not problems, "problems": problems}, status=503 if problems else 200
        )


async def _alive(_request: web.Request) -> web.Response:
    return web.json_response({"alive": True})


async def _checked(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await check()
    except TimeoutError:
        return f"no answer within {_PATIENCE:.0f} seconds"


@web.middleware
async def _as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        allow = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
        return web.json_response({"error": error.reason}, status=error.status, headers=allow)
    except Exception:  # the server's own loop would answer in HTML and log the
        # whole address; what was not stored is not acknowledged, and the sender sends it again
        log.exception("request_failed", path=request.path)
        return web.json_response({"error": "that failed here, it is logged"}, status=500)
