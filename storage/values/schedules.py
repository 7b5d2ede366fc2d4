"""Delivery schedules: immediate delivery, or a digest at an hour of local time."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.values import local_time

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Frequency(StrEnum):
    """Frequency of delivery; NOW delivers each bulletin at once."""

    NOW = "now"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    DAYS = "days"


@dataclass(frozen=True)
class Schedule:
    """Delivery schedule of a subscription.

    `str()` returns its form in the database, which is also the form that a person types.
    """

    frequency: Frequency
    time_of_day: time = time()  # local time, of a digest that is not hourly
    weekday: int = 0  # 0 is Monday, of a weekly digest, and the first day of DAYS
    last_weekday: int = 0  # of DAYS; before `weekday` if a Sunday is between
    later_times: tuple[time, ...] = ()  # after `time_of_day` on the same day, in order

    def __str__(self) -> str:
        if self.frequency is Frequency.DAILY:
            return f"daily {self._clock}"
        if self.frequency is Frequency.WEEKLY:
            return f"weekly {WEEKDAYS[self.weekday]} {self._clock}"
        if self.frequency is Frequency.DAYS:
            days = f"{WEEKDAYS[self.weekday]}-{WEEKDAYS[self.last_weekday]}"
            return f"{days} {self._clock}"
        return self.frequency.value

    @property
    def times(self) -> tuple[time, ...]:
        """Return the times of a day, in order."""
        return (self.time_of_day, *self.later_times)

    @property
    def _clock(self) -> str:
        return ",".join(f"{clock_time:%H:%M}" for clock_time in self.times)

    def next_due(self, after: datetime, zone: ZoneInfo) -> datetime | None:
        """Return the first due time later than `after`, in UTC; None for immediate delivery.

        An ambiguous time in autumn counts once, at its first occurrence. A time that spring skips
        is due at the clock change, within the same day. So each time of a day has one digest.
        """
        if self.frequency is Frequency.NOW:
            return None
        if self.frequency is Frequency.HOURLY:
            return _next_full_hour(after, zone)
        return self._first_due(after.astimezone(zone).date(), zone, after)

    def due_in_zone(
        self, due: datetime, old_zone: ZoneInfo, new_zone: ZoneInfo, now: datetime
    ) -> datetime:
        """Convert a due time of `old_zone` into the one of `new_zone`, in UTC.

        Each time of a date has one digest, in whichever zone: its digest stays the one for that
        date and time, and is due now if that has already passed in the new zone.
        """
        if self.frequency is Frequency.HOURLY:
            return _next_full_hour(now, new_zone)
        day = due.astimezone(old_zone).date()
        position = sum(1 for earlier in self._due_on(day, old_zone) if earlier < due)
        dues = self._due_on(day, new_zone)
        if position < len(dues):
            return max(now, dues[position])
        return max(now, self._first_due(day, new_zone, datetime.min.replace(tzinfo=UTC)))

    def _first_due(self, day: date, zone: ZoneInfo, after: datetime) -> datetime:
        """Return the first due time from `day` on that is later than `after`."""
        while True:
            for due in self._due_on(day, zone):
                if due > after:
                    return due
            day += timedelta(days=1)

    def _due_on(self, day: date, zone: ZoneInfo) -> list[datetime]:
        """Return the due times of a day, in order."""
        if self.frequency is Frequency.WEEKLY and day.weekday() != self.weekday:
            return []
        if self.frequency is Frequency.DAYS:
            length = (self.last_weekday - self.weekday) % 7
            if (day.weekday() - self.weekday) % 7 > length:
                return []
        moments = [local_time.to_utc_within_day(day, clock_time, zone) for clock_time in self.times]
        return [moment for moment in moments if moment is not None]


IMMEDIATE = Schedule(Frequency.NOW)

MAX_TIMES = 3
"""Times of a day: with more, a digest every hour is meant. Three fit the column and a button."""


def parse_schedule(text: str) -> Schedule:
    """Parse `now`, `hourly`, `daily HH:MM`, `weekly DAY HH:MM` or `mon-fri HH:MM`, in any case.

    Several times of a day are `HH:MM,HH:MM`, at most MAX_TIMES. Raises ValueError for
    anything else.
    """
    match text.lower().split():
        case ["now"]:
            return IMMEDIATE
        case ["hourly"]:
            return Schedule(Frequency.HOURLY)
        case ["daily", clock]:
            return _with_times(Schedule(Frequency.DAILY), clock)
        case ["weekly", day, clock] if day[:3] in WEEKDAYS:
            return _with_times(Schedule(Frequency.WEEKLY, weekday=WEEKDAYS.index(day[:3])), clock)
        case [days, clock] if days.count("-") == 1:
            return _with_times(_parse_days(days), clock)
    raise ValueError(f"not a schedule: {text!r}")


def _with_times(schedule: Schedule, text: str) -> Schedule:
    """Return a schedule with the times in `HH:MM,HH:MM`."""
    first, *later = sorted(set(map(_parse_time, text.split(","))))
    if len(later) >= MAX_TIMES:
        raise ValueError(f"more than {MAX_TIMES} times: {text!r}")
    return replace(schedule, time_of_day=first, later_times=tuple(later))


def _parse_days(text: str) -> Schedule:
    """Parse a range of weekdays; a single day is weekly, and seven are daily."""
    first, last = (WEEKDAYS.index(day[:3]) for day in text.split("-"))
    if first == last:
        return Schedule(Frequency.WEEKLY, weekday=first)
    if (last + 1) % 7 == first:
        return Schedule(Frequency.DAILY)
    return Schedule(Frequency.DAYS, weekday=first, last_weekday=last)


def _next_full_hour(after: datetime, zone: ZoneInfo) -> datetime:
    """Return the next full hour of local time: in Kathmandu it is at a quarter past in UTC."""
    offset = after.astimezone(zone).utcoffset() or timedelta()
    local = after.astimezone(UTC) + offset
    return local.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1) - offset


def _parse_time(text: str) -> time:
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007 - a time of day has no zone
