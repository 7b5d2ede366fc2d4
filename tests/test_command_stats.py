"""Who runs the bot asks who listens, and how much is on its way."""

from datetime import timedelta

from pyroaring import BitMap
from support.conversation_driver import ANN, BEN, NOW, Talk, labelled

from storage.engine.database import Database
from storage.outbox import broadcasts, deliveries
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.deliveries import NewDelivery
from storage.values.lanes import Lane


async def test_people_places_and_what_waits_are_counted(database: Database) -> None:
    talk = Talk(database, operators=[ANN])
    await talk.say("/subscribe Kyiv")
    await talk.say("/subscribe railway Kyiv OR Lviv")
    await talk.say("/subscribe Київ", user=BEN, language="uk")
    bulletin = await talk.publish("Bridge closed in Kyiv")
    await talk.publish("Old news", received_at=NOW - timedelta(hours=5))
    async with database.write() as transaction:
        new = NewBroadcast(
            bulletin=bulletin.id, lane=Lane.NEWS, recipients=BitMap([1, 2]), silent=BitMap()
        )
        await broadcasts.enqueue(transaction, [new], NOW - timedelta(minutes=3))
        later = NewDelivery(
            subscriber=2, lane=Lane.DIGEST, bulletin=bulletin.id, due_at=NOW + timedelta(hours=1)
        )
        _, failed = await deliveries.enqueue(transaction, [later, later], NOW)
        await deliveries.fail(transaction, failed.id, NOW, "too long")
    assert (await talk.say("/stats")).html == (
        "<b>People</b>: 2, and 0 who are not reached now\n"
        "Languages: English 1, Українська 1\n"
        "<b>Subscriptions</b>: 3\n"
        "Places followed most: Kyiv 3, Lviv 1\n\n"
        "<b>Reports</b>: 1 in the last hour, 2 in the last day\n"
        "<b>On their way</b>: one report to many, the oldest since 11:27\n"
        "Single messages: digests 1\n"
        "<b>Given up: 1. See /failed</b>"
    )


async def test_an_announcement_is_counted_as_one_and_not_among_the_reports(
    database: Database,
) -> None:
    talk = Talk(database, operators=[ANN])
    await talk.publish("Bridge closed in Kyiv")
    drawn = await talk.say("/announce There is a new command.")
    assert (
        "<b>Reports</b>: 1 in the last hour, 1 in the last day" in (await talk.say("/stats")).html
    )
    await talk.press(labelled(drawn.replies[-1], "Send"))
    said = (await talk.say("/stats")).html
    assert "<b>Reports</b>: 1 in the last hour, 1 in the last day" in said
    assert "<b>Announcements on their way</b>: 1" in said
    assert "to many" not in said
    assert "Nothing waits" not in said


async def test_an_empty_installation_says_so(sqlite: Database) -> None:
    said = (await Talk(sqlite, operators=[ANN]).say("/stats")).html
    assert "<b>People</b>: 1" in said
    assert "<b>Nothing waits</b> to be sent." in said


async def test_others_are_told_nothing(sqlite: Database) -> None:
    talk = Talk(sqlite, operators=[ANN])
    assert "I do not know this command" in (await talk.say("/stats", user=BEN)).html
