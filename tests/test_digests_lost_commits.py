"""Digests and summaries on PostgreSQL while answers to COMMIT are lost."""

from datetime import datetime, timedelta

import pytest
from pyroaring import BitMap
from support.conversation_driver import NOW, ConversationDriver, make_digester
from support.postgres_proxy import Fault, PostgresProxy, every_nth, faulty_database

from storage.engine.database import Database
from storage.outbox import deliveries, digest_queue, quiet_queue
from storage.outbox.deliveries import Delivery
from storage.outbox.digest_queue import DigestEntry
from storage.outbox.quiet_queue import QuietEntry
from storage.values.lanes import Lane

pytestmark = pytest.mark.long

PEOPLE = range(11, 21)
FAULTS = [Fault.ANSWER_LOST, Fault.COMMIT_LATE]


async def tick(database: Database, driver: ConversationDriver, moment: datetime) -> list[Delivery]:
    """Advance the clock and run the digester; return the digests in the outbox."""
    driver.now = moment
    await make_digester(database, lambda: driver.now).tick()
    async with database.read() as transaction:
        return await deliveries.list_due(transaction, Lane.DIGEST, moment, limit=99)


async def numbers_of(driver: ConversationDriver) -> BitMap:
    """Return the numbers of the people's subscribers."""
    subscriptions = [await driver.get_subscriptions(user) for user in PEOPLE]
    return BitMap(item.subscriber for chat in subscriptions for item in chat)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_every_subscriber_gets_one_digest(postgresql_url: str, fault: Fault) -> None:
    proxy = PostgresProxy()
    async with faulty_database(postgresql_url, proxy) as database:
        driver = ConversationDriver(database)
        for user in PEOPLE:
            await driver.send("/timezone UTC", user=user)
            await driver.send("/subscribe Kherson | daily 09:00", user=user)
        stored = await driver.publish("Storm over Kherson")
        numbers = await numbers_of(driver)
        async with database.write() as transaction:
            await digest_queue.enqueue(transaction, [DigestEntry(stored.id, numbers)], NOW)
        proxy.inject(every_nth(1, fault))
        tomorrow = NOW.replace(hour=9, minute=0) + timedelta(days=1)
        digests = await tick(database, driver, tomorrow)
        assert sorted(digest.subscriber for digest in digests) == sorted(numbers)
        assert len(await tick(database, driver, tomorrow + timedelta(minutes=1))) == len(PEOPLE)
    assert proxy.hit


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
async def test_every_subscriber_gets_one_summary_after_quiet_hours(
    postgresql_url: str, fault: Fault
) -> None:
    proxy = PostgresProxy()
    async with faulty_database(postgresql_url, proxy) as database:
        driver = ConversationDriver(database)
        for user in PEOPLE:
            for text in ("/timezone UTC", "/subscribe Kherson", "/quiet 22:00-07:00"):
                await driver.send(text, user=user)
        proxy.inject(every_nth(1, fault))
        night = NOW.replace(hour=23)
        assert await tick(database, driver, night) == []
        stored = await driver.publish("Storm over Kherson")
        numbers = await numbers_of(driver)
        async with database.write() as transaction:
            await quiet_queue.enqueue(
                transaction, [QuietEntry(stored.id, is_sent=False, recipients=numbers)], night
            )
        morning = NOW.replace(hour=7, minute=0) + timedelta(days=1)
        summaries = await tick(database, driver, morning)
        assert sorted(summary.subscriber for summary in summaries) == sorted(numbers)
        assert len(await tick(database, driver, morning + timedelta(minutes=1))) == len(PEOPLE)
    assert proxy.hit
