"""Journal of the bot's calls, for tests."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.standin.change_event import ChangeEvent
from bot.standin.rates import Rates

SENDING = frozenset({"sendMessage", "sendPhoto"})


@dataclass(frozen=True, slots=True)
class Call:
    """Request to the Bot API, and the response."""

    number: int  # 1 for the first call
    arrived_at: float  # monotonic seconds when it arrived
    method: str  # as Telegram spells it, e.g. "sendMessage"
    params: Mapping[str, Any]  # decoded numbers, flags and objects
    files: Mapping[str, bytes]  # uploaded files by field
    status: int  # HTTP status; 0 for a reset connection
    answer: Any  # body: decoded JSON, or bytes of a scripted response
    message_id: int | None  # id of the message it produced, even if the response was lost
    fault: str | None  # the name of the scripted fault that hit it

    @property
    def chat_id(self) -> int | None:
        """The chat, if named by number."""
        chat = self.params.get("chat_id")
        return chat if isinstance(chat, int) else None

    @property
    def ok(self) -> bool:
        """True if the response reported success; the connection may have broken."""
        return isinstance(self.answer, dict) and self.answer.get("ok") is True

    @property
    def retry_after(self) -> int | None:
        """Seconds that the response told the bot to wait, or None."""
        if self.status != 429 or not isinstance(self.answer, dict):
            return None
        value: int | None = self.answer.get("parameters", {}).get("retry_after")
        return value


class Journal:
    """Sequence of calls in the order of handling, and their peak rates.

    keep: number of calls to keep; None keeps all, 0 suits benchmarks.
    """

    def __init__(self, keep: int | None = None) -> None:
        self.rates = Rates()
        self.total = 0  # calls received, including those without a response yet
        self._calls: deque[Call] = deque(maxlen=keep)
        self._keep = keep
        self._changed = ChangeEvent()

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def of(self, method: str, chat: int | None = None) -> list[Call]:
        """Return the calls of one method, to one chat if given."""
        return [
            call
            for call in self._calls
            if call.method == method and (chat is None or call.chat_id == chat)
        ]

    def inside_flood_wait(self) -> list[Call]:
        """Return the sends made to a chat during its flood wait."""
        until: dict[int | None, float] = {}
        early = []
        for call in sorted(self._calls, key=lambda call: call.arrived_at):
            if call.method not in SENDING:
                continue
            if call.arrived_at < until.get(call.chat_id, 0.0):
                early.append(call)
            if call.retry_after is not None:
                until[call.chat_id] = call.arrived_at + call.retry_after
        return early

    async def wait(
        self,
        holds: Callable[["Journal"], bool],
        timeout: float = 180.0,  # noqa: ASYNC109 - convenient in tests
    ) -> None:
        """Return once `holds(journal)`; raise TimeoutError after `timeout` seconds."""
        await self._changed.wait_until(lambda: holds(self), timeout)

    async def record_arrival(self, method: str, chat_id: object, arrived_at: float) -> int:
        """Count a call and measure its rate; return its number."""
        self.total += 1
        if method in SENDING and isinstance(chat_id, int):
            self.rates.note(chat_id, arrived_at)
        await self._changed.notify()
        return self.total

    @property
    def remembers(self) -> bool:
        """True if calls are kept, so that building one is worthwhile."""
        return self._keep != 0

    async def add(self, call: Call) -> None:
        """Append a handled call."""
        self._calls.append(call)
        await self._changed.notify()
