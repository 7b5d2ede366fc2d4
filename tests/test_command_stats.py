"""Command /stats: operators see subscribers, subscriptions and the outbox."""

from datetime import timedelta

from pyroaring import BitMap
from support.conversation_driver import ANN, BEN, NOW, ConversationDriver, button_data

from storage.engine.database import Database
from storage.outbox import broadcasts, deliveries
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.deliveries import NewDelivery
from storage.values.lanes import Lane


async def test_subscribers_places_and_the_outbox_are_counted(database: Database) -> None:
    driver = ConversationDriver(database, operators=[ANN])
    await driver.send("/subscribe Kyiv")
    await driver.send("/subscribe railway Kyiv OR Lviv")
    await driver.send("/subscribe Київ", user=BEN, language="uk")
    bulletin = await driver.publish("Bridge closed in Kyiv")
    await driver.publish("Old news", received_at=NOW - timedelta(hours=5))
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
    assert (await driver.send("/stats")).html == (
        "<b>People</b>: 2, and 0 who are not reached now\n"
        "Languages: English 1, Українська 1\n"
        "<b>Subscriptions</b>: 3\n"
        "Places followed most: Kyiv 3, Lviv 1\n\n"
        "<b>Reports</b>: 1 in the last hour, 2 in the last day\n"
        "<b>On their way</b>: one report to many, the oldest since 11:27\n"
        "Single messages: digests 1\n"
        "<b>Given up: 1. See /failed</b>"
    )


async def test_an_announcement_is_counted_as_one_and_not_as_a_bulletin(
    database: Database,
) -> None:
    driver = ConversationDriver(database, operators=[ANN])
    await driver.publish("Bridge closed in Kyiv")
    preview = await driver.send("/announce There is a new command.")
    assert (
        "<b>Reports</b>: 1 in the last hour, 1 in the last day"
        in (await driver.send("/stats")).html
    )
    await driver.press(button_data(preview.replies[-1], "Send"))
    stats_html = (await driver.send("/stats")).html
    assert "<b>Reports</b>: 1 in the last hour, 1 in the last day" in stats_html
    assert "<b>Announcements on their way</b>: 1" in stats_html
    assert "to many" not in stats_html
    assert "Nothing waits" not in stats_html


async def test_an_empty_installation_says_so(sqlite: Database) -> None:
    stats_html = (await ConversationDriver(sqlite, operators=[ANN]).send("/stats")).html
    assert "<b>People</b>: 1" in stats_html
    assert "<b>Nothing waits</b> to be sent." in stats_html


async def test_only_operators_see_statistics(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, operators=[ANN])
    assert "I do not know this command" in (await driver.send("/stats", user=BEN)).html
