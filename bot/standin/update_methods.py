"""Methods getUpdates, setWebhook, deleteWebhook and getWebhookInfo."""

import re
from typing import Any
from urllib.parse import urlsplit

from bot.standin.errors import BadRequest
from bot.standin.params import Params
from bot.standin.webhook import Address
from bot.standin.world import World

_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


async def get_updates(world: World, params: Params) -> list[dict[str, Any]]:
    """Return a list of Telegram's Update."""
    _allow(world, params)
    limit = params.number("limit") or 100
    return await world.updates.poll(
        params.number("offset") or 0,
        min(max(limit, 1), 100),
        params.number("timeout") or 0,
    )


async def set_webhook(world: World, params: Params) -> bool:
    """Set the webhook address; an empty one removes it."""
    url, secret = params.text("url"), params.text("secret_token")
    if url:
        _check_url(url)
    if secret and not _SECRET.fullmatch(secret):
        raise BadRequest("secret token contains unallowed characters")
    _allow(world, params)
    if params.flag("drop_pending_updates"):
        world.updates.drop()
    connections = params.number("max_connections") or 40
    await world.webhook.set(Address(url, secret or None, connections) if url else None)
    return True


async def delete_webhook(world: World, params: Params) -> bool:
    """Remove the webhook."""
    if params.flag("drop_pending_updates"):
        world.updates.drop()
    await world.webhook.set(None)
    return True


async def get_webhook_info(world: World, _params: Params) -> dict[str, Any]:
    """Return Telegram's WebhookInfo."""
    return {**world.webhook.info(), "allowed_updates": sorted(world.updates.allowed)}


def _allow(world: World, params: Params) -> None:
    kinds = params.get("allowed_updates")
    if isinstance(kinds, list):
        world.updates.allow(str(kind) for kind in kinds)


def _check_url(url: str) -> None:
    # Telegram requires https; a local Bot API server accepts http, and so does this one.
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadRequest("bad webhook: invalid webhook URL specified")
