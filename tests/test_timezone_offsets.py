"""Time zones by offset: GMT+3, UTC−2 and CEST mean the offset that people mean."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from support.conversation_driver import NOW, ConversationDriver, button_labels

from handlers.text.utc_offsets import find_zone, zone_title
from storage.engine.database import Database


@pytest.mark.parametrize(
    ("typed", "hours"),
    [
        ("GMT+3", 3),
        ("gmt-5", -5),
        ("UTC+2", 2),
        ("utc +02:00", 2),
        ("UTC\u22123", -3),
        ("+3", 3),
        ("+0300", 3),
        ("UTC+0", 0),
        ("UTC+5:30", 5.5),
        ("GMT-9:30", -9.5),
        ("UTC+14", 14),
        ("CEST", 2),
        ("EEST", 3),
        ("MSK", 3),
        ("мск", 3),
        ("MSK+2", 5),
        ("BST", 1),
        ("EDT", -4),
        ("pst", -8),
        ("JST", 9),
    ],
)
async def test_an_offset_means_what_people_mean(sqlite: Database, typed: str, hours: float) -> None:
    """GMT+3 set UTC−3, UTC+2 suggested UTC, CEST suggested EST, and MSK Asia/Omsk."""
    driver = ConversationDriver(sqlite)
    response = await driver.send(f"/timezone {typed}")
    zone = (await driver.get_subscriber()).zone
    assert zone is not None
    local: datetime = NOW.astimezone(ZoneInfo(zone))
    assert local.utcoffset() == timedelta(hours=hours)
    assert f"It is {local:%H:%M} there now." in response.html


@pytest.mark.parametrize("typed", ["UTC+15", "GMT-13", "+99", "UTC+3:17"])
async def test_an_offset_that_no_zone_has_is_refused(sqlite: Database, typed: str) -> None:
    driver = ConversationDriver(sqlite)
    assert "I do not know the time zone" in (await driver.send(f"/timezone {typed}")).html
    assert (await driver.get_subscriber()).zone is None


async def test_a_fixed_offset_is_shown_as_people_write_it(database: Database) -> None:
    driver = ConversationDriver(database)
    reply = (await driver.send("/timezone GMT+3")).reply
    assert "Time zone: UTC+3." in reply.html
    assert "Europe/Kyiv" not in button_labels(reply)  # in winter
    shown = [
        (await driver.send(command)).html
        for command in ("/settings", "/quiet 22:00-07:00", "/digest daily 09:00")
    ]
    assert all("UTC+3" in html and "Etc/" not in html for html in shown)


@pytest.mark.parametrize(
    ("typed", "language", "places", "first"),
    [
        ("GMT+3", "en", (), "Europe/Istanbul"),
        ("UTC+2", "uk", (), "Europe/Kyiv"),
        ("UTC+2", "en", ("Tel Aviv", "Riga"), "Asia/Jerusalem"),
        ("UTC-6", "en", ("Houston",), "America/Chicago"),
        ("+1", "it", (), "Europe/Rome"),
        ("EST", "en", (), "America/New_York"),
        ("UTC-11", "en", (), "Pacific/Pago_Pago"),
        ("UTC+13", "en", (), "Pacific/Auckland"),
    ],
)
async def test_the_cities_offered_have_the_offset_now_the_chats_own_first(
    sqlite: Database, typed: str, language: str, places: tuple[str, ...], first: str
) -> None:
    """The offer was Kyiv, Warsaw and Rome for any offset."""
    driver = ConversationDriver(sqlite)
    await driver.send(f"/language {language}")
    for place in places:
        await driver.send(f"/subscribe {place}")
    response = await driver.send(f"/timezone {typed}")
    offered = button_labels(response.reply)
    hours = NOW.astimezone(ZoneInfo((await driver.get_subscriber()).zone or "")).utcoffset()
    assert offered[0] == first
    assert {NOW.astimezone(ZoneInfo(zone)).utcoffset() for zone in offered} == {hours}
    await driver.press(f"tz:{offered[-1]}")
    assert (await driver.get_subscriber()).zone == offered[-1]


@pytest.mark.parametrize(
    ("typed", "hours"), [("UTC+3.5", 3.5), ("UTC+5,5", 5.5), ("GMT\u20145", -5), ("MST", -7)]
)
async def test_other_spellings_of_an_offset_are_read(
    sqlite: Database, typed: str, hours: float
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/timezone {typed}")
    zone = ZoneInfo((await driver.get_subscriber()).zone or "")
    assert NOW.astimezone(zone).utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Texas", "America/Chicago"),
        ("California", "America/Los_Angeles"),
        ("Kyiv Oblast", "Europe/Kyiv"),
        ("USA", "America/New_York"),
    ],
)
async def test_a_state_has_the_time_of_its_people(sqlite: Database, place: str, zone: str) -> None:
    """Texas had the time of New York."""
    driver = ConversationDriver(sqlite)
    await driver.send(f"/timezone {place}")
    assert (await driver.get_subscriber()).zone == zone


def test_a_name_of_the_iana_database_keeps_its_meaning() -> None:
    assert find_zone("Etc/GMT+3") is None
    assert find_zone("Europe/Kyiv") is None
    assert zone_title("Etc/GMT+3") == "UTC−3"
    assert zone_title("Europe/Kyiv") == "Europe/Kyiv"
