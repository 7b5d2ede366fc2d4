"""/alerts: what is on now, since when, from whom, and what nobody knows."""

from datetime import timedelta

from support.conversation_driver import NOW, Talk, labelled, labels
from support.telegram_html import read

from storage.engine.database import Database
from storage.inbound import incidents, sources
from storage.inbound.incidents import Incident, Word

KYIV, OBLAST = "UA80000000000093317", "UA63000000000041885"
CHUHUIV = "UA63140000000041761"


async def begin(talk: Talk, region: str, **more: object) -> None:
    began = NOW - timedelta(minutes=20)
    values: dict[str, object] = {
        "hazard": "air_raid",
        "opened_at": began,
        "level": "red",
        "sources": {"siren": Word(on=True, at=began)},
    }
    async with talk.database.write() as transaction:
        await incidents.store(transaction, Incident(region=region, **(values | more)))  # type: ignore[arg-type]
        await sources.succeed(transaction, "siren", {}, NOW)


async def asked(talk: Talk, text: str) -> str:
    return read((await talk.say(text)).html).text


async def test_without_an_alert_that_is_said(database: Database) -> None:
    talk = Talk(database, watchers=["siren"])
    async with database.write() as transaction:
        await sources.succeed(transaction, "siren", {}, NOW)
    assert await asked(talk, "/alerts") == "I know of no alert that is on."
    assert "I know of no alert that is on in Kyiv." in await asked(talk, "/alerts Kyiv")


async def test_where_no_source_knows_of_alerts_it_is_not_said_that_there_is_none(
    database: Database,
) -> None:
    talk = Talk(database, watchers=["siren"])  # that has never answered
    async with database.write() as transaction:
        await sources.succeed(transaction, "blog", {}, NOW)
    for written in ("/alerts", "/alerts Kyiv"):
        said = await asked(talk, written)
        assert said.startswith("I cannot tell whether an alert is on")
        assert "no all-clear" in said
        assert "I know of no alert" not in said


async def test_an_alert_is_shown_with_its_beginning_level_sources_and_how_fresh_they_are(
    database: Database,
) -> None:
    talk = Talk(database)
    await begin(talk, KYIV)
    assert await asked(talk, "/alerts") == (
        "On now\n\n🔴 Air raid alert: Kyiv\nOn since 09:10 UTC\nLevel: red\nsiren 09:30 UTC"
    )


async def test_a_place_shows_what_is_on_around_it_and_inside(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await begin(talk, OBLAST)
    await begin(talk, KYIV)
    assert (await asked(talk, "/alerts Чугуїв")).count("Air raid alert") == 1
    assert (await asked(talk, "/alerts Ukraine")).count("Air raid alert") == 2
    assert "no alert" in await asked(talk, "/alerts Lviv Oblast")


async def test_what_is_unknown_is_shown_as_unknown(sqlite: Database) -> None:
    """Case 43."""
    talk = Talk(sqlite)
    await begin(talk, KYIV, unknown_since=NOW - timedelta(minutes=5))
    assert "⚪ Air raid alert: Kyiv\nSince 09:25 UTC nobody can tell me" in await asked(
        talk, "/alerts"
    )


async def test_no_alert_is_no_comfort_when_the_sources_are_silent(sqlite: Database) -> None:
    """Case 43."""
    talk = Talk(sqlite)
    await begin(talk, KYIV, closed_at=NOW - timedelta(minutes=10))
    talk.now = NOW + timedelta(minutes=30)
    assert "have not answered since 09:30 UTC: there may be one" in await asked(talk, "/alerts")


async def test_a_misspelt_place_is_answered_with_at_most_six_buttons(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await begin(talk, OBLAST)
    near = (await talk.say("/alerts Khakriv")).reply
    assert "Did you mean" in near.html
    assert 1 <= len(labels(near)) <= 6
    shown = (await talk.press(labelled(near, "Kharkiv"))).edit
    assert "Air raid alert: Kharkiv Oblast" in shown.html


async def test_an_ambiguous_place_takes_the_likeliest_and_offers_the_others(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite)
    shown = (await talk.say("/alerts Mykolaiv")).reply
    assert "If you meant another place" in shown.html
    assert 1 <= len(labels(shown)) <= 5


async def test_what_is_no_place_and_a_forged_button_are_answered(sqlite: Database) -> None:
    """Case 64."""
    talk = Talk(sqlite)
    assert "I do not know a place" in await asked(talk, "/alerts qqqqqqqqwwwwwwxxxxx")
    assert (await talk.press("al:UA<b>")).answer.startswith("This button is too old")


async def test_it_works_in_groups_for_everybody(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await begin(talk, KYIV)
    assert "Air raid alert: Kyiv" in (await talk.say_in_group("/alerts")).html


async def test_how_often_an_alert_rings_is_chosen_in_the_settings(database: Database) -> None:
    talk = Talk(database)
    shown = (await talk.say("/settings")).reply
    assert "I ring again when it gets worse" in shown.html
    for label, said in (
        ("every change", "I ring at every change"),
        ("start and end", "not in between"),
        ("gets worse", "I ring again when it gets worse"),
    ):
        shown = (await talk.press(labelled(shown, label))).edit
        assert said in shown.html
    assert (await talk.press("ta:graver")).answer == "It is so already."
    assert (await talk.press("ta:forged")).answer.startswith("This button is too old")
