"""Command /alerts: active alerts with their start, level and sources; unknown states."""

from datetime import timedelta

import pytest
from support.conversation_driver import NOW, ConversationDriver, button_data, button_labels
from support.telegram_html import parse_html

from storage.engine.database import Database
from storage.inbound import incidents, sources
from storage.inbound.incidents import Incident, SourceReport
from storage.inbound.sources import RegisteredSource

KYIV, OBLAST = "UA80000000000093317", "UA63000000000041885"
CHUHUIV = "UA63140000000041761"


async def open_incident(driver: ConversationDriver, region: str, **fields: object) -> None:
    opened_at = NOW - timedelta(minutes=20)
    values: dict[str, object] = {
        "hazard": "air_raid",
        "opened_at": opened_at,
        "level": "red",
        "sources": {"siren": SourceReport(is_active=True, reported_at=opened_at)},
    }
    async with driver.database.write() as transaction:
        await incidents.store(transaction, Incident(region=region, **(values | fields)))  # type: ignore[arg-type]
        await sources.record_success(transaction, "siren", {}, NOW)


async def alerts_text(driver: ConversationDriver, text: str) -> str:
    return parse_html((await driver.send(text)).html).text


async def test_without_an_alert_the_answer_says_so(database: Database) -> None:
    driver = ConversationDriver(database, state_sources=["siren"])
    async with database.write() as transaction:
        await sources.record_success(transaction, "siren", {}, NOW)
    driver.now = NOW + timedelta(seconds=12)
    answer = "I know of no alert that is on.\n\nChecked 12 s ago."
    assert await alerts_text(driver, "/alerts") == answer
    assert "I know of no alert that is on in Kyiv." in await alerts_text(driver, "/alerts Kyiv")


@pytest.mark.parametrize(
    ("interval", "age", "is_known"),
    [(15, 60, True), (15, 61, False), (5, 90, False), (15, 179, False), (60, 170, True)],
)
async def test_an_empty_list_holds_as_long_as_the_answers_of_the_sources_do(
    sqlite: Database, interval: int, age: int, *, is_known: bool
) -> None:
    """The fault: "no alert" up to three minutes after the last good poll."""
    driver = ConversationDriver(sqlite, state_sources=["siren"])
    every = timedelta(seconds=interval)
    async with sqlite.write() as transaction:
        await sources.register(transaction, [RegisteredSource("siren", "siren", every)], NOW)
        await sources.record_success(transaction, "siren", {}, NOW)
    driver.now = NOW + timedelta(seconds=age)
    for command in ("/alerts", "/alerts Kyiv", "/alerts Lviv"):
        text = await alerts_text(driver, command)
        assert ("I know of no alert" in text) is is_known
        assert ("I cannot tell whether an alert is on" in text) is not is_known


async def test_another_kind_of_source_does_not_vouch_for_an_empty_list(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, state_sources=["siren"])
    reports = {"blog": SourceReport(is_active=False, reported_at=NOW)}
    await open_incident(driver, KYIV, closed_at=NOW, sources=reports)
    driver.now = NOW + timedelta(minutes=2)
    async with sqlite.write() as transaction:
        await sources.record_success(transaction, "blog", {}, driver.now)
    assert "I cannot tell whether an alert is on" in await alerts_text(driver, "/alerts")


async def test_without_an_answering_source_the_state_is_unknown(
    database: Database,
) -> None:
    driver = ConversationDriver(database, state_sources=["siren"])  # that has never answered
    async with database.write() as transaction:
        await sources.record_success(transaction, "blog", {}, NOW)
    for command in ("/alerts", "/alerts Kyiv"):
        text = await alerts_text(driver, command)
        assert text.startswith("I cannot tell whether an alert is on")
        assert "no all-clear" in text
        assert "I know of no alert" not in text


async def test_an_alert_is_shown_with_its_start_level_and_the_freshness_of_its_sources(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await open_incident(driver, KYIV)
    assert await alerts_text(driver, "/alerts") == (
        "On now\n\n🔴 Air raid alert: Kyiv\nOn since 09:10 UTC\nLevel: red\nsiren 09:30 UTC"
    )


async def test_a_place_shows_the_alerts_around_it_and_inside_it(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await open_incident(driver, OBLAST)
    await open_incident(driver, KYIV)
    assert (await alerts_text(driver, "/alerts Чугуїв")).count("Air raid alert") == 1
    assert (await alerts_text(driver, "/alerts Ukraine")).count("Air raid alert") == 2
    assert "no alert" in await alerts_text(driver, "/alerts Lviv Oblast")


async def test_an_unknown_alert_state_is_shown_as_unknown(sqlite: Database) -> None:
    """Unreachable sources must not make an alert look active or ended."""
    driver = ConversationDriver(sqlite)
    await open_incident(driver, KYIV, unknown_since=NOW - timedelta(minutes=5))
    assert "⚪ Air raid alert: Kyiv\nSince 09:25 UTC nobody can tell me" in await alerts_text(
        driver, "/alerts"
    )


async def test_an_empty_list_with_stale_sources_carries_a_warning(sqlite: Database) -> None:
    """An empty list must not read as an all-clear while no source answers."""
    driver = ConversationDriver(sqlite)
    await open_incident(driver, KYIV, closed_at=NOW - timedelta(minutes=10))
    driver.now = NOW + timedelta(minutes=30)
    assert "have not answered since 09:30 UTC: there may be one" in await alerts_text(
        driver, "/alerts"
    )


async def test_a_misspelt_place_is_answered_with_at_most_six_buttons(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await open_incident(driver, OBLAST)
    suggestions = (await driver.send("/alerts Khakriv")).reply
    assert "Did you mean" in suggestions.html
    assert 1 <= len(button_labels(suggestions)) <= 6
    shown = (await driver.press(button_data(suggestions, "Kharkiv"))).edit
    assert "Air raid alert: Kharkiv Oblast" in shown.html


async def test_an_ambiguous_place_shows_the_likeliest_and_offers_the_others(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    shown = (await driver.send("/alerts Mykolaiv")).reply
    assert "If you meant another place" in shown.html
    assert 1 <= len(button_labels(shown)) <= 5


async def test_an_unknown_place_and_a_forged_button_are_answered(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    assert "I do not know a place" in await alerts_text(driver, "/alerts qqqqqqqqwwwwwwxxxxx")
    assert (await driver.press("al:UA<b>")).answer.startswith("This button is too old")


async def test_every_member_of_a_group_may_use_the_command(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await open_incident(driver, KYIV)
    assert "Air raid alert: Kyiv" in (await driver.send_in_group("/alerts")).html


async def test_the_settings_choose_which_alert_updates_notify_again(database: Database) -> None:
    driver = ConversationDriver(database)
    shown = (await driver.send("/settings")).reply
    assert "I ring again when it gets worse" in shown.html
    for label, expected in (
        ("every change", "I ring at every change"),
        ("start and end", "not in between"),
        ("gets worse", "I ring again when it gets worse"),
    ):
        shown = (await driver.press(button_data(shown, label))).edit
        assert expected in shown.html
    assert (await driver.press("ta:graver")).answer == "It is so already."
    assert (await driver.press("ta:forged")).answer.startswith("This button is too old")
