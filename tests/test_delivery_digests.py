"""Carryover: a digest that may have arrived is not resent; its content joins the next one."""

from datetime import timedelta

import pytest
from pyroaring import BitMap
from support.delivery_driver import now, running_delivery
from test_digests import DAILY, NINE, DigestDriver

from bot.delivery.cycle import InFlight, run_cycle
from bot.delivery.expiry import NEWS_TTL
from bot.delivery.recovery import recover
from bot.delivery.sender import Sender
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import broadcasts, deliveries, digest_carryover
from storage.outbox.broadcasts import NewBroadcast
from storage.values.lanes import Lane


@pytest.fixture
def driver(database: Database) -> DigestDriver:
    return DigestDriver(database)


async def test_the_content_of_an_unanswered_digest_joins_exactly_the_next_one(
    standin: Standin, sender: Sender, driver: DigestDriver
) -> None:
    """A digest that may have been sent is never sent again: its entries join the next one."""
    person = standin.people.person("Ann", started=True)
    ann, bob = await driver.subscriber(person.id), await driver.subscriber(6)
    for subscriber in (ann, bob):
        await driver.subscribe(subscriber, "Kherson")
    await driver.add_entry("Storm over Kherson", ann, bob)
    standin.faults.disconnect(method="sendMessage", chat=person.id)
    await driver.tick(NINE)
    async with running_delivery(driver.database, sender) as outbox:
        await outbox.wait_until_sent()
    assert len(standin.journal.of("sendMessage", person.id)) == 1
    assert person.chat.texts == []
    await driver.add_entry("Ferry to Kherson", ann)
    (digest,) = await driver.tick(NINE + timedelta(days=1))
    assert digest.content
    assert "Ferry" in digest.content.html
    assert "Storm" in digest.content.html
    async with driver.database.read() as transaction:
        assert await digest_carryover.find_waiting(transaction, [ann.number, bob.number]) == {}
    async with running_delivery(driver.database, sender) as outbox:
        await outbox.wait_until_sent()
    assert await driver.tick(NINE + timedelta(days=2)) == []


async def test_a_digest_interrupted_by_a_crash_joins_the_next_one(driver: DigestDriver) -> None:
    """A crash between the attempt and its outcome leaves the delivery in doubt."""
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Kherson")
    await driver.add_entry("Storm over Kherson", ann)
    (digest,) = await driver.tick(NINE)
    async with driver.database.write() as transaction:
        await deliveries.record_attempts(transaction, [digest.id], NINE)
    await recover(driver.database, NINE)
    assert await driver.tick(NINE + timedelta(hours=1)) == []
    (again,) = await driver.tick(NINE + timedelta(days=1))
    assert again.content
    assert "Storm" in again.content.html


async def test_carryover_that_no_subscription_matches_does_not_join(driver: DigestDriver) -> None:
    ann = await driver.subscriber()
    await driver.subscribe(ann, "Odesa", DAILY)
    async with driver.database.write() as transaction:
        new = Bulletin(source="blog", key="1", title="Storm over Kherson", received_at=NINE)
        stored = await bulletins.add(transaction, new)
        await digest_carryover.add(transaction, {stored.id: BitMap([ann.number])})
    assert await driver.tick(NINE) == []


async def test_expired_news_joins_digests(driver: DigestDriver) -> None:
    ann, bob = await driver.subscriber(5), await driver.subscriber(6)
    await driver.subscribe(ann, "Kherson", DAILY)
    received_at = now() - NEWS_TTL - timedelta(minutes=1)
    async with driver.database.write() as transaction:
        new = Bulletin(source="blog", key="1", title="Storm over Kherson", received_at=received_at)
        stored = await bulletins.add(transaction, new)
        broadcast = NewBroadcast(
            bulletin=stored.id,
            lane=Lane.NEWS,
            recipients=BitMap([ann.number, bob.number]),
            silent=BitMap(),
        )
        await broadcasts.enqueue(transaction, [broadcast], received_at)
    in_flight = InFlight()
    result = await run_cycle(driver.database, in_flight, 9, lambda _: 0.0, now())
    assert (result.claims.attempts, result.claims.expired.count_by_lane[Lane.NEWS]) == ([], 2)
    async with driver.database.read() as transaction:
        assert await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=9) == []
    (digest,) = await driver.tick(NINE)
    assert digest.content
    assert "Storm" in digest.content.html
    async with driver.database.read() as transaction:
        assert await digest_carryover.find_waiting(transaction, [ann.number]) == {}
        assert set(await digest_carryover.find_waiting(transaction, [bob.number])) == {stored.id}
