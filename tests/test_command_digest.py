"""When a chat hears of what it follows: a usual hour for what comes, and one press for what is."""

from datetime import UTC, datetime

import pytest
from pyroaring import BitMap
from support.conversation_driver import NOW, Talk, labelled, labels
from support.conversation_driver import digests as maker

from storage.engine.database import Database
from storage.outbox import deliveries, digest_queue
from storage.outbox.digest_queue import Held
from storage.values.lanes import Lane
from storage.values.schedules import AT_ONCE, parse_schedule

DAILY = parse_schedule("daily 09:00")


async def hours(talk: Talk) -> list[str]:
    return [str(each.schedule) for each in await talk.followed()]


async def hold(talk: Talk, title: str) -> None:
    """It waits for Ann's digest, as intake would have it."""
    bulletin = await talk.publish(title)
    numbers = BitMap([(await talk.known()).number])
    async with talk.database.write() as transaction:
        await digest_queue.hold(transaction, [Held(bulletin.id, numbers)], talk.now)


async def digests(talk: Talk) -> list[str]:
    """The digests that are made now."""
    await maker(talk.database, lambda: talk.now).tick()
    async with talk.database.write() as transaction:
        due = [
            each
            for lane in Lane
            for each in await deliveries.due(transaction, lane, talk.now, limit=99)
        ]
        await deliveries.done(transaction, [each.id for each in due])
    assert {each.lane for each in due} <= {Lane.DIGEST}
    return [each.content.html for each in due if each.content]


async def test_what_is_followed_from_now_on_comes_at_the_usual_hour(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/timezone Europe/Kyiv")
    heard = await talk.say("/digest daily 09:00")
    assert "comes from now on: every day at 09:00 (Europe/Kyiv)." in heard.html
    assert "That holds for alerts, too." in heard.html
    assert labels(heard.reply) == []
    assert (await talk.known()).schedule == DAILY
    await talk.say("/subscribe Kyiv")
    await talk.press("f:Lviv")
    await talk.say("/subscribe #air_alert Odesa | now")
    assert await hours(talk) == ["daily 09:00", "daily 09:00", "now"]
    first, *_ = await talk.followed()
    assert first.next_due_at == datetime(2023, 2, 15, 7, tzinfo=UTC)
    assert talk.hears("News from Kyiv") == {"held"}


async def test_what_is_followed_already_is_moved_by_a_button_and_not_before(
    database: Database,
) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    await talk.say("/subscribe Lviv | hourly")
    await talk.say("/subscribe Odesa | daily 09:00")
    heard = await talk.say("/digest daily 09:00")
    assert "2 things that you follow already come at another time" in heard.html
    assert await hours(talk) == ["now", "hourly", "daily 09:00"]
    pressed = await talk.press(labelled(heard.reply, "Move everything"))
    assert pressed.answer == "Changed."
    assert "Moved 2 things: every day at 09:00 (Europe/Kyiv)" in pressed.edit.html
    assert "That holds for alerts, too." in pressed.edit.html
    assert await hours(talk) == ["daily 09:00"] * 3
    assert talk.hears("News from Kyiv") == {"held"}
    again = await talk.press(labelled(heard.reply, "Move everything"))
    assert again.answer == "It is so already."


async def test_the_usual_hour_is_shown_and_chosen_by_button(database: Database) -> None:
    talk = Talk(database)
    shown = (await talk.say("/digest")).reply
    assert "What you newly follow comes: at once." in shown.html
    assert labels(shown) == [
        "✓ at once",
        "every hour",
        "every day at 09:00 (UTC)",
        "every Monday at 09:00 (UTC)",
        "Tell me also when there is nothing new",
    ]
    pressed = await talk.press(labelled(shown, "every day"))
    assert "every day at 09:00 (UTC)" in pressed.edit.html
    assert "The hour is in UTC" in pressed.edit.html
    assert (await talk.known()).schedule == DAILY
    assert "comes: every day at 09:00 (UTC)" in (await talk.say("/settings")).html
    await talk.say("/digest now")
    assert (await talk.known()).schedule == AT_ONCE


@pytest.mark.parametrize(
    ("language", "typed", "schedule"),
    [
        ("uk", "щодня 09:00", "daily 09:00"),
        ("ru", "по пятницам в 9", "weekly fri 09:00"),
        ("it", "| ogni giorno alle 9", "daily 09:00"),
    ],
)
async def test_the_hour_is_read_in_the_readers_language(
    sqlite: Database, language: str, typed: str, schedule: str
) -> None:
    talk = Talk(sqlite)
    await talk.say(f"/digest {typed}", language=language)
    assert (await talk.known()).schedule == parse_schedule(schedule)


@pytest.mark.parametrize("typed", ["daily 25:00", "daily", "sometimes", "off"])
async def test_an_hour_that_is_none_changes_nothing(sqlite: Database, typed: str) -> None:
    talk = Talk(sqlite)
    await talk.say("/digest hourly")
    assert "<code>| daily 09:00</code>" in (await talk.say(f"/digest {typed}")).html
    assert str((await talk.known()).schedule) == "hourly"


@pytest.mark.parametrize("data", ["dw:", "dw:daily 25:00", "dm:x", "dm:daily", "dw:never"])
async def test_a_forged_button_changes_nothing(sqlite: Database, data: str) -> None:
    """failures 64"""
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv")
    assert "too old" in (await talk.press(data)).answer
    assert (await talk.known()).schedule == AT_ONCE
    assert await hours(talk) == ["now"]


async def test_what_waited_for_a_digest_comes_when_all_is_to_come_at_once(
    database: Database,
) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv | daily 09:00")
    await hold(talk, "Museum opens in Kyiv")
    heard = await talk.say("/digest now")
    await talk.press(labelled(heard.reply, "Move everything"))
    assert talk.hears("News from Kyiv") == {"ring"}
    (told,) = await digests(talk)
    assert "Museum opens in Kyiv" in told
    (subscription,) = await talk.followed()
    assert subscription.next_due_at is None
    assert await digests(talk) == []


async def test_what_came_at_once_is_not_told_again_by_the_digest(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    await talk.say("/subscribe drone | hourly")
    await hold(talk, "Drone over Kyiv")
    talk.now = NOW.replace(hour=10, minute=0)
    (told,) = await digests(talk)
    assert "Drone over Kyiv" in told
    await talk.say("/subscribe Kyiv | hourly")
    await hold(talk, "Museum opens in Kyiv")
    talk.now = NOW.replace(hour=11, minute=0)
    (told,) = await digests(talk)
    assert "Museum opens in Kyiv" in told
    assert "Drone over Kyiv" not in told


async def test_the_usual_hour_is_taken_along(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/digest weekly mon 07:30")
    exported = (await talk.say("/export")).replies[1].html
    assert "weekly mon 07:30" in exported
    await talk.say('/import {"tocsin": 1, "settings": {"digest": "daily 09:00"}}')
    assert (await talk.known()).schedule == DAILY
