"""Update poller: long polling of getUpdates, in `polling` mode."""

import asyncio
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, TelegramError

from bot.telegram.update_queue import StoreUpdates

log = structlog.get_logger(__name__)

ALLOWED_UPDATES = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
    "channel_post",
    "edited_channel_post",
)
"""Kinds of updates to ask for (core.telegram.org/bots/api#getupdates)."""

LONG_POLL_SECONDS = 25
_RETRY_SECONDS = 3.0


class UpdatePoller:
    """Loop of getUpdates calls. The next call confirms the updates that were stored."""

    def __init__(self, bot: Bot, store: StoreUpdates) -> None:
        self._bot = bot
        self._store = store

    async def run(self, offset: int | None) -> None:
        """Poll until cancelled. `offset`: one more than the highest stored update id, or None."""
        while True:
            try:
                updates = await self._get_updates(offset)
                await self._store(updates)
                offset = max((u["update_id"] + 1 for u in updates), default=offset)
            except Conflict:
                log.error("another_poller")  # noqa: TRY400 - a traceback has no information
                await asyncio.sleep(_RETRY_SECONDS)
            except TelegramError as error:
                log.warning("polling_failed", error=error.message)
                await asyncio.sleep(_RETRY_SECONDS)
            except Exception:  # the database may be unavailable for a while
                log.exception("storing_updates_failed")
                await asyncio.sleep(_RETRY_SECONDS)

    async def _get_updates(self, offset: int | None) -> list[dict[str, Any]]:
        parameters = {
            "offset": offset,
            "timeout": LONG_POLL_SECONDS,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        updates: list[dict[str, Any]] = await self._bot.do_api_request(
            "getUpdates", api_kwargs=parameters
        )
        return updates
