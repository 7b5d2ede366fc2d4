"""One message in which every setting is a button, and the commands that do the same."""

from datetime import UTC, datetime

import pytest
from support.conversation_driver import Talk, labelled, labels

from storage.engine.database import Database
from storage.subscribers.subscribers import Detail


async def test_a_language_is_chosen_in_place_and_spoken_at_once(database: Database) -> None:
    talk = Talk(database)
    shown = (await talk.say("/settings")).reply
    languages = (await talk.press(labelled(shown, "Language"))).edit
    assert labels(languages) == ["✓ English", "Українська", "Русский", "Italiano", "‹ Settings"]
    pressed = await talk.press(labelled(languages, "Українська"))
    assert (pressed.answer, pressed.edit.html[:19]) == ("Змінено.", "<b>Налаштування</b>")
    assert (await talk.say("/id")).html.startswith("Ваш номер")


async def test_the_detail_is_chosen_and_a_second_press_does_nothing(database: Database) -> None:
    talk = Talk(database)
    data = labelled((await talk.say("/settings")).reply, "first sentence only")
    assert "headline and first sentence" in (await talk.press(data)).edit.html
    assert (await talk.known()).detail is Detail.SHORT
    again = await talk.press(data)
    assert again.answer == "It is so already."
    assert len(again.direct) == 1


async def test_a_zone_is_chosen_in_place_and_moves_the_digests(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe drone | daily 12:00")
    zones = (await talk.press("t:zone")).edit
    pressed = await talk.press(labelled(zones, "Europe/Rome"))
    assert "Time zone: Europe/Rome" in pressed.edit.html
    (subscription,) = await talk.followed()
    assert subscription.next_due_at == datetime(2023, 2, 14, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Kyiv", "Europe/Kyiv"), ("europe/kyiv", "Europe/Kyiv"), ("Kyiv", "Europe/Kyiv"),
        ("Львів", "Europe/Kyiv"), ("Poland", "Europe/Warsaw"), ("new york", "America/New_York"),
        ("utc", "UTC"),
    ],
)  # fmt: skip
async def test_a_zone_is_known_by_its_name_and_by_that_of_a_place(
    sqlite: Database, typed: str, zone: str
) -> None:
    talk = Talk(sqlite)
    assert f"Time zone: {zone}. It is" in (await talk.say(f"/timezone {typed}")).html
    assert (await talk.known()).zone == zone


@pytest.mark.parametrize("typed", ["Erewhon", "+2", "Europe/", "../../etc/passwd", "localtime"])
async def test_a_zone_that_is_none_changes_nothing(sqlite: Database, typed: str) -> None:
    talk = Talk(sqlite)
    assert "I do not know the time zone" in (await talk.say(f"/timezone {typed}")).html
    assert (await talk.known()).zone is None


async def test_a_misspelt_zone_is_answered_with_the_nearest(sqlite: Database) -> None:
    assert "/timezone Europe/Warsaw" in (await Talk(sqlite).say("/timezone Europe/Warsow")).html


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("uk", "українською"),
        ("Українська", "українською"),
        ("ru", "по-русски"),
        ("italiano", "italiano"),
    ],
)
async def test_a_language_is_known_by_its_code_and_by_its_name(
    sqlite: Database, typed: str, said: str
) -> None:
    assert said in (await Talk(sqlite).say(f"/language {typed}")).html


async def test_a_language_there_is_none_of_is_answered_with_those_there_are(
    sqlite: Database,
) -> None:
    assert "There is: en, uk, ru, it." in (await Talk(sqlite).say("/language xx")).html


@pytest.mark.parametrize("data", ["tl:xx", "td:", "td:long", "tz:Europe/Nowhere", "tz:", "q:1", ""])
async def test_a_forged_or_old_button_is_answered_with_help(sqlite: Database, data: str) -> None:
    """failures 64"""
    heard = await Talk(sqlite).press(data)
    assert "too old" in heard.answer
    assert len(heard.direct) == 1


async def test_the_settings_say_how_much_is_followed(sqlite: Database) -> None:
    talk = Talk(sqlite)
    assert "You follow nothing yet: /subscribe" in (await talk.say("/settings")).html
    await talk.say("/subscribe Kyiv")
    assert "You follow one thing: /subscriptions" in (await talk.press("t:main")).edit.html
