"""A newcomer gets to the first subscription in three taps, and sees at once that it works."""

import pytest
from support.conversation_driver import NOW, Talk, labelled, labels
from support.telegram_html import read
from test_conversation_alerts import begin

from storage.engine.database import Database

KHARKIV_OBLAST = "UA63000000000041885"


async def test_three_taps_lead_to_air_alerts_and_to_how_it_is_now(database: Database) -> None:
    talk = Talk(database)
    await begin(talk, KHARKIV_OBLAST)
    await talk.publish("Air raid alert in Kharkiv", "Go to shelters.")
    greeted = await talk.say("/start")
    assert labels(greeted.reply)[:2] == ["Kyiv", "Kharkiv"]
    asked = await talk.press(labelled(greeted.reply, "Kharkiv"))
    assert asked.edit.html == "What do you want to hear of <b>Kharkiv</b>?"
    done = await talk.press(labelled(asked.edit, "Air alerts"))
    told, now = done.replies
    assert told.html.startswith(
        "You will hear at once of: <b>Air alert</b> or <b>All clear</b> in <b>Kharkiv</b>."
    )
    assert read(now.html).text == (
        "On now in Kharkiv\n\n"
        "\N{LARGE RED CIRCLE} Air raid alert: Kharkiv Oblast\n"
        "On since 11:10\nLevel: red\nsiren 11:30\n\n"
        "To see how an alert will reach you: /test"
    )
    assert talk.hears("Air raid alert in Kharkiv Oblast") == {"ring"}
    assert talk.hears("A concert in Kharkiv") == set()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "Air raid alert: Kharkiv Oblast\nOn since 11:10"),
        ({"unknown_since": NOW}, "Since 11:30 nobody can tell me whether it is still on"),
        ({"closed_at": NOW}, "I know of no alert that is on in Kharkiv."),
    ],
)
async def test_whoever_wants_more_than_alerts_sees_the_newest_report_after_them(
    sqlite: Database, more: dict[str, object], said: str
) -> None:
    talk = Talk(sqlite)
    await begin(talk, KHARKIV_OBLAST, **more)
    await talk.publish("Market opened in Kharkiv")
    asked = await talk.press(labelled((await talk.say("/start")).reply, "Kharkiv"))
    _, now, newest = (await talk.press(labelled(asked.edit, "Everything"))).replies
    assert said in read(now.html).text
    assert newest.html.startswith("The newest so far:\n\n<b>Market opened")


@pytest.mark.parametrize(
    ("what", "hears", "not_heard"),
    [
        ("Important", "Missiles flying towards Lviv", "A concert in Lviv"),
        ("Everything", "A concert in Lviv", "A concert in Odesa"),
    ],
)
async def test_what_is_heard_is_what_was_pressed(
    sqlite: Database, what: str, hears: str, not_heard: str
) -> None:
    talk = Talk(sqlite)
    asked = await talk.press(labelled((await talk.say("/start")).reply, "Lviv"))
    done = await talk.press(labelled(asked.edit, what))
    assert "I cannot tell whether an alert is on" in done.replies[1].html
    assert "No news about it so far" in done.replies[2].html
    assert talk.hears(hears) == {"ring"}
    assert talk.hears(not_heard) == set()


async def test_every_oblast_is_two_taps_away_and_named_in_ones_own_language(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite)
    greeted = await talk.say("/start", language="uk")
    oblasts = await talk.press(labelled(greeted.reply, "Області"))
    named = labels(oblasts.edit)
    assert len(named) == 25 + 1
    assert {"Сумська область", "Донецька область", "Одеська область"} <= set(named)
    asked = await talk.press(labelled(oblasts.edit, "Сумська"))
    await talk.press(labelled(asked.edit, "Усе"))
    (subscription,) = await talk.followed()
    assert subscription.written == 'in:"UA59000000000057109"'
    back = await talk.press(labelled(oblasts.edit, "Міста"))
    assert "Київ" in labels(back.edit)


async def test_a_second_press_subscribes_to_nothing_twice(sqlite: Database) -> None:
    talk = Talk(sqlite)
    asked = await talk.press(labelled((await talk.say("/start")).reply, "Kyiv"))
    await talk.press(labelled(asked.edit, "Everything"))
    again = await talk.press(labelled(asked.edit, "Everything"))
    assert "You follow this already" in again.replies[0].html
    assert len(await talk.followed()) == 1


@pytest.mark.parametrize("data", ["op:", "op:XX", "oq:", "oq:all:UA", "oq:alerts:XX", "oq:alerts"])
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    talk = Talk(sqlite)
    assert (await talk.press(data)).answer
    assert await talk.followed() == []
