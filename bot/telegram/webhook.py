"""Webhook for Telegram's updates: they are stored before they are acknowledged."""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

import orjson
from aiohttp import web
from aiohttp.web_exceptions import HTTPRequestEntityTooLarge
from pydantic import SecretStr

from bot.telegram.update_poller import is_update
from bot.telegram.update_queue import StoreUpdates

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_HEADER = "X-Telegram-Bot-Api-Secret-Token"


def webhook_route(url: str, secret: SecretStr, store: StoreUpdates) -> tuple[str, Handler]:
    """Return the path of `url` and its handler. Telegram repeats what is not answered 2xx."""

    async def receive(request: web.Request) -> web.Response:
        given = request.headers.get(_HEADER, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, secret.get_secret_value().encode()):
            raise web.HTTPUnauthorized
        try:
            update = orjson.loads(await request.read())
        except (orjson.JSONDecodeError, HTTPRequestEntityTooLarge, ConnectionError):
            raise web.HTTPBadRequest from None
        if not is_update(update):
            raise web.HTTPBadRequest
        await store([update])
        return web.Response()

    return urlsplit(url).path or "/", receive
