"""Digest schedules and quiet hours in all time zones, across clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from handlers.text.timezones import IANA_NAMES
from storage.values import local_time
from storage.values.quiet_window import QuietHours, parse_quiet_hours
from storage.values.schedules import Schedule, parse_schedule

KYIV = ZoneInfo("Europe/Kyiv")
DAY = timedelta(days=1)
WEEK = 7 * DAY
FIRST = datetime(2021, 1, 1, tzinfo=UTC)
WEEKS = 522  # ten years


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Return the starts of the weeks in which the clocks of a zone change."""
    zone = ZoneInfo(name)
    weeks = [FIRST + week * WEEK for week in range(WEEKS)]
    offsets = [week.astimezone(zone).utcoffset() for week in weeks]
    steps = zip(weeks, pairwise(offsets), strict=False)
    return tuple(week for week, (before, after) in steps if before != after)


@cache
def distinct_zones() -> tuple[str, ...]:
    """Return one zone for each distinct clock: links to a zone are left out."""
    return tuple({_clock(name): name for name in sorted(IANA_NAMES)}.values())


def _clock(name: str) -> tuple[object, ...]:
    zone = ZoneInfo(name)
    hours = [week + timedelta(hours=h) for week in changes(name) for h in range(7 * 24)]
    return (
        FIRST.astimezone(zone).utcoffset(),
        *(hour.astimezone(zone).utcoffset() for hour in hours),
    )


def days_of(schedule: Schedule, zone: ZoneInfo, start: datetime, count: int) -> list[date]:
    """Return the local days of the next digests."""
    days, due = [], start
    for _ in range(count):
        following = schedule.next_due(due, zone)
        assert following is not None and following > due
        due = following
        days.append(due.astimezone(zone).date())
    return days


@pytest.mark.parametrize("clock", ["00:00", "00:30", "01:30", "02:30", "03:30", "23:30", "23:59"])
def test_every_zone_has_exactly_one_digest_a_local_day(clock: str) -> None:
    """Clock changes make a local time occur twice or not at all."""
    schedule = parse_schedule(f"daily {clock}")
    for name in distinct_zones():
        zone = ZoneInfo(name)
        for change in changes(name):
            days = days_of(schedule, zone, change - DAY, 9)
            assert all(b - a == DAY for a, b in pairwise(days)), (name, change, days)


def test_a_date_that_samoa_skipped_has_no_digest() -> None:
    zone = ZoneInfo("Pacific/Apia")
    days = days_of(parse_schedule("daily 09:00"), zone, datetime(2011, 12, 28, 12, tzinfo=UTC), 4)
    assert days == [date(2011, 12, 28), date(2011, 12, 29), date(2011, 12, 31), date(2012, 1, 1)]


def test_a_digest_at_an_ambiguous_time_is_due_at_the_first_occurrence() -> None:
    due = parse_schedule("daily 03:30").next_due(datetime(2026, 10, 24, 12, tzinfo=UTC), KYIV)
    assert due == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_digest_at_a_skipped_time_is_due_at_the_clock_change() -> None:
    due = parse_schedule("daily 03:30").next_due(datetime(2026, 3, 28, 12, tzinfo=UTC), KYIV)
    assert due == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_digest_at_a_time_skipped_up_to_midnight_is_due_on_the_same_day() -> None:
    nuuk = ZoneInfo("America/Nuuk")
    schedule = parse_schedule("daily 23:30")
    days = days_of(schedule, nuuk, datetime(2025, 3, 28, 12, tzinfo=UTC), 4)
    assert days == [date(2025, 3, day) for day in (28, 29, 30, 31)]


@pytest.mark.parametrize(
    ("zone", "minute"), [("Europe/Kyiv", 0), ("Asia/Kolkata", 30), ("Asia/Kathmandu", 15)]
)
def test_an_hourly_digest_is_due_at_the_full_local_hour(zone: str, minute: int) -> None:
    due = parse_schedule("hourly").next_due(datetime(2026, 3, 1, 9, 7, tzinfo=UTC), ZoneInfo(zone))
    assert due is not None
    assert (due.minute, due.astimezone(ZoneInfo(zone)).minute) == (minute, 0)


