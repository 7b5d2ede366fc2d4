"""One digest a local day and one quiet a night, in every zone, whatever its clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from handlers.text.timezones import NAMES
from storage.values import local_time
from storage.values.quiet_window import Hours, parse_hours
from storage.values.schedules import Schedule, parse_schedule

KYIV = ZoneInfo("Europe/Kyiv")
DAY = timedelta(days=1)
WEEK = 7 * DAY
FIRST = datetime(2021, 1, 1, tzinfo=UTC)
WEEKS = 522  # ten years


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """The beginnings of the weeks in which the clocks of a zone are changed."""
    zone = ZoneInfo(name)
    weeks = [FIRST + week * WEEK for week in range(WEEKS)]
    offsets = [week.astimezone(zone).utcoffset() for week in weeks]
    found = zip(weeks, pairwise(offsets), strict=False)
    return tuple(week for week, (one, other) in found if one != other)


@cache
def alike() -> tuple[str, ...]:
    """Of all zones one for each way in which clocks go: a link to a zone is no other."""
    return tuple({_way(name): name for name in sorted(NAMES)}.values())


def _way(name: str) -> tuple[object, ...]:
    zone = ZoneInfo(name)
    hours = [week + timedelta(hours=h) for week in changes(name) for h in range(7 * 24)]
    return (FIRST.astimezone(zone).utcoffset(), *(at.astimezone(zone).utcoffset() for at in hours))


def days_of(schedule: Schedule, zone: ZoneInfo, start: datetime, count: int) -> list[date]:
    """The local days of the next digests."""
    days, due = [], start
    for _ in range(count):
        following = schedule.next_due(due, zone)
        assert following is not None and following > due
        due = following
        days.append(due.astimezone(zone).date())
    return days


@pytest.mark.parametrize("at", ["00:00", "00:30", "01:30", "02:30", "03:30", "23:30", "23:59"])
def test_every_zone_has_exactly_one_digest_a_local_day(at: str) -> None:
    """Cases 39 and 40."""
    schedule = parse_schedule(f"daily {at}")
    for name in alike():
        zone = ZoneInfo(name)
        for change in changes(name):
            days = days_of(schedule, zone, change - DAY, 9)
            assert all(b - a == DAY for a, b in pairwise(days)), (name, change, days)


def test_a_day_the_calendar_of_samoa_left_out_has_no_digest() -> None:
    zone = ZoneInfo("Pacific/Apia")
    days = days_of(parse_schedule("daily 09:00"), zone, datetime(2011, 12, 28, 12, tzinfo=UTC), 4)
    assert days == [date(2011, 12, 28), date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_an_hour_that_comes_twice_counts_the_first_time() -> None:
    due = parse_schedule("daily 03:30").next_due(datetime(2026, 10, 24, 12, tzinfo=UTC), KYIV)
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_an_hour_that_is_left_out_counts_when_the_clocks_jump_over_it() -> None:
    due = parse_schedule("daily 03:30").next_due(datetime(2026, 3, 28, 12, tzinfo=UTC), KYIV)
    assert due == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_where_they_jump_over_midnight_it_counts_just_before() -> None:
    nuuk = ZoneInfo("America/Nuuk")
    schedule = parse_schedule("daily 23:30")
    days = days_of(schedule, nuuk, datetime(2025, 3, 28, 12, tzinfo=UTC), 4)
    assert days == [date(2025, 3, day) for day in (28, 29, 30, 31)]


@pytest.mark.parametrize(
    ("zone", "minute"), [("Europe/Kyiv", 0), ("Asia/Kolkata", 30), ("Asia/Kathmandu", 15)]
)
def test_hourly_is_at_the_full_hour_of_the_reader(zone: str, minute: int) -> None:
    due = parse_schedule("hourly").next_due(datetime(2026, 3, 1, 9, 7, tzinfo=UTC), ZoneInfo(zone))
    assert due is not None
    assert (due.minute, due.astimezone(ZoneInfo(zone)).minute) == (minute, 0)


@pytest.mark.parametrize("at", ["01:00", "09:00", "23:30"])
def test_who_travels_has_a_digest_for_each_date_and_none_twice(at: str) -> None:
    """A journey around the world, a change of zone every seven hours."""
    schedule = parse_schedule(f"daily {at}")
    route = ["Europe/Kyiv", "America/New_York", "Pacific/Honolulu", "Pacific/Auckland",
             "Asia/Tokyo", "Asia/Kathmandu", "Pacific/Apia", "America/Nuuk"]  # fmt: skip
    zones = [ZoneInfo(name) for name in route]
    now = datetime(2026, 3, 20, 5, 11, tzinfo=UTC)
    zone, came_at = zones[0], now
    due = schedule.next_due(now, zone)
    assert due is not None
    told = [due.astimezone(zone).date() - DAY]
    for hop in range(200):
        for _ in range(7):
            now += timedelta(hours=1)
            while due is not None and due <= now:
                owed = told[-1] + DAY
                hour = local_time.on_day(owed, schedule.at, zone)
                assert due == hour or (hour is not None and hour < due == came_at), (told, due)
                # What comes late catches up with every date whose hour has passed.
                due = schedule.next_due(now, zone)
                assert due is not None
                told.append(due.astimezone(zone).date() - DAY)
                assert told[-1] >= owed
        assert due is not None
        zone, before, came_at = zones[(hop * 3 + 1) % len(zones)], zone, now
        due = schedule.rezoned(due, before, zone, now)
    assert len(told) > 55


def test_hours_around_midnight_hold_until_the_morning() -> None:
    hours = parse_hours("22:00-07:00")
    evening = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)  # 23:00 in Kyiv
    assert hours.until(evening, KYIV) == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert hours.until(evening + timedelta(hours=5), KYIV) == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert hours.until(datetime(2026, 3, 2, 5, tzinfo=UTC), KYIV) is None
    assert hours.next(datetime(2026, 3, 2, 5, tzinfo=UTC), KYIV) == datetime(
        2026, 3, 2, 20, tzinfo=UTC
    )


def test_hours_without_length_are_none() -> None:
    with pytest.raises(ValueError, match="no length"):
        Hours(time(7), time(7))


@pytest.mark.parametrize("written", ["", "22:00", "25:00-07:00", "22:00-", "x-y"])
def test_what_is_no_hours_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="."):
        parse_hours(written)


@pytest.mark.parametrize("written", ["22:00-07:00", "02:10-02:50", "23:30-00:30", "01:30-02:30"])
def test_quiet_begins_and_ends_in_turn_when_the_clocks_change_in_any_zone(written: str) -> None:
    hours = parse_hours(written)
    for name in alike():
        zone = ZoneInfo(name)
        for change in changes(name)[-4:]:
            now = change - DAY
            for _ in range(8):
                begin = hours.next(now, zone)
                end = hours.until(begin, zone)
                assert end is not None and now < begin < end, (name, change)
                assert end - begin < timedelta(hours=14), (name, change)
                assert hours.until(end, zone) is None, (name, change)
                now = end


def test_an_hour_that_comes_twice_is_quiet_both_times() -> None:
    hours = parse_hours("01:00-03:30")
    night = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # 01:00 in Kyiv
    assert hours.until(night, KYIV) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_hours_that_spring_leaves_out_are_not_quiet_that_day() -> None:
    hours = parse_hours("03:10-03:50")
    assert hours.next(datetime(2026, 3, 28, 12, tzinfo=UTC), KYIV) == datetime(
        2026, 3, 30, 0, 10, tzinfo=UTC
    )


def test_a_jump_is_found_to_the_second() -> None:
    moment = local_time.shown(date(2026, 3, 29), time(3, 30), KYIV)
    assert moment == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
