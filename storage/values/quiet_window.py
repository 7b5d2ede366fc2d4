"""Quiet hours as a value: a daily window of local time."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from storage.values import local_time

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class QuietHours:
    """Daily window from `begin` up to `end`, across midnight when `end` is the earlier one.

    `str()` returns its form in the database. Raises ValueError if both are the same.
    """

    begin: time  # local
    end: time  # local

    def __post_init__(self) -> None:
        if self.begin == self.end:
            raise ValueError("quiet hours begin and end at the same time")

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M}"

    def current_end(self, now: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the end, in UTC, of the window that contains `now`; None outside of it."""
        windows = (self._window(now, zone, day) for day in (-1, 0))
        return next((end for begin, end in windows if begin <= now < end), None)

    def next_begin(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the first begin later than `now`, in UTC."""
        day = 0
        while True:
            begin, end = self._window(now, zone, day)
            if now < begin < end:
                return begin
            day += 1

    def _window(self, now: datetime, zone: ZoneInfo, days: int) -> tuple[datetime, datetime]:
        """Return the window that begins `days` after today.

        An hour that occurs twice in autumn is quiet both times. A window that spring skips
        entirely is empty on that day.
        """
        day = now.astimezone(zone).date() + days * _DAY
        last = day if self.begin < self.end else day + _DAY
        return local_time.to_utc(day, self.begin, zone), local_time.to_utc(
            last, self.end, zone, prefer_last=True
        )


def parse_quiet_hours(text: str) -> QuietHours:
    """Parse the output of `str()`. Raises ValueError for anything else."""
    begin, _, end = text.partition("-")
    return QuietHours(time.fromisoformat(begin), time.fromisoformat(end))