@pytest.mark.parametrize("clock", ["01:00", "09:00", "23:30"])
def test_a_traveller_has_exactly_one_digest_for_each_date(clock: str) -> None:
    """Travel around the world, with another zone every seven hours."""
    schedule = parse_schedule(f"daily {clock}")
    route = ["Europe/Kyiv", "America/New_York", "Pacific/Honolulu", "Pacific/Auckland",
             "Asia/Tokyo", "Asia/Kathmandu", "Pacific/Apia", "America/Nuuk"]  # fmt: skip
    zones = [ZoneInfo(name) for name in route]
    now = datetime(2026, 3, 20, 5, 11, tzinfo=UTC)
    zone, arrived_at = zones[0], now
    due = schedule.next_due(now, zone)
    assert due is not None
    dates = [due.astimezone(zone).date() - DAY]
    for hop in range(200):
        for _ in range(7):
            now += timedelta(hours=1)
            while due is not None and due <= now:
                expected = dates[-1] + DAY
                hour = local_time.to_utc_within_day(expected, schedule.time_of_day, zone)
                assert due == hour or (hour is not None and hour < due == arrived_at), (dates, due)
                # A late digest covers all dates whose hour has passed.
                due = schedule.next_due(now, zone)
                assert due is not None
                dates.append(due.astimezone(zone).date() - DAY)
                assert dates[-1] >= expected
        assert due is not None
        zone, previous_zone, arrived_at = zones[(hop * 3 + 1) % len(zones)], zone, now
        due = schedule.due_in_zone(due, previous_zone, zone, now)
    assert len(dates) > 55


def test_quiet_hours_across_midnight_last_until_the_morning() -> None:
    hours = parse_quiet_hours("22:00-07:00")
    evening = datetime(2026, 3, 1, 21, 0, tzinfo=UTC)  # 23:00 in Kyiv
    assert hours.current_end(evening, KYIV) == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert hours.current_end(evening + timedelta(hours=5), KYIV) == datetime(
        2026, 3, 2, 5, tzinfo=UTC
    )
    assert hours.current_end(datetime(2026, 3, 2, 5, tzinfo=UTC), KYIV) is None
    assert hours.next_begin(datetime(2026, 3, 2, 5, tzinfo=UTC), KYIV) == datetime(
        2026, 3, 2, 20, tzinfo=UTC
    )


def test_quiet_hours_of_no_length_are_refused() -> None:
    with pytest.raises(ValueError, match="same time"):
        QuietHours(time(7), time(7))


@pytest.mark.parametrize("written", ["", "22:00", "25:00-07:00", "22:00-", "x-y"])
def test_malformed_quiet_hours_are_refused(written: str) -> None:
    with pytest.raises(ValueError, match="."):
        parse_quiet_hours(written)


@pytest.mark.parametrize("written", ["22:00-07:00", "02:10-02:50", "23:30-00:30", "01:30-02:30"])
def test_quiet_hours_begin_and_end_in_turn_across_clock_changes_in_any_zone(written: str) -> None:
    hours = parse_quiet_hours(written)
    for name in distinct_zones():
        zone = ZoneInfo(name)
        for change in changes(name)[-4:]:
            now = change - DAY
            for _ in range(8):
                begin = hours.next_begin(now, zone)
                end = hours.current_end(begin, zone)
                assert end is not None and now < begin < end, (name, change)
                assert end - begin < timedelta(hours=14), (name, change)
                assert hours.current_end(end, zone) is None, (name, change)
                now = end


