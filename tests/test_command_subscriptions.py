"""What a chat follows, numbered, and changed by buttons in place."""

import pytest
from support.conversation_driver import ANN, BEN, Talk, labelled, labels

from storage.engine.database import Database


async def test_the_list_is_numbered_and_in_words(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe #air_alert Lviv")
    await talk.say("/subscribe drone | daily 09:00")
    html = (await talk.say("/subscriptions")).html
    assert "You follow 2 things" in html
    assert "1. <b>Air alert</b> in <b>Lviv</b> — at once" in html
    assert "2. <b>drone</b> (any form) — every day at 09:00 (Europe/Kyiv)" in html


async def test_an_empty_list_says_how_to_fill_it(sqlite: Database) -> None:
    talk = Talk(sqlite)
    for command in ("/subscriptions", "/unsubscribe", "/unsubscribe 1"):
        assert "<code>/subscribe Kyiv</code>" in (await talk.say(command)).html


async def test_a_number_removes_what_stands_under_it(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    await talk.say("/subscribe Lviv")
    heard = await talk.say("/unsubscribe 1")
    assert heard.html == "You will no longer hear of: everything about <b>Kyiv</b>."
    assert [each.written for each in await talk.followed()] == ["Lviv"]
    assert talk.hears("News from Kyiv") == set()
    assert talk.hears("News from Lviv") == {"ring"}


@pytest.mark.parametrize("number", ["0", "3", "-1", "x", "99999999999999999999"])
async def test_a_number_that_is_none_removes_nothing(sqlite: Database, number: str) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv")
    await talk.say("/subscribe Lviv")
    assert "you follow 2 things" in (await talk.say(f"/unsubscribe {number}")).html
    assert len(await talk.followed()) == 2


async def test_a_button_removes_and_the_list_follows_in_place(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    await talk.say("/subscribe Lviv")
    listed = await talk.say("/unsubscribe")
    data = labelled(listed.reply, "✕ 1")
    pressed = await talk.press(data)
    assert pressed.answer == "Removed."
    assert "1. everything about <b>Lviv</b>" in pressed.edit.html
    assert talk.hears("News from Kyiv") == set()
    again = await talk.press(data)
    assert again.answer == "This is gone already."
    assert [each.written for each in await talk.followed()] == ["Lviv"]


async def test_a_button_takes_the_sound_and_gives_it_back(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    listed = await talk.say("/subscriptions")
    hush = labelled(listed.reply, "without sound")
    pressed = await talk.press(hush)
    assert "at once, without sound" in pressed.edit.html
    assert talk.hears("News from Kyiv") == {"silent"}
    again = await talk.press(hush)
    assert again.answer == "It is so already."
    assert len(again.direct) == 1
    await talk.press(labelled(pressed.edit, "with sound"))
    assert talk.hears("News from Kyiv") == {"ring"}


async def test_somebody_elses_button_changes_nothing(database: Database) -> None:
    """failures 64"""
    talk = Talk(database)
    await talk.say("/subscribe Mykolaiv")
    (subscription,) = await talk.followed(ANN)
    for data in (f"sx:{subscription.id}:0", f"sh:{subscription.id}:0", f"c:{subscription.id}:0:-"):
        assert (await talk.press(data, user=BEN)).answer == "This is gone already."
    assert await talk.followed(ANN) == [subscription]


async def test_a_long_list_is_leafed_through_in_place(sqlite: Database) -> None:
    talk = Talk(sqlite)
    for number in range(20):
        await talk.say(f"/subscribe word:drone{number}")
    first = (await talk.say("/subscriptions")).reply
    assert "You follow 20 things" in first.html
    second = (await talk.press(labelled(first, "More"))).edit
    assert "9. <b>drone8</b>" in second.html
    third = (await talk.press(labelled(second, "More"))).edit
    assert not [label for label in labels(third) if "More" in label]
    assert (await talk.press(labelled(third, "Back"))).edit == second


async def test_the_longest_things_one_can_follow_fit_the_list(sqlite: Database) -> None:
    talk = Talk(sqlite)
    for number in range(8):
        words = " OR ".join(f"слово{number}літера{at}" for at in range(60))
        await talk.say(f"/subscribe {words}")
    assert len(await talk.followed()) == 8
    html = (await talk.say("/subscriptions")).html
    assert len(html.encode("utf-16-le")) // 2 < 4_096
