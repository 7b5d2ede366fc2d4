"""Stride scheduler: proportional shares of the rate limit for the lanes.

Each lane has a weight. Its share of the calls is its weight divided by the weights of all lanes in
which a message waits; a share that is not used goes to the others in the same proportion. At 30
messages a second:

    lane            weight  all lanes full    beside a full lane of alerts
    alerts              64   54 %  16/s       -
    replies             32   27 %   8/s       33 %   10/s
    news                16   14 %   4/s       20 %    6/s
    edits                4    3 %   1/s        6 %    2/s
    digests              1    1 %   1 in 4 s   1.5 %  1 in 2 s
    announcements        1    1 %   1 in 4 s   1.5 %  1 in 2 s

Consequences:

- Alerts get two thirds of the calls against any number of commands from any number of chats. A
  reply to a person is among the next three calls, however large a broadcast is.
- A million digests slow an alert down by 1.5 %, and digests are still sent during endless alerts.
- A lane that was empty has saved up nothing: it continues from where the others are. Among lanes
  with equal passes the more urgent one is first, so its new message is next.

In stride scheduling each call adds a stride to the pass of its lane; the stride is inversely
proportional to the weight, and the lane with the lowest pass is next (Waldspurger and Weihl,
"Stride Scheduling: Deterministic Proportional-Share Resource Management", 1995).
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


class StrideScheduler:
    """Keeps the pass of each lane; all are equal at the start."""

    def __init__(self) -> None:
        self._passes = dict.fromkeys(Lane, 0)
        self._waiting: frozenset[Lane] = frozenset()
        self._global_pass = 0  # lowest pass of the lanes that wait

    def allot(self, room: int, waiting: Collection[Lane]) -> dict[Lane, int]:
        """Divide `room` calls among the lanes in which a message waits."""
        self._waiting = frozenset(waiting)
        for lane in waiting:
            self._passes[lane] = max(self._passes[lane], self._global_pass)
        passes = {lane: self._passes[lane] for lane in sorted(waiting)}
        allotted: dict[Lane, int] = {}
        for _ in range(room if passes else 0):
            lane = min(passes, key=passes.__getitem__)  # of equals the first: the most urgent
            passes[lane] += _STRIDES[lane]
            allotted[lane] = allotted.get(lane, 0) + 1
        return allotted

    def charge(self, used: Mapping[Lane, int]) -> None:
        """Count the allotted calls that the lanes have used."""
        for lane, count in used.items():
            self._passes[lane] += count * _STRIDES[lane]
        lowest = min((self._passes[lane] for lane in self._waiting), default=0)
        self._global_pass = max(self._global_pass, lowest)