def test_an_ambiguous_hour_is_quiet_at_both_occurrences() -> None:
    hours = parse_quiet_hours("01:00-03:30")
    night = datetime(2026, 10, 24, 22, 0, tzinfo=UTC)  # 01:00 in Kyiv
    assert hours.current_end(night, KYIV) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_quiet_hours_that_spring_skips_are_empty_that_day() -> None:
    hours = parse_quiet_hours("03:10-03:50")
    assert hours.next_begin(datetime(2026, 3, 28, 12, tzinfo=UTC), KYIV) == datetime(
        2026, 3, 30, 0, 10, tzinfo=UTC
    )


def test_a_clock_change_is_located_to_the_second() -> None:
    moment = local_time.to_utc(date(2026, 3, 29), time(3, 30), KYIV)
    assert moment == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "weekdays"),
    [("mon-fri 09:00", "01234"), ("sat-sun 09:00", "56"), ("fri-mon 09:00", "4560")],
)
def test_a_range_of_days_has_one_digest_on_each_of_its_days(written: str, weekdays: str) -> None:
    schedule, due = parse_schedule(written), datetime(2026, 3, 26, 12, tzinfo=UTC)  # a Thursday
    assert str(schedule) == written
    seen = []
    for _ in range(2 * len(weekdays)):  # over the change to summer time
        following = schedule.next_due(due, KYIV)
        assert following is not None
        assert following > due
        due = following
        assert f"{due.astimezone(KYIV):%H:%M}" == "09:00"
        seen.append(str(due.astimezone(KYIV).weekday()))
    assert sorted(seen) == sorted(2 * weekdays)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [("mon-sun 09:00", "daily 09:00"), ("tue-tue 09:00", "weekly tue 09:00")],
)
def test_a_range_of_one_or_seven_days_is_weekly_or_daily(written: str, canonical: str) -> None:
    assert str(parse_schedule(written)) == canonical


@pytest.mark.parametrize(
    "written", ["mon- 09:00", "mon-x 09:00", "mon-fri", "-", "mon-fri-sat 09:00"]
)
def test_a_broken_range_of_days_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="."):
        parse_schedule(written)


def test_a_schedule_with_two_times_is_due_at_each_of_them_also_when_the_clock_changes() -> None:
    schedule = parse_schedule("daily 09:00,18:00")
    due: datetime | None = datetime(2026, 3, 28, 10, tzinfo=UTC)
    hours = []
    for _ in range(5):
        assert due is not None
        due = schedule.next_due(due, KYIV)
        assert due is not None
        hours.append(due.astimezone(KYIV).strftime("%d %H:%M"))
    assert hours == ["28 18:00", "29 09:00", "29 18:00", "30 09:00", "30 18:00"]


def test_each_time_of_a_schedule_stays_that_time_in_another_zone() -> None:
    schedule = parse_schedule("daily 09:00,18:00")
    new_york = ZoneInfo("America/New_York")
    now = datetime(2026, 1, 5, 1, tzinfo=UTC)
    for hour in (9, 18):
        due = datetime(2026, 1, 6, hour, tzinfo=KYIV)
        moved = schedule.due_in_zone(due.astimezone(UTC), KYIV, new_york, now)
        assert moved.astimezone(new_york) == datetime(2026, 1, 6, hour, tzinfo=new_york)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("daily 18:00,09:00", "daily 09:00,18:00"),
        ("mon-fri 08:00,12:00,16:00", "mon-fri 08:00,12:00,16:00"),
        ("weekly mon 09:00,09:00", "weekly mon 09:00"),
    ],
)
def test_several_times_are_stored_in_order_and_once(text: str, stored: str) -> None:
    assert str(parse_schedule(text)) == stored
    assert parse_schedule(stored) == parse_schedule(text)
    assert len(stored) <= 32


@pytest.mark.parametrize("text", ["daily 09:00,", "daily 9:00,25:00", "daily 1:00,2:00,3:00,4:00"])
def test_several_times_of_which_one_is_wrong_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its text is for developers
        parse_schedule(text)
