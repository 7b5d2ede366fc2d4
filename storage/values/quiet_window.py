"""Hours in which somebody wants to hear nothing, in their own time zone."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.values import local_time

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hours:
    """Every day from `begin` up to `end`, around midnight when `end` is the earlier one.

    `str()` of it is the form it has in the database. ValueError where both are the same.
    """

    begin: time  # local
    end: time  # local

    def __post_init__(self) -> None:
        if self.begin == self.end:
            raise ValueError("hours of no length")

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    def until(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """When those around `now` end, in UTC; None outside of them."""
        around = (self._from(now, zone, day) for day in (-1, 0))
        return next((end for begin, end in around if begin <= now < end), None)

    def next(self, now: datetime, zone: ZoneInfo) -> datetime:
        """When they begin next, later than `now`, in UTC."""
        day = 0
        while True:
            begin, end = self._from(now, zone, day)
            if now < begin < end:
                return begin
            day += 1

    def _from(self, now: datetime, zone: ZoneInfo, days: int) -> tuple[datetime, datetime]:
        """Those that begin so many days after today.

        An hour that comes twice in autumn is quiet both times. Hours that spring leaves out as a
        whole have no length that day.
        """
        day = now.astimezone(zone).date() + days * _DAY
        last = day if self.begin < self.end else day + _DAY
        return local_time.shown(day, self.begin, zone), local_time.shown(
            last, self.end, zone, last=True
        )


def parse_hours(text: str) -> Hours:
    """Reads what `str()` wrote; ValueError for anything else."""
    begin, _, end = text.partition("-")
    return Hours(time.fromisoformat(begin), time.fromisoformat(end))
