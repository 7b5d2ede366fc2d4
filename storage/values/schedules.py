"""When a subscription delivers: at once, or in a digest at an hour of the subscriber's own."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.values import local_time

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Every(StrEnum):
    NOW = "now"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True)
class Schedule:
    """`str()` of it is the form it has in the database and in what a person types."""

    every: Every
    at: time = time()  # local time of day, of a daily or weekly digest
    weekday: int = 0  # 0 is Monday, of a weekly digest

    def __str__(self) -> str:
        if self.every is Every.DAILY:
            return f"daily {self.at:%H:%M}"
        if self.every is Every.WEEKLY:
            return f"weekly {WEEKDAYS[self.weekday]} {self.at:%H:%M}"
        return self.every.value

    def next_due(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """The first time later than `after`, in UTC; None for what is delivered at once.

        An hour that comes twice in autumn counts the first time; one that spring leaves out
        counts when the clocks jump over it, within the same day. So there is exactly one a local
        day.
        """
        if self.every is Every.NOW:
            return None
        if self.every is Every.HOURLY:
            return _next_full_hour(after, zone)
        return self._first(after.astimezone(zone).date(), zone, after)

    def rezoned(self, due: datetime, old: ZoneInfo, new: ZoneInfo, now: datetime) -> datetime:
        """When what is due at `due` by the clocks of `old` is due by those of `new`, in UTC.

        Each date has its digest once, wherever one is: the one owed for a date stays owed for it,
        and comes now when its hour has passed there already.
        """
        if self.every is Every.HOURLY:
            return _next_full_hour(now, new)
        day = due.astimezone(old).date()
        return max(now, self._first(day, new, datetime.min.replace(tzinfo=UTC)))

    def _first(self, day: date, zone: ZoneInfo, after: datetime) -> datetime:
        """The first from `day` on that is later than `after`."""
        while (due := self._on(day, zone)) is None or due <= after:
            day += timedelta(days=1)
        return due

    def _on(self, day: date, zone: ZoneInfo) -> datetime | None:
        if self.every is Every.WEEKLY and day.weekday() != self.weekday:
            return None
        return local_time.on_day(day, self.at, zone)


AT_ONCE = Schedule(Every.NOW)


def parse_schedule(text: str) -> Schedule:
    """Reads `now`, `hourly`, `daily HH:MM` or `weekly DAY HH:MM`, in English, any case.

    Raises ValueError for anything else.
    """
    match text.lower().split():
        case ["now"]:
            return AT_ONCE
        case ["hourly"]:
            return Schedule(Every.HOURLY)
        case ["daily", at]:
            return Schedule(Every.DAILY, _time(at))
        case ["weekly", day, at] if day[:3] in WEEKDAYS:
            return Schedule(Every.WEEKLY, _time(at), WEEKDAYS.index(day[:3]))
    raise ValueError(f"not a schedule: {text!r}")


def _next_full_hour(after: datetime, zone: ZoneInfo) -> datetime:
    """By the clocks of the zone: in Kathmandu that is a quarter past by those of Greenwich."""
    offset = after.astimezone(zone).utcoffset() or timedelta()
    local = after.astimezone(UTC) + offset
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) - offset


def _time(text: str) -> time:
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
