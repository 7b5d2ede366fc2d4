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

_CATCH_UP_SECONDS = 0.05  # the most that a late event loop catches up
_CATCH_UP_SECONDS_AFTER_STALL = 0.5  # calls that came together leave the second together
_MARGIN_SECONDS = 0.002  # added to the second: clocks differ a little
_GUARD_SHARE = 200  # one of 200 calls a second is not made: some bunch on the way
_OVERTAKING_SECONDS = 0.002  # a call may overtake another that was written this much earlier
_LONGEST_WAY = 1.0  # seconds to Telegram; a slower response was counted earlier
_SHORTEST_CALL_DRIFT = 1.0002  # factor for each call: a busy second must not raise it much
_PRUNE_EVERY = 10_000  # permits, then chats that need not wait are dropped


class Permit:
    """Permission for one call. Its HTTP client reports when the call is written."""

    __slots__ = ("_counter", "answered_by", "written_at")

    def __init__(self, counter: "_CallCounter") -> None:
        self._counter = counter
        self.written_at = inf
        self.answered_by = inf  # the call was counted before; known after a response

    def record_write(self) -> None:
        """Record that the call is written now; each further call under the same permit counts."""
        self._counter.record_write(self)


class _CallCounter:
    """Count of the calls that Telegram may have counted within the last second.

    Telegram counts a call when it arrives. That time is unknown, but it lies between the moment
    when the call is written and its response, or that of a call written later: calls do not
    overtake each other by much. So a network that stalls shows as responses that come together.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._written: deque[Permit] = deque()  # the last second's, in the order of writing
        self._unwritten: set[Permit] = set()
        self._shortest_call = 60.0  # seconds; longer than any call may take

    def add(self) -> Permit:
        """Count a call that will be written soon."""
        permit = Permit(self)
        self._unwritten.add(permit)
        return permit

    def record_write(self, permit: Permit) -> None:
        """Count a call, or one more, as written now."""
        if permit not in self._unwritten:
            permit = Permit(self)
        self._unwritten.discard(permit)
        permit.written_at = self._clock()
        self._written.append(permit)

    def end(self, permit: Permit) -> None:
        """Record the response to a call. One that was not written was not made."""
        if permit in self._unwritten:
            self._unwritten.discard(permit)
            return
        now = self._clock()
        duration = now - permit.written_at
        # The network may have become slower for good, so the shortest call drifts up slowly.
        self._shortest_call = min(duration, self._shortest_call * _SHORTEST_CALL_DRIFT)
        permit.answered_by = min(permit.answered_by, now)
        settled_before = -inf  # calls written before have an earlier bound already
        for earlier in reversed(self._written):
            if earlier.written_at > permit.written_at - _OVERTAKING_SECONDS:
                continue
            if earlier.written_at < settled_before:
                break
            if earlier.answered_by <= now:
                settled_before = max(settled_before, earlier.written_at - _OVERTAKING_SECONDS)
            else:
                earlier.answered_by = now

    def free_at(self, capacity: int) -> float:
        """Return the time at which a second has room for one more call; -inf: it has now."""
        now = self._clock()
        while self._written and self._leaves_at(self._written[0]) <= now:
            self._written.popleft()
        excess = len(self._written) + len(self._unwritten) - capacity
        if excess < 0:
            return -inf
        if excess >= len(self._written):  # nothing is known until they are written
            return now + 1 / capacity
        return self._leaves_at(self._written[excess])

    def _leaves_at(self, permit: Permit) -> float:
        """Return the time from which a call is no longer in Telegram's window of a second.

        Telegram counted the call earlier than its response arrived, by the way back at least. It
        counts the next call later than that is written, by the way there. Both ways together take
        as long as the shortest call at least.
        """
        counted_by = min(permit.answered_by - self._shortest_call, permit.written_at + _LONGEST_WAY)
        return max(counted_by, permit.written_at) + 1 + _MARGIN_SECONDS


class RateLimiter:
    """Issues permits for calls. `rate` is in calls a second; `clock` is monotonic, in seconds.

    The clock must advance during an iteration of the event loop, unlike uvloop's. The budget
    starts empty, so there is no burst at the start or after a silence.
    """

    def __init__(self, rate: int, clock: Callable[[], float]) -> None:
        self.rate = rate
        self._clock = clock
        self._spacing = 1 / rate
        self._capacity = rate - rate // _GUARD_SHARE
        self._counter = _CallCounter(clock)
        self._next_call_at = clock() + self._spacing
        self._catch_up = _CATCH_UP_SECONDS
        self._next_message_at: dict[int, float] = {}
        self._group_messages: dict[int, deque[float]] = {}
        self._flood_waits: deque[tuple[float, int]] = deque()
        self._permit_count = 0

    def now(self) -> float:
        """Return the time of the monotonic clock, in seconds."""
        return self._clock()

    def delay(self) -> float:
        """Return the seconds until the bot may make a call; 0 if it may now."""
        now, free_at = self._clock(), self._counter.free_at(self._capacity)
        if free_at > max(now, self._next_call_at):
            self._catch_up = _CATCH_UP_SECONDS_AFTER_STALL
        return max(0.0, self._next_call_at - now, free_at - now)

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
        self._next_call_at = max(self._next_call_at, now - self._catch_up) + self._spacing
        if self._next_call_at > now - _CATCH_UP_SECONDS:
            self._catch_up = _CATCH_UP_SECONDS
        permit = self._counter.add()
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
        self._counter.end(permit)

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

    def _prune(self, now: float) -> None:
        self._next_message_at = {
            chat: until for chat, until in self._next_message_at.items() if until > now
        }
        self._group_messages = {
            chat: times
            for chat, times in self._group_messages.items()
            if times[-1] > now - GROUP_WINDOW_SECONDS
        }
