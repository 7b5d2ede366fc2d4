"""The queue of updates that a bot fetches or has delivered."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from bot.standin.bell import Bell
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
# These a bot must ask for (core.telegram.org/bots/api#getupdates).
OPT_IN = frozenset({"chat_member", "message_reaction"})
LONGEST_POLL = 50.0  # seconds
KEPT = 24 * 3600.0  # seconds


@dataclass(frozen=True, slots=True)
class Queued:
    """An update that was not confirmed yet."""

    update_id: int
    at: float  # monotonic seconds
    body: dict[str, Any]  # the Update as Telegram sends it


class Updates:
    """Updates in the order in which they happened, until the bot confirms them."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.allowed = KINDS - OPT_IN
        self.webhook_set = False
        self._clock = clock
        self._queue: deque[Queued] = deque()
        self._last_id = 100_000
        self._bell = Bell()
        self._poller = 0
        self._closed = False

    def __len__(self) -> int:
        return len(self._queue)

    async def publish(self, kind: str, content: dict[str, Any]) -> int | None:
        """Queue an update; returns its id, or None when the bot does not want its kind."""
        if kind not in self.allowed:
            return None
        self._last_id += 1
        body = {"update_id": self._last_id, kind: content}
        self._queue.append(Queued(self._last_id, self._clock(), body))
        await self._bell.ring()
        return self._last_id

    def allow(self, kinds: Iterable[str]) -> None:
        """Set what the bot wants from now on; an empty list is the default."""
        self.allowed = frozenset(kinds) & KINDS or KINDS - OPT_IN

    async def poll(self, offset: int, limit: int, seconds: float) -> list[dict[str, Any]]:
        """Confirm all before `offset` and return what follows, waiting up to `seconds`.

        A negative offset keeps only that many of the newest. Raises Conflict when a webhook is
        set, or when another poll begins before this one has an answer.
        """
        if self.webhook_set:
            raise Conflict(WEBHOOK_IS_SET)
        self._poller += 1
        mine = self._poller
        await self._bell.ring()
        self._confirm(offset)
        if not self._queue and seconds > 0:
            await self._until_something(mine, min(seconds, LONGEST_POLL))
        return [each.body for each in list(self._queue)[:limit]]

    async def _until_something(self, mine: int, seconds: float) -> None:
        def ready() -> bool:
            return bool(self._queue) or self._poller != mine or self.webhook_set or self._closed

        try:
            await self._bell.until(ready, seconds)
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
        while self._queue and (self._queue[0].update_id < offset or self._queue[0].at < old):
            self._queue.popleft()

    async def first(self) -> Queued:
        """The oldest update, for the webhook; waits for one."""
        await self._bell.until(lambda: bool(self._queue), None)
        return self._queue[0]

    def delivered(self, update: Queued) -> None:
        """Take an update out of the queue that the webhook has accepted."""
        if self._queue and self._queue[0] is update:
            self._queue.popleft()

    def drop(self) -> None:
        """Forget what is pending."""
        self._queue.clear()

    async def set_webhook(self, *, active: bool) -> None:
        """Let pollers in or out."""
        self.webhook_set = active
        await self._bell.ring()

    async def close(self) -> None:
        """Let pollers go with nothing."""
        self._closed = True
        await self._bell.ring()
