"""When Telegram may be called: a smooth rate for the bot, and one for every chat.

The limits are Telegram's: about 30 messages a second a bot, one a second a chat, 20 a minute a
group (core.telegram.org/bots/faq, "My bot is hitting limits").
"""

from collections import deque
from collections.abc import Callable
from math import inf

CHAT_SECONDS = 1.0
GROUP_MESSAGES = 20
GROUP_SECONDS = 60.0
FLOODED_CHATS = 3
"""So many chats that answer 429 within a second mean that the bot itself is too fast."""

_CATCH_UP_SECONDS = 0.05  # so much a late event loop makes up for
_MARGIN_SECONDS = 0.002  # added to the second: clocks differ a little
_DRIFT = 0.001  # so much of each call's time is added to the shortest one known
_PRUNE_EVERY = 10_000  # bookings; then chats that need not wait any more are forgotten


class Booking:
    """A call under way.

    Telegram counts a call when it arrives, and does not say when that was: only that it was before
    the answer left. So a call that took longer than the shortest one may have been counted later
    by that difference, and the second it counts for ends later by as much.
    """

    __slots__ = ("at", "seconds")

    def __init__(self, at: float) -> None:
        self.at = at
        self.seconds = inf  # until the answer


class Pacer:
    """Books calls against the limits. `clock` is monotonic, in seconds; `rate` is calls a second.

    The clock must not stand still for a turn of the event loop, as that of uvloop does.

    It starts empty: there is no burst at the start, nor after a silence.
    """

    def __init__(self, rate: int, clock: Callable[[], float]) -> None:
        self.rate = rate
        self._clock = clock
        self._spacing = 1 / rate
        self._latest: deque[Booking] = deque(maxlen=rate)
        self._shortest = 60.0  # seconds of the shortest call; no call is allowed to take so long
        self._next = clock() + self._spacing
        self._chats: dict[int, float] = {}
        self._groups: dict[int, deque[float]] = {}
        self._floods: deque[tuple[float, int]] = deque()
        self._bookings = 0

    def now(self) -> float:
        """What its clock says, in seconds: for those who measure beside it."""
        return self._clock()

    def wait(self) -> float:
        """Seconds until the bot may call again; 0: now."""
        now = self._clock()
        earliest = self._next
        if len(self._latest) == self._latest.maxlen:
            # A late loop catches up, but no second ever holds more than the rate, also when it
            # is counted at the other end of the wire.
            earliest = max(earliest, self._counted_by(self._latest[0]) + 1 + _MARGIN_SECONDS)
        return max(0.0, earliest - now)

    def chat_wait(self, chat_id: int) -> float:
        """Seconds until that chat may get a message; 0: now."""
        now = self._clock()
        earliest = self._chats.get(chat_id, now)
        group = self._groups.get(chat_id)
        if group and len(group) == GROUP_MESSAGES:
            earliest = max(earliest, group[0] + GROUP_SECONDS)
        return max(0.0, earliest - now)

    def book(self, chat_id: int) -> Booking:
        """Counts a call that is being made now; `answered` is told when it is over."""
        now = self._clock()
        self._next = max(self._next, now - _CATCH_UP_SECONDS) + self._spacing
        booking = Booking(now)
        self._latest.append(booking)
        self._chats[chat_id] = max(self._chats.get(chat_id, now), now + CHAT_SECONDS)
        if chat_id < 0:  # Telegram's ids of groups and channels are negative
            self._groups.setdefault(chat_id, deque(maxlen=GROUP_MESSAGES)).append(now)
        self._bookings += 1
        if self._bookings % _PRUNE_EVERY == 0:
            self._prune(now)
        return booking

    def answered(self, booking: Booking) -> None:
        """That call is over."""
        booking.seconds = self._clock() - booking.at
        # The way to Telegram may have become longer for good: so the shortest call is forgotten
        # slowly.
        self._shortest = min(booking.seconds, self._shortest + booking.seconds * _DRIFT)

    def hold(self, seconds: float) -> None:
        """Nothing to anybody for so long."""
        self._next = max(self._next, self._clock() + seconds)

    def leave(self, chat_id: int, seconds: float) -> None:
        """Nothing to that chat for so long."""
        now = self._clock()
        self._chats[chat_id] = max(self._chats.get(chat_id, now), now + seconds)

    def flooded(self, chat_id: int, seconds: float) -> bool:
        """A 429: that chat waits; when several chats get one within a second, all do.

        Whether all do.
        """
        now = self._clock()
        self.leave(chat_id, seconds)
        self._floods.append((now, chat_id))
        while self._floods[0][0] < now - 1:
            self._floods.popleft()
        is_everybody = len({chat for _, chat in self._floods}) >= FLOODED_CHATS
        if is_everybody:
            self.hold(seconds)
        return is_everybody

    def _counted_by(self, booking: Booking) -> float:
        """When Telegram has counted it at the latest.

        What a slow answer adds is limited to what `book` can catch up with: else one slow answer
        would slow down everything.
        """
        return booking.at + min(booking.seconds - self._shortest, _CATCH_UP_SECONDS)

    def _prune(self, now: float) -> None:
        self._chats = {chat: until for chat, until in self._chats.items() if until > now}
        self._groups = {
            chat: times for chat, times in self._groups.items() if times[-1] > now - GROUP_SECONDS
        }
