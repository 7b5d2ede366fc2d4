"""Update queue: updates are stored before Telegram may forget them, then handled in order."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.ingest.metrics import UpdateMetrics
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.inbound.update_inbox import MAX_PER_CHAT, NUMBERING_KEPT, PendingUpdate

log = structlog.get_logger(__name__)

_WINDOW = 500
_MAX_DELAYED = 5000  # failed updates in memory; more wait in the database
_CONCURRENCY = 16
_URGENT_CONCURRENCY = 4
_LONG_CONCURRENCY = 1  # each holds the event loop for tens of milliseconds
_LONG_TEXT = 500  # characters
_LONG_PAUSE_SECONDS = 0.05  # after each long one: other tasks have half of the time
_RETRY_SECONDS = 3.0
_FIRST_BACKOFF_SECONDS = 1.0
_MAX_BACKOFF_SECONDS = 60.0
_FINISH_SECONDS = 5.0


StoreUpdates = Callable[[Sequence[dict[str, Any]]], Awaitable[None]]
"""Stores updates durably; only then may they be confirmed to Telegram."""


class UpdateQueue:
    """Dispatch of stored updates: in order within a chat, concurrently between chats.

    `is_urgent`: updates that overtake those of strangers, such as the posts of a watched channel.
    """

    def __init__(
        self,
        database: Database,
        process: Callable[[PendingUpdate], Awaitable[None]],
        clock: Callable[[], datetime],
        counts: UpdateMetrics,
        is_urgent: Callable[[PendingUpdate], bool] = lambda _: False,
    ) -> None:
        self._database = database
        self._process = process
        self._clock = clock
        self._counts = counts
        self._is_urgent = is_urgent
        self._wakeup = asyncio.Event()
        self._slots = asyncio.Semaphore(_CONCURRENCY)
        self._urgent_slots = asyncio.Semaphore(_URGENT_CONCURRENCY)
        self._long_slots = asyncio.Semaphore(_LONG_CONCURRENCY)
        self._urgent: list[PendingUpdate] = []  # stored, and not dispatched yet
        self._claimed: set[int] = set()
        self._queues: dict[int, deque[PendingUpdate]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._failures: dict[int, int] = {}  # failed attempts, by update id
        self._delayed: set[int] = set()  # update ids that wait for their retry; also claimed

    async def store(self, updates: Sequence[dict[str, Any]]) -> None:
        """Store updates durably: they are handled even if this process ends."""
        if not updates:
            return
        async with self._database.write() as transaction:
            await update_inbox.enqueue(transaction, updates, self._clock())
        self._counts.record(updates)
        pending = (PendingUpdate(u["update_id"], u, update_inbox.chat_id_of(u)) for u in updates)
        self._urgent += filter(self._is_urgent, pending)
        self._wakeup.set()

    async def offset(self) -> int | None:
        """Return the offset for getUpdates; None if no update was stored for days.

        An offset confirms all lower ids unseen, and after a week Telegram's may go on lower.
        """
        async with self._database.read() as transaction:
            last = await update_inbox.last_received(transaction)
        if last is None or self._clock() - last[1] > NUMBERING_KEPT:
            return None
        return last[0] + 1

    async def run(self) -> None:
        """Handle updates until cancelled, starting with those that the last run left.

        On cancellation the updates in progress are finished; the rest waits for the next run.
        """
        try:
            await self._dispatch_all()
        finally:
            await self._finish()

    async def _dispatch_all(self) -> None:
        while True:
            self._wakeup.clear()
            try:
                self._dispatch_urgent()
                for incoming in await self._next_updates():
                    self._dispatch(incoming)
            except Exception:  # the database may be unavailable for a while
                log.exception("update_inbox_unreadable")
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            await self._wakeup.wait()

    async def _next_updates(self) -> list[PendingUpdate]:
        """Return at most a few updates of each chat."""
        room = _WINDOW - (len(self._claimed) - len(self._delayed))
        if room <= 0 or len(self._delayed) >= _MAX_DELAYED:
            return []
        full = [chat for chat, queue in self._queues.items() if len(queue) >= MAX_PER_CHAT]
        async with self._database.read() as transaction:
            return await update_inbox.next_waiting(transaction, room, self._claimed, full)

    def _dispatch_urgent(self) -> None:
        for incoming in self._urgent:
            if incoming.update_id not in self._claimed:
                self._dispatch(incoming)
        self._urgent.clear()

    def _dispatch(self, incoming: PendingUpdate) -> None:
        self._claimed.add(incoming.update_id)
        chat = incoming.chat_id
        if chat in self._queues:
            self._queues[chat].append(incoming)
            return
        self._queues[chat] = deque([incoming])
        worker = asyncio.create_task(self._process_chat(chat))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _process_chat(self, chat: int) -> None:
        queue = self._queues[chat]
        while queue:
            async with self._slots_for(queue[0]):
                if not queue:  # emptied by `_finish`
                    break
                incoming = _mark_superseded(queue.popleft(), queue)
                try:
                    await self._process(incoming)
                except Exception:  # the queue must go on; the update is retried
                    log.exception("update_failed", update=incoming.update_id)
                    self._retry_later(incoming)
                else:
                    self._failures.pop(incoming.update_id, None)
                    self._claimed.discard(incoming.update_id)
                if _is_long(incoming):
                    await asyncio.sleep(_LONG_PAUSE_SECONDS)
        del self._queues[chat]
        self._wakeup.set()

    def _slots_for(self, incoming: PendingUpdate) -> asyncio.Semaphore:
        if self._is_urgent(incoming):
            return self._urgent_slots
        return self._long_slots if _is_long(incoming) else self._slots

    def _retry_later(self, incoming: PendingUpdate) -> None:
        """Release the update after a delay that doubles with each failure of it.

        Until then it stays claimed, and later updates of its chat are handled before it.
        """
        failures = self._failures[incoming.update_id] = (
            self._failures.get(incoming.update_id, 0) + 1
        )
        delay = min(_FIRST_BACKOFF_SECONDS * 2 ** (failures - 1), _MAX_BACKOFF_SECONDS)
        self._delayed.add(incoming.update_id)
        asyncio.get_running_loop().call_later(delay, self._release, incoming.update_id)

    def _release(self, update_id: int) -> None:
        self._claimed.discard(update_id)
        self._delayed.discard(update_id)
        self._wakeup.set()

    async def _finish(self) -> None:
        for queue in self._queues.values():
            queue.clear()
        workers = list(self._workers)
        if not workers:
            return
        try:
            await asyncio.wait(workers, timeout=_FINISH_SECONDS)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)


def _mark_superseded(update: PendingUpdate, later: Iterable[PendingUpdate]) -> PendingUpdate:
    """Mark an inline query that is followed by another: only the newest is worth an answer."""
    is_superseded = update.is_inline_query and any(other.is_inline_query for other in later)
    return replace(update, is_superseded=is_superseded)


def _is_long(update: PendingUpdate) -> bool:
    """Return whether the update has a long text, or replies to a message with one."""
    contents = [content for content in update.payload.values() if isinstance(content, dict)]
    contents += [r for c in contents if isinstance(r := c.get("reply_to_message"), dict)]
    texts = [content.get(field) for content in contents for field in ("text", "caption")]
    return any(isinstance(text, str) and len(text) > _LONG_TEXT for text in texts)
