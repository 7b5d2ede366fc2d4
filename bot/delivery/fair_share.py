"""How the lanes share the calls that are allowed, when there are not enough for all of them.

Each lane has a weight. It gets that part of the calls which its weight is of the weights of all
lanes where something waits; what a lane does not need goes to the others in the same proportion.
At 30 messages a second:

    lane            weight  all lanes full    beside a full lane of alerts
    alerts              64   54 %  16/s       -
    replies             32   27 %   8/s       33 %   10/s
    news                16   14 %   4/s       20 %    6/s
    edits                4    3 %   1/s        6 %    2/s
    digests              1    1 %   1 in 4 s   1.5 %  1 in 2 s
    announcements        1    1 %   1 in 4 s   1.5 %  1 in 2 s

What follows from it:

- However many commands come, and from however many chats, alerts have two thirds of the calls
  against them. However large a broadcast is, a reply to a person is among the next three calls.
- A million digests cost an alert 1.5 % of its pace; and while alerts ring without end, digests
  still go.
- A lane where nothing waited has saved nothing up: it joins where the others are. Among those
  that have come equally far, the more urgent lane goes first: so what is new is next.

This is stride scheduling: each call moves its lane on by a stride, the longer the less the lane
weighs, and the lane that has come least far is next (Waldspurger and Weihl, "Stride Scheduling:
Deterministic Proportional-Share Resource Management", 1995).
"""

from collections.abc import Collection, Mapping

from storage.values.lanes import Lane

WEIGHTS = {
    Lane.REPLY: 32,
    Lane.ALERT: 64,
    Lane.NEWS: 16,
    Lane.EDIT: 4,
    Lane.DIGEST: 1,
    Lane.ANNOUNCEMENT: 1,
}
"""Each divides the largest."""

_STRIDES = {lane: max(WEIGHTS.values()) // weight for lane, weight in WEIGHTS.items()}


class Shares:
    """How far each lane has come. It starts with all of them equal."""

    def __init__(self) -> None:
        self._passes = dict.fromkeys(Lane, 0)
        self._waiting: frozenset[Lane] = frozenset()
        self._reached = 0  # as far as whoever waits and has come least far

    def deal(self, room: int, waiting: Collection[Lane]) -> dict[Lane, int]:
        """How many calls, of `room`, each of the lanes may make in which something waits."""
        self._waiting = frozenset(waiting)
        for lane in waiting:
            self._passes[lane] = max(self._passes[lane], self._reached)
        passes = {lane: self._passes[lane] for lane in sorted(waiting)}
        dealt: dict[Lane, int] = {}
        for _ in range(room if passes else 0):
            lane = min(passes, key=passes.__getitem__)  # of several the first, the most urgent
            passes[lane] += _STRIDES[lane]
            dealt[lane] = dealt.get(lane, 0) + 1
        return dealt

    def charge(self, made: Mapping[Lane, int]) -> None:
        """Counts the calls that lanes make of what was dealt to them."""
        for lane, count in made.items():
            self._passes[lane] += count * _STRIDES[lane]
        behind = min((self._passes[lane] for lane in self._waiting), default=0)
        self._reached = max(self._reached, behind)
