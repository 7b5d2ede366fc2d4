"""Peak send rates of a bot."""

import math
from collections import deque


class Rates:
    """Peak rates, measured as calls arrive and independent of the journal's size.

    Every attempt to send a message counts, refused or not. Times are monotonic seconds.
    """

    def __init__(self) -> None:
        self.sends = 0
        self.busiest_second = 0  # most sends in any second, over all chats
        self.private_gaps: dict[int, float] = {}  # shortest pause between sends, by chat
        self.group_minutes: dict[int, int] = {}  # most sends in any 60 s, by chat
        self._second: deque[float] = deque()
        self._minutes: dict[int, deque[float]] = {}
        self._last: dict[int, float] = {}

    @property
    def shortest_private_gap(self) -> float:
        """Shortest gap in seconds; infinite while no private chat has had two messages."""
        return min(self.private_gaps.values(), default=math.inf)

    @property
    def busiest_group_minute(self) -> int:
        """Most sends to one group or channel in any 60 s."""
        return max(self.group_minutes.values(), default=0)

    def note(self, chat_id: int, sent_at: float) -> None:
        """Count an attempt to send to the chat. Only private chats have positive ids."""
        self.sends += 1
        self.busiest_second = max(self.busiest_second, _slide(self._second, sent_at, 1.0))
        if chat_id > 0:
            self._note_private(chat_id, sent_at)
        else:
            minute = self._minutes.setdefault(chat_id, deque())
            most = self.group_minutes.get(chat_id, 0)
            self.group_minutes[chat_id] = max(most, _slide(minute, sent_at, 60.0))

    def _note_private(self, chat_id: int, sent_at: float) -> None:
        last = self._last.get(chat_id)
        if last is not None:
            shortest = self.private_gaps.get(chat_id, math.inf)
            self.private_gaps[chat_id] = min(shortest, sent_at - last)
        self._last[chat_id] = sent_at


def _slide(times: deque[float], now: float, seconds: float) -> int:
    times.append(now)
    while times[0] <= now - seconds:
        times.popleft()
    return len(times)
