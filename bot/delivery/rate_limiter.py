"""Rate limiter: one smooth budget for the bot and one for each chat.

The limits are Telegram's: about 30 messages a second for a bot, one a second for a chat, 20 a
minute for a group (core.telegram.org/bots/faq, "My bot is hitting limits").
"""

from collections import deque
from collections.abc import Callable
from math import inf

CHAT_INTERVAL_SECONDS = 1.0
GROUP_MESSAGE_LIMIT = 20
GROUP_WINDOW_SECONDS = 60.0
FLOODED_CHAT_LIMIT = 3
"""A 429 from so many chats within a second means that the whole bot is too fast."""

_CATCH_UP_SECONDS = 0.05  # a late event loop catches up by so much
_MARGIN_SECONDS = 0.002  # added to the second: clocks differ a little
_SHORTEST_CALL_DRIFT = 0.001  # part of each call's time, added to the shortest
_PRUNE_EVERY = 10_000  # permits, then chats that need not wait are dropped


class Permit:
    """Permission for one call.

    Telegram counts a call when it arrives. That time is unknown, except that it is before the
    response. So a call may have been counted later than the shortest call would have been, by the
    difference of their durations, and it leaves Telegram's window of a second as much later.
    """

    __slots__ = ("duration", "sent_at")

    def __init__(self, sent_at: float) -> None:
        self.sent_at = sent_at
        self.duration = inf  # seconds; known after the response


class RateLimiter:
    """Issues permits for calls. `rate` is in calls a second; `clock` is monotonic, in seconds.

    The clock must advance during an iteration of the event loop, unlike uvloop's. The budget
    starts empty, so there is no burst at the start or after a silence.
    """

    def __init__(self, rate: int, clock: Callable[[], float]) -> None:
        self.rate = rate
        self._clock = clock
        self._spacing = 1 / rate
        self._recent_permits: deque[Permit] = deque(maxlen=rate)
        self._shortest_call = 60.0  # seconds; longer than any call may take
        self._next_call_at = clock() + self._spacing
        self._next_message_at: dict[int, float] = {}
        self._group_messages: dict[int, deque[float]] = {}
        self._flood_waits: deque[tuple[float, int]] = deque()
        self._permit_count = 0

    def now(self) -> float:
        """Return the time of the monotonic clock, in seconds."""
        return self._clock()

    def delay(self) -> float:
        """Return the seconds until the bot may make a call; 0 if it may now."""
        now = self._clock()
        earliest = self._next_call_at
        if len(self._recent_permits) == self._recent_permits.maxlen:
            # A late loop catches up, but no second contains more calls than the rate, even as
            # Telegram counts them.
            earliest = max(
                earliest, self._counted_at_latest(self._recent_permits[0]) + 1 + _MARGIN_SECONDS
            )
        return max(0.0, earliest - now)

    def chat_delay(self, chat_id: int) -> float:
        """Return the seconds until the chat may get a message; 0 if it may now."""
        now = self._clock()
        earliest = self._next_message_at.get(chat_id, now)
        group = self._group_messages.get(chat_id)
        if group and len(group) == GROUP_MESSAGE_LIMIT:
            earliest = max(earliest, group[0] + GROUP_WINDOW_SECONDS)
        return max(0.0, earliest - now)

    def acquire(self, chat_id: int) -> Permit:
        """Count a call that begins now; pass the permit to `release` when the call ends."""
        now = self._clock()
        self._next_call_at = max(self._next_call_at, now - _CATCH_UP_SECONDS) + self._spacing
        permit = Permit(now)
        self._recent_permits.append(permit)
        self._next_message_at[chat_id] = max(
            self._next_message_at.get(chat_id, now), now + CHAT_INTERVAL_SECONDS
        )
        if chat_id < 0:  # Telegram's ids of groups and channels are negative
            self._group_messages.setdefault(chat_id, deque(maxlen=GROUP_MESSAGE_LIMIT)).append(now)
        self._permit_count += 1
        if self._permit_count % _PRUNE_EVERY == 0:
            self._prune(now)
        return permit

    def release(self, permit: Permit) -> None:
        """Record the end of a call."""
        permit.duration = self._clock() - permit.sent_at
        # The network may have become slower for good, so the shortest call drifts up slowly.
        self._shortest_call = min(
            permit.duration, self._shortest_call + permit.duration * _SHORTEST_CALL_DRIFT
        )

    def pause(self, seconds: float) -> None:
        """Allow no call for `seconds`."""
        self._next_call_at = max(self._next_call_at, self._clock() + seconds)

    def pause_chat(self, chat_id: int, seconds: float) -> None:
        """Allow no message to the chat for `seconds`."""
        now = self._clock()
        self._next_message_at[chat_id] = max(self._next_message_at.get(chat_id, now), now + seconds)

    def record_flood_wait(self, chat_id: int, seconds: float) -> bool:
        """Pause a chat after a 429; pause all chats if several got one within a second.

        Returns whether all chats are paused.
        """
        now = self._clock()
        self.pause_chat(chat_id, seconds)
        self._flood_waits.append((now, chat_id))
        while self._flood_waits[0][0] < now - 1:
            self._flood_waits.popleft()
        is_bot_limit = len({chat for _, chat in self._flood_waits}) >= FLOODED_CHAT_LIMIT
        if is_bot_limit:
            self.pause(seconds)
        return is_bot_limit

    def _counted_at_latest(self, permit: Permit) -> float:
        """Return the latest time at which Telegram may have counted the call.

        The effect of a slow response is limited to what `acquire` can catch up with; otherwise one
        slow response would slow down all calls.
        """
        return permit.sent_at + min(permit.duration - self._shortest_call, _CATCH_UP_SECONDS)

    def _prune(self, now: float) -> None:
        self._next_message_at = {
            chat: until for chat, until in self._next_message_at.items() if until > now
        }
        self._group_messages = {
            chat: times
            for chat, times in self._group_messages.items()
            if times[-1] > now - GROUP_WINDOW_SECONDS
        }
