"""Updates from Telegram: kept in the inbox before they are confirmed, then answered."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import structlog
from telegram import Bot
from telegram.error import Conflict, TelegramError

from bot.ingest.metrics import UpdateCounts
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.inbound.update_inbox import OF_ONE_CHAT, Incoming

log = structlog.get_logger(__name__)

ALLOWED = (
    "message",
    "edited_message",
    "callback_query",
    "inline_query",
    "my_chat_member",
    "channel_post",
    "edited_channel_post",
)
"""Kinds of updates asked for (core.telegram.org/bots/api#getupdates)."""

LONG_POLL_SECONDS = 25
_WINDOW = 500
_AT_ONCE = 16
_TROUBLE_SECONDS = 3.0
_PATIENCE_SECONDS = 5.0


class UpdatePoller:
    """Asks Telegram for updates. What is in the inbox is confirmed by the next question."""

    def __init__(self, bot: Bot, keep: "Keep") -> None:
        self._bot = bot
        self._keep = keep

    async def run(self, offset: int | None) -> None:
        """For ever. `offset` is one more than the highest update id that was kept."""
        while True:
            try:
                updates = await self._ask(offset)
                await self._keep(updates)
                offset = max((u["update_id"] + 1 for u in updates), default=offset)
            except Conflict:
                # A traceback would tell nothing.
                log.error("another program asks Telegram for this bot's updates")  # noqa: TRY400
                await asyncio.sleep(_TROUBLE_SECONDS)
            except TelegramError as error:
                log.warning("no updates from Telegram", why=error.message)
                await asyncio.sleep(_TROUBLE_SECONDS)
            except Exception:  # a database that is away for a while must not end the conversation
                log.exception("updates were not kept; they are asked for again")
                await asyncio.sleep(_TROUBLE_SECONDS)

    async def _ask(self, offset: int | None) -> list[dict[str, Any]]:
        question = {
            "offset": offset,
            "timeout": LONG_POLL_SECONDS,
            "allowed_updates": list(ALLOWED),
        }
        updates: list[dict[str, Any]] = await self._bot.do_api_request(
            "getUpdates", api_kwargs=question
        )
        return updates


Keep = Callable[[Sequence[dict[str, Any]]], Awaitable[None]]
"""Stores updates for good: only then may they be confirmed."""


class Inbox:
    """Has every kept update answered: in order within a chat, side by side between chats."""

    def __init__(
        self,
        database: Database,
        answer: Callable[[Incoming], Awaitable[None]],
        clock: Callable[[], datetime],
        counts: UpdateCounts,
    ) -> None:
        self._database = database
        self._answer = answer
        self._clock = clock
        self._counts = counts
        self._news = asyncio.Event()
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._in_hand: set[int] = set()
        self._queues: dict[int, deque[Incoming]] = {}
        self._workers: set[asyncio.Task[None]] = set()

    async def keep(self, updates: Sequence[dict[str, Any]]) -> None:
        """Stores them: they will be answered, whatever becomes of this process."""
        if not updates:
            return
        async with self._database.write() as transaction:
            await update_inbox.put(transaction, updates, self._clock())
        self._counts.kept(updates)
        self._news.set()

    async def offset(self) -> int | None:
        """What to ask Telegram for next; None: whatever it has."""
        async with self._database.read() as transaction:
            last = await update_inbox.last_id(transaction)
        return None if last is None else last + 1

    async def run(self) -> None:
        """For ever, beginning with what the last run has left.

        Cancelled, it ends the answers that it has begun; the rest is for the next run.
        """
        try:
            await self._hand_out_all()
        finally:
            await self._end()

    async def _hand_out_all(self) -> None:
        while True:
            self._news.clear()
            try:
                for incoming in await self._waiting():
                    self._hand_out(incoming)
            except Exception:  # as above: a database that is away is waited for
                log.exception("the inbox cannot be read")
                await asyncio.sleep(_TROUBLE_SECONDS)
                continue
            await self._news.wait()

    async def _waiting(self) -> list[Incoming]:
        """A few of every chat, however many one of them has sent."""
        room = _WINDOW - len(self._in_hand)
        if not room:
            return []
        full = [chat for chat, queue in self._queues.items() if len(queue) >= OF_ONE_CHAT]
        async with self._database.read() as transaction:
            return await update_inbox.waiting(transaction, room, self._in_hand, full)

    def _hand_out(self, incoming: Incoming) -> None:
        self._in_hand.add(incoming.update_id)
        chat = incoming.chat_id
        if chat in self._queues:
            self._queues[chat].append(incoming)
            return
        self._queues[chat] = deque([incoming])
        worker = asyncio.create_task(self._work(chat))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, chat: int) -> None:
        queue = self._queues[chat]
        while queue:
            async with self._at_once:
                if not queue:  # given up meanwhile
                    break
                incoming = queue.popleft()
                try:
                    await self._answer(incoming)
                    self._in_hand.discard(incoming.update_id)
                except Exception:  # the next update must be answered all the same
                    log.exception("an update was not answered", update=incoming.update_id)
        del self._queues[chat]
        self._news.set()

    async def _end(self) -> None:
        for queue in self._queues.values():
            queue.clear()
        workers = list(self._workers)
        if not workers:
            return
        try:
            await asyncio.wait(workers, timeout=_PATIENCE_SECONDS)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
