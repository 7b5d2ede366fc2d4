"""Dates of feeds: what publishers write instead of RFC 5322 and ISO 8601."""

from datetime import UTC, datetime

import pytest

from bot.sources.parsing.dates import parse_date
from bot.sources.parsing.zero_time import unless_zero

TIME = datetime(2026, 11, 29, 15, 7, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Sun, 29 Nov 2026 15:07:41 +0000",
        "Sun, 29 Nov 26 17:07:41 +0200",
        "Sun, 29 Nov 2026 17:07:41 GMT+02:00",
        "Sun, 29 Nov 2026 17:07:41 +0200 (Kyiv)",
        "Sun, 29 Nov 2026 17:07:41 CEST",
        "Sun, 29 Nov 2026 10:07:41 EST",
        "Sun, 29 Nov 2026 18:07:41 MSK",
        "Sun, 29 Nov 2026 4:07:41 PM CET",
        "Sun,29 Nov 2026 15:07:41 -0000",
        "Mon, 29 Nov 2026 15:07:41 Z",
        "Sunday, November 29, 2026 15:07:41 GMT",
        "Sun Nov 29 15:07:41 UTC 2026",
        "Sun Nov 29 2026 17:07:41 GMT+0200 (Eastern European Standard Time)",
        "29/Nov/2026:15:07:41 +0000",
        "So, 29 November 2026 15:07:41",
        "dom, 29 nov 2026 16:07:41 +0100",
        "Вс, 29 ноя 2026 18:07:41 +0300",
        "15:07:41, 29 листопада 2026",
        "29.11.2026 15:07:41",
        "29-11-2026 15:07:41",
        "2026/11/29 15:07:41",
        "2026-11-29 15:07:41 UTC",
        "2026-11-29T15:07:41 +00:00",
        "2026-11-29T17:07:41+0200",
        "20261129T150741Z",
        "20261129150741",
        "1795964861",
        "1795964861000",
    ],
)
def test_the_dates_of_publishers_are_read(written: str) -> None:
    """The first of the month, or no time at all, was read in half of them."""
    assert parse_date(written) == TIME


@pytest.mark.parametrize(
    ("written", "time"),
    [
        ("mar, 29 set 2026 10:00:00 +0200", datetime(2026, 9, 29, 8, tzinfo=UTC)),
        ("Сер, 2 гру 2026 10:00", datetime(2026, 12, 2, 10, tzinfo=UTC)),
        ("11/29/2026 3:07 PM", datetime(2026, 11, 29, 15, 7, tzinfo=UTC)),
        ("Sun, 29 Nov 2026 24:00:00 +0000", datetime(2026, 11, 30, tzinfo=UTC)),
        ("30 Dez 2026 15:07", datetime(2026, 12, 30, 15, 7, tzinfo=UTC)),
    ],
)
def test_weekdays_like_months_and_odd_hours_are_read(written: str, time: datetime) -> None:
    assert parse_date(written) == time


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday evening",
        "03/04/2026",  # March or April
        "0000-00-00 00:00:00",
        "Tue, 31 Nov 2026 10:00:00 GMT",
        "29 Nov",
        "2026",
        "9" * 14,
        "1" * 5_000,
    ],
)
def test_what_is_ambiguous_or_no_date_is_no_time(written: str) -> None:
    assert parse_date(written) is None


@pytest.mark.parametrize(
    "written", ["Thu, 01 Jan 1970 00:00:00 +0000", "0001-01-01T00:00:00Z", "0"]
)
def test_a_zero_time_is_no_time(written: str) -> None:
    assert unless_zero(parse_date(written), TIME) is None
