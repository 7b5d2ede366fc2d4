"""Update queue: updates that the bot polls or gets by webhook."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.standin.change_event import ChangeEvent
from bot.standin.errors import SECOND_POLLER, WEBHOOK_IS_SET, Conflict

KINDS = frozenset(
    {
        "message",
        "edited_message",
        "channel_post",
        "edited_channel_post",
        "callback_query",
        "inline_query",
        "my_chat_member",
        "chat_member",
        "message_reaction",
    }
)
# A bot must ask for these (core.telegram.org/bots/api#getupdates).
OPT_IN = frozenset({"chat_member", "message_reaction"})
LONGEST_POLL = 50.0  # seconds
KEPT = 24 * 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class Queued:
    """Unconfirmed update."""

    update_id: int
    queued_at: float  # monotonic seconds
    body: dict[str, Any]  # Telegram's Update


class Updates:
    """Unconfirmed updates, in order."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.allowed = KINDS - OPT_IN
        self.webhook_set = False
        self._clock = clock
        self._queue: deque[Queued] = deque()
        self._last_id = 100_000
        self._changed = ChangeEvent()
        self._poller = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._queue)

    async def publish(self, kind: str, content: dict[str, Any]) -> int | None:
        """Queue an update; return its id, or None if the bot does not ask for its kind."""
        if kind not in self.allowed:
            return None
        self._last_id += 1
        body = {"update_id": self._last_id, kind: content}
        self._queue.append(Queued(self._last_id, self._clock(), body))
        await self._changed.notify()
        return self._last_id

    def allow(self, kinds: Iterable[str]) -> None:
        """Set the kinds of updates to queue; an empty list is the default."""
        self.allowed = frozenset(kinds) & KINDS or KINDS - OPT_IN

    async def poll(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Confirm all updates before `offset` and return the following, waiting up to `seconds`.

        A negative offset keeps only that many of the newest. Raises Conflict if a webhook is
        set, or if another poll starts before this one has an answer.
        """
        if self.webhook_set:
            raise Conflict(WEBHOOK_IS_SET)
        self._poller += 1
        mine = self._poller
        await self._changed.notify()
        self._confirm(offset)
        if not self._queue and seconds > 0:
            await self._until_something(mine, min(seconds, LONGEST_POLL))
        return [each.body for each in list(self._queue)[:limit]]

    async def _until_something(self, mine: int, seconds: float) -> None:
        def ready() -> bool:
            return bool(self._queue) or self._poller != mine or self.webhook_set or self._closed

        try:
            await self._changed.wait_until(ready, seconds)
        except TimeoutError:
            return
        if self.webhook_set:
            raise Conflict(WEBHOOK_IS_SET)
        if self._poller != mine:
            raise Conflict(SECOND_POLLER)

    def _confirm(self, offset: int) -> None:
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popleft()
        old = self._clock() - KEPT
        while self._queue and (self._queue[0].update_id < offset or self._queue[0].queued_at < old):
            self._queue.popleft()

    async def first(self) -> Queued:
        """Wait for and return the oldest update, for the webhook."""
        await self._changed.wait_until(lambda: bool(self._queue), None)
        return self._queue[0]

    def delivered(self, update: Queued) -> None:
        """Remove an update that the webhook has accepted."""
        if self._queue and self._queue[0] is update:
            self._queue.popleft()

    def drop(self) -> None:
        """Drop pending updates."""
        self._queue.clear()

    async def set_webhook(self, *, active: bool) -> None:
        """Enable or disable polling."""
        self.webhook_set = active
        await self._changed.notify()

    async def close(self) -> None:
        """End all polls with an empty result."""
        self._closed = True
        await self._changed.notify()
