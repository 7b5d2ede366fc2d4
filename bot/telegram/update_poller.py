"""Update poller: long polling of getUpdates, in `polling` mode."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, TelegramError

from bot.telegram.update_queue import StoreUpdates
from storage.inbound.update_inbox import NUMBERING_KEPT

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
READ_TIMEOUT_SECONDS = LONG_POLL_SECONDS + 10
_SILENCE_SECONDS = 40.0
"""Time without an answer after which Telegram counts as unreachable: one poll and a bit."""

_FIRST_BACKOFF_SECONDS = 1.0
_MAX_BACKOFF_SECONDS = 15.0


class UpdatePoller:
    """Loop of getUpdates calls. The next call confirms the updates that were stored.

    `clock` is monotonic, in seconds.
    """

    def __init__(
        self, bot: Bot, store: StoreUpdates, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._bot = bot
        self._store = store
        self._clock = clock
        self._last_answer_at = clock()
        self._last_update_at = clock()
        self._failures = 0  # in a row

    async def run(self, offset: int | None) -> None:
        """Poll until cancelled. `offset`: one more than the highest stored update id, or None."""
        self._last_answer_at = self._clock()
        while True:
            try:
                asked_at = self._clock()
                received = await self._get_updates(offset)
                self._last_answer_at = self._clock()
                if not received and self._last_answer_at - asked_at < _FIRST_BACKOFF_SECONDS:
                    # A proxy that does not wait for updates must not be asked without pause.
                    await asyncio.sleep(_FIRST_BACKOFF_SECONDS)
                updates = [update for update in received if is_update(update)]
                await self._store(updates)
                offset = self._next_offset(updates, offset)
                if len(updates) < len(received):
                    log.error("malformed_updates", count=len(received) - len(updates))
                    await self._back_off()  # without an id it cannot be confirmed, and comes again
                    continue
            except Conflict:
                log.error("another_poller")  # noqa: TRY400 - a traceback has no information
                await self._back_off()
            except TelegramError as error:
                log.warning("polling_failed", error=error.message)
                await self._back_off()
            except Exception:  # the database may be unavailable for a while
                log.exception("storing_updates_failed")
                await self._back_off()
            else:
                self._failures = 0

    async def check(self) -> str | None:
        """Return a message if Telegram has not answered for a while, else None."""
        silence = self._clock() - self._last_answer_at
        if silence <= _SILENCE_SECONDS:
            return None
        log.warning("telegram_silent", seconds=round(silence))
        return f"Telegram has not answered getUpdates for {silence:.0f} s"

    def _next_offset(self, updates: list[dict[str, Any]], offset: int | None) -> int | None:
        """Return the offset that confirms the updates; None after days without any.

        All were confirmed then, and the next ids may be lower than the offset.
        """
        now = self._clock()
        if updates:
            self._last_update_at = now
            return max(int(update["update_id"]) for update in updates) + 1
        return None if now - self._last_update_at > NUMBERING_KEPT.total_seconds() else offset

    async def _back_off(self) -> None:
        delay = min(_FIRST_BACKOFF_SECONDS * 2**self._failures, _MAX_BACKOFF_SECONDS)
        self._failures += 1
        await asyncio.sleep(delay)

    async def _get_updates(self, offset: int | None) -> list[Any]:
        parameters = {
            "offset": offset,
            "timeout": LONG_POLL_SECONDS,
            "allowed_updates": list(ALLOWED_UPDATES),
        }
        updates = await self._bot.do_api_request("getUpdates", api_kwargs=parameters)
        if not isinstance(updates, list):
            raise TelegramError("expected a list of updates in the answer to getUpdates")
        return updates


def is_update(value: object) -> bool:
    """Return whether the value is an update whose id the database can hold."""
    update_id = value.get("update_id") if isinstance(value, dict) else None
    return type(update_id) is int and 0 <= update_id < 2**63
