"""A newcomer gets to the first subscription in three taps, and sees at once that it works."""

import pytest
from talking import Talk, labelled, labels

from storage.database import Database


async def test_three_taps_lead_to_air_alerts_and_to_the_newest_there_is(database: Database) -> None:
    talk = Talk(database)
    await talk.publish("Air raid alert in Kharkiv", "Go to shelters.")
    greeted = await talk.say("/start")
    assert labels(greeted.reply)[:2] == ["Kyiv", "Kharkiv"]
    asked = await talk.press(labelled(greeted.reply, "Kharkiv"))
    assert asked.edit.html == "What do you want to hear of <b>Kharkiv</b>?"
    done = await talk.press(labelled(asked.edit, "Air alerts"))
    told, newest = done.replies
    assert told.html.startswith(
        "You will hear at once of: <b>Air alert</b> or <b>All clear</b> in <b>Kharkiv</b>."
    )
    assert newest.html.startswith("The newest so far:\n\n\N{LARGE RED CIRCLE} <b>Air raid alert")
    assert talk.hears("Air raid alert in Kharkiv Oblast") == {"ring"}
    assert talk.hears("A concert in Kharkiv") == set()


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
    assert "Nothing about it so far" in done.replies[1].html
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
