"""How fast a bot may send, and refusing what is faster."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.standin.errors import TooManyRequests


@dataclass(frozen=True, slots=True)
class Window:
    """At most `count` messages in any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Telegram's limits on sent messages (core.telegram.org/bots/faq#my-bot-is-hitting-limits).

    Each is a little softer than the published figure, so that a bot which paces itself exactly
    is never refused for some milliseconds of jitter. The journal's rates tell the exact figures.
    """

    # 30 a second: one more, because 30 equal gaps of a second hold 31 messages.
    bot: Window | None = Window(31, 1.0)
    # With allow_paid_broadcast, instead of `bot`.
    paid: Window | None = Window(1000, 1.0)
    # 1 a second: Telegram tolerates short bursts, so three may come at once, but then
    # the chat must have been quiet as if they had been paced.
    private: Window | None = Window(3, 2.9)
    # 20 a minute, for groups, supergroups and channels alike.
    group: Window | None = Window(20, 59.5)


TELEGRAM = Limits()


class Pacer:
    """Counts accepted messages over sliding windows and refuses what is too many.

    clock: monotonic seconds.
    """

    def __init__(self, limits: Limits | None, clock: Callable[[], float]) -> None:
        self._limits = limits or Limits(bot=None, paid=None, private=None, group=None)
        self._clock = clock
        self._bot: list[float] = []
        self._chats: dict[int, list[float]] = {}

    def take(self, chat_id: int, *, private: bool, paid: bool) -> None:
        """Count one message to the chat; raises TooManyRequests and counts nothing if too many."""
        now = self._clock()
        overall = self._limits.paid if paid else self._limits.bot
        own = self._limits.private if private else self._limits.group
        sent = self._chats.setdefault(chat_id, []) if own else []
        wait = max(_wait(sent, own, now), _wait(self._bot, overall, now))
        if wait > 0:
            raise TooManyRequests(max(1, math.ceil(wait)))
        _count(sent, own, now)
        _count(self._bot, overall, now)


def _wait(sent: list[float], window: Window | None, now: float) -> float:
    """Seconds until the window has room."""
    if window is None or len(sent) < window.count:
        return 0.0
    return sent[-window.count] + window.seconds - now


def _count(sent: list[float], window: Window | None, now: float) -> None:
    if window is None:
        return
    sent.append(now)
    if len(sent) > 2 * window.count:  # forgotten in lumps: cheaper than one at a time
        del sent[: -window.count]
