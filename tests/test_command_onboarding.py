"""Onboarding: three taps from /start to a subscription and the current state."""

import pytest
from support.conversation_driver import NOW, ConversationDriver, button_data, button_labels
from support.telegram_html import parse_html
from test_command_alerts import open_incident

from storage.engine.database import Database

KHARKIV_OBLAST = "UA63000000000041885"


async def test_three_taps_subscribe_to_air_alerts_and_show_the_active_ones(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await open_incident(driver, KHARKIV_OBLAST)
    await driver.publish("Air raid alert in Kharkiv", "Go to shelters.")
    greeted = await driver.send("/start")
    assert button_labels(greeted.reply)[:2] == ["Kyiv", "Kharkiv"]
    question = await driver.press(button_data(greeted.reply, "Kharkiv"))
    assert question.edit.html == "What do you want to hear of <b>Kharkiv</b>?"
    done = await driver.press(button_data(question.edit, "Air alerts"))
    confirmation, alerts = done.replies
    assert confirmation.html.startswith(
        "You will hear at once of: <b>Air alert</b> or <b>All clear</b> in <b>Kharkiv</b>."
    )
    assert parse_html(alerts.html).text == (
        "On now in Kharkiv\n\n"
        "\N{LARGE RED CIRCLE} Air raid alert: Kharkiv Oblast\n"
        "On since 11:10\nLevel: red\nsiren 11:30\n\n"
        "To see how an alert will reach you: /test"
    )
    assert driver.match_modes("Air raid alert in Kharkiv Oblast") == {"audible"}
    assert driver.match_modes("A concert in Kharkiv") == set()


@pytest.mark.parametrize(
    ("incident_fields", "expected"),
    [
        ({}, "Air raid alert: Kharkiv Oblast\nOn since 11:10"),
        ({"unknown_since": NOW}, "Since 11:30 nobody can tell me whether it is still on"),
        ({"closed_at": NOW}, "I know of no alert that is on in Kharkiv."),
    ],
)
async def test_a_wider_scope_also_shows_the_last_bulletin(
    sqlite: Database, incident_fields: dict[str, object], expected: str
) -> None:
    driver = ConversationDriver(sqlite)
    await open_incident(driver, KHARKIV_OBLAST, **incident_fields)
    await driver.publish("Market opened in Kharkiv")
    question = await driver.press(button_data((await driver.send("/start")).reply, "Kharkiv"))
    _, alerts, last_bulletin = (
        await driver.press(button_data(question.edit, "Everything"))
    ).replies
    assert expected in parse_html(alerts.html).text
    assert last_bulletin.html.startswith("The newest so far:\n\n<b>Market opened")


@pytest.mark.parametrize(
    ("scope_label", "matching_title", "other_title"),
    [
        ("Important", "Missiles flying towards Lviv", "A concert in Lviv"),
        ("Everything", "A concert in Lviv", "A concert in Odesa"),
    ],
)
async def test_the_subscription_matches_the_chosen_scope(
    sqlite: Database, scope_label: str, matching_title: str, other_title: str
) -> None:
    driver = ConversationDriver(sqlite)
    question = await driver.press(button_data((await driver.send("/start")).reply, "Lviv"))
    done = await driver.press(button_data(question.edit, scope_label))
    assert "I cannot tell whether an alert is on" in done.replies[1].html
    assert "No news about it so far" in done.replies[2].html
    assert driver.match_modes(matching_title) == {"audible"}
    assert driver.match_modes(other_title) == set()


async def test_every_oblast_is_two_taps_away_and_named_in_the_readers_language(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    greeted = await driver.send("/start", language="uk")
    oblasts = await driver.press(button_data(greeted.reply, "Області"))
    labels = button_labels(oblasts.edit)
    assert len(labels) == 25 + 1
    assert {"Сумська область", "Донецька область", "Одеська область"} <= set(labels)
    question = await driver.press(button_data(oblasts.edit, "Сумська"))
    await driver.press(button_data(question.edit, "Усе"))
    (subscription,) = await driver.get_subscriptions()
    assert subscription.query_text == 'in:"UA59000000000057109"'
    back = await driver.press(button_data(oblasts.edit, "Міста"))
    assert "Київ" in button_labels(back.edit)


async def test_a_second_press_creates_no_second_subscription(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    question = await driver.press(button_data((await driver.send("/start")).reply, "Kyiv"))
    await driver.press(button_data(question.edit, "Everything"))
    again = await driver.press(button_data(question.edit, "Everything"))
    assert "You follow this already" in again.replies[0].html
    assert len(await driver.get_subscriptions()) == 1


@pytest.mark.parametrize("data", ["op:", "op:XX", "oq:", "oq:all:UA", "oq:alerts:XX", "oq:alerts"])
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    assert (await driver.press(data)).answer
    assert await driver.get_subscriptions() == []
