"""Every call of the bot, for tests to look at."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.standin.bell import Bell
from bot.standin.rates import Rates

SENDING = frozenset({"sendMessage", "sendPhoto"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request to the Bot API and what was answered."""

    number: int  # 1 for the first call ever
    at: float  # monotonic seconds when it arrived
    method: str  # as Telegram spells it, e.g. "sendMessage"
    params: Mapping[str, Any]  # decoded: numbers, flags and objects whatever the encoding was
    files: Mapping[str, bytes]  # uploaded files by field
    status: int  # HTTP status; 0 when the connection was reset with nothing to say
    answer: Any  # the body: decoded JSON, or bytes where a scripted answer is none
    message_id: int | None  # of the message it produced, also when the answer was then lost
    fault: str | None  # the name of the scripted fault that hit it

    @property
    def chat_id(self) -> int | None:
        """The chat it was for, when named by number."""
        chat = self.params.get("chat_id")
        return chat if isinstance(chat, int) else None

    @property
    def ok(self) -> bool:
        """Whether the bot was told that it worked (the connection may still have broken)."""
        return isinstance(self.answer, dict) and self.answer.get("ok") is True

    @property
    def retry_after(self) -> int | None:
        """Seconds the bot was told to wait."""
        if self.status != 429 or not isinstance(self.answer, dict):
            return None
        value: int | None = self.answer.get("parameters", {}).get("retry_after")
        return value


class Journal:
    """A sequence of calls in the order in which they were dealt with, and their worst rates.

    keep: how many calls to remember; None is all, 0 for benchmarks.
    """

    def __init__(self, keep: int | None = None) -> None:
        self.rates = Rates()
        self.total = 0  # calls that arrived, also those that wait for their answer
        self._calls: deque[Call] = deque(maxlen=keep)
        self._keep = keep
        self._bell = Bell()

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def __getitem__(self, index: int) -> Call:
        return self._calls[index]

    def of(self, method: str, chat: int | None = None) -> list[Call]:
        """The calls of one method, to one chat if given."""
        return [
            call
            for call in self._calls
            if call.method == method and (chat is None or call.chat_id == chat)
        ]

    def inside_flood_wait(self) -> list[Call]:
        """Sends made to a chat before the time it had told the bot to wait was over."""
        until: dict[int | None, float] = {}
        early = []
        for call in sorted(self._calls, key=lambda call: call.at):
            if call.method not in SENDING:
                continue
            if call.at < until.get(call.chat_id, 0.0):
                early.append(call)
            if call.retry_after is not None:
                until[call.chat_id] = call.at + call.retry_after
        return early

    async def wait(
        self,
        holds: Callable[["Journal"], bool],
        timeout: float = 180.0,  # noqa: ASYNC109 - the convenience is the point
    ) -> None:
        """Return once `holds(journal)`; raises TimeoutError after `timeout` seconds."""
        await self._bell.until(lambda: holds(self), timeout)

    async def arrived(self, method: str, chat_id: object, at: float) -> int:
        """Count a call and measure its rate; returns its number."""
        self.total += 1
        if method in SENDING and isinstance(chat_id, int):
            self.rates.note(chat_id, at)
        await self._bell.ring()
        return self.total

    @property
    def remembers(self) -> bool:
        """Whether it is worth building a Call."""
        return self._keep != 0

    async def add(self, call: Call) -> None:
        """Remember a call that was dealt with."""
        self._calls.append(call)
        await self._bell.ring()
