"""Commands /settings, /language and /timezone."""

from datetime import UTC, datetime

import pytest
from support.conversation_driver import ConversationDriver, button_data, button_labels

from storage.engine.database import Database
from storage.subscribers.subscribers import Detail


async def test_a_language_is_chosen_in_place_and_used_at_once(database: Database) -> None:
    driver = ConversationDriver(database)
    shown = (await driver.send("/settings")).reply
    languages = (await driver.press(button_data(shown, "Language"))).edit
    assert button_labels(languages) == [
        "✓ English",
        "Українська",
        "Русский",
        "Italiano",
        "‹ Settings",
    ]
    pressed = await driver.press(button_data(languages, "Українська"))
    assert (pressed.answer, pressed.edit.html[:19]) == ("Змінено.", "<b>Налаштування</b>")
    assert (await driver.send("/id")).html.startswith("Ваш номер")


async def test_the_detail_is_chosen_and_a_second_press_changes_nothing(database: Database) -> None:
    driver = ConversationDriver(database)
    data = button_data((await driver.send("/settings")).reply, "first sentence only")
    assert "headline and first sentence" in (await driver.press(data)).edit.html
    assert (await driver.get_subscriber()).detail is Detail.SHORT
    again = await driver.press(data)
    assert again.answer == "It is so already."
    assert len(again.immediate_calls) == 1


async def test_a_time_zone_is_chosen_in_place_and_reschedules_the_digests(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe drone | daily 12:00")
    zones = (await driver.press("t:zone")).edit
    pressed = await driver.press(button_data(zones, "Europe/Rome"))
    assert "Time zone: Europe/Rome" in pressed.edit.html
    (subscription,) = await driver.get_subscriptions()
    assert subscription.next_due_at == datetime(2023, 2, 14, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Europe/Kyiv", "Europe/Kyiv"), ("europe/kyiv", "Europe/Kyiv"), ("Kyiv", "Europe/Kyiv"),
        ("Львів", "Europe/Kyiv"), ("Poland", "Europe/Warsaw"), ("new york", "America/New_York"),
        ("utc", "UTC"),
    ],
)  # fmt: skip
async def test_a_time_zone_is_found_by_its_name_and_by_a_place(
    sqlite: Database, typed: str, zone: str
) -> None:
    driver = ConversationDriver(sqlite)
    assert f"Time zone: {zone}. It is" in (await driver.send(f"/timezone {typed}")).html
    assert (await driver.get_subscriber()).zone == zone


@pytest.mark.parametrize("typed", ["Erewhon", "UTC+15", "Europe/", "../../etc/passwd", "localtime"])
async def test_an_unknown_time_zone_changes_nothing(sqlite: Database, typed: str) -> None:
    driver = ConversationDriver(sqlite)
    assert "I do not know the time zone" in (await driver.send(f"/timezone {typed}")).html
    assert (await driver.get_subscriber()).zone is None


async def test_a_misspelt_time_zone_is_answered_with_the_nearest(sqlite: Database) -> None:
    assert (
        "/timezone Europe/Warsaw"
        in (await ConversationDriver(sqlite).send("/timezone Europe/Warsow")).html
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("uk", "українською"),
        ("Українська", "українською"),
        ("ru", "по-русски"),
        ("italiano", "italiano"),
    ],
)
async def test_a_language_is_found_by_its_code_and_by_its_name(
    sqlite: Database, typed: str, expected: str
) -> None:
    assert expected in (await ConversationDriver(sqlite).send(f"/language {typed}")).html


async def test_an_unknown_language_is_answered_with_the_list_of_languages(
    sqlite: Database,
) -> None:
    assert (
        "There is: en, uk, ru, it." in (await ConversationDriver(sqlite).send("/language xx")).html
    )


@pytest.mark.parametrize("data", ["tl:xx", "td:", "td:long", "tz:Europe/Nowhere", "tz:", "q:1", ""])
async def test_a_forged_or_outdated_button_is_answered(sqlite: Database, data: str) -> None:
    response = await ConversationDriver(sqlite).press(data)
    assert "too old" in response.answer
    assert len(response.immediate_calls) == 1


async def test_the_settings_show_the_number_of_subscriptions(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    assert "You follow nothing yet: /subscribe" in (await driver.send("/settings")).html
    await driver.send("/subscribe Kyiv")
    assert "You follow one thing: /subscriptions" in (await driver.press("t:main")).edit.html
