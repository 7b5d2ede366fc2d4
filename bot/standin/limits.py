"""Rate limits of Telegram, and their enforcement."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from bot.standin.errors import TooManyRequests


@dataclass(frozen=True, slots=True)
class Window:
    """Limit of `count` messages in any `seconds`."""

    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Telegram's limits on sent messages (core.telegram.org/bots/faq#my-bot-is-hitting-limits).

    Each is a little higher than the published figure, so that a bot at the exact limit is not
    refused for some milliseconds of jitter. The journal's rates have the exact figures.
    """

    # 30 a second plus one: 30 equal gaps in a second contain 31 messages.
    bot: Window | None = Window(31, 1.0)
    # With allow_paid_broadcast, instead of `bot`.
    paid: Window | None = Window(1000, 1.0)
    # 1 a second: Telegram tolerates short bursts, so three may come at once if the chat was quiet
    # long enough before.
    private: Window | None = Window(3, 2.9)
    # 20 a minute, for groups, supergroups and channels alike.
    group: Window | None = Window(20, 59.5)


TELEGRAM = Limits()


class SlidingWindowLimiter:
    """Sliding-window counts of accepted messages; refuses messages over a limit.

    clock: monotonic seconds.
    """

    def __init__(self, limits: Limits | None, clock: Callable[[], float]) -> None:
        self._limits = limits or Limits(bot=None, paid=None, private=None, group=None)
        self._clock = clock
        self._bot: list[float] = []
        self._chats: dict[int, list[float]] = {}

    def take(self, chat_id: int, *, private: bool, paid: bool) -> None:
        """Count one message to the chat, or raise TooManyRequests and count nothing."""
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
    """Return the seconds until the window has room."""
    if window is None or len(sent) < window.count:
        return 0.0
    return sent[-window.count] + window.seconds - now


def _count(sent: list[float], window: Window | None, now: float) -> None:
    if window is None:
        return
    sent.append(now)
    if len(sent) > 2 * window.count:  # removed in batches: cheaper than one at a time
        del sent[: -window.count]
