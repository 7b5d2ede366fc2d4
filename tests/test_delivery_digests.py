"""A digest that may have arrived is not sent again: what it told joins the next one."""

from datetime import timedelta

import pytest
from pyroaring import BitMap
from support.delivery_driver import at_work, now
from test_digests import DAILY, NINE, Office

from bot.delivery.cycle import Ledger, play_round
from bot.delivery.recovery import recover
from bot.delivery.sender import Sender
from bot.delivery.ttl import NEWS_RINGS_WITHIN
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import broadcasts, deliveries, digest_carryover
from storage.outbox.broadcasts import NewBroadcast
from storage.values.lanes import Lane


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


async def test_what_an_unanswered_digest_told_joins_the_next_one_and_that_one_only(
    standin: Standin, sender: Sender, office: Office
) -> None:
    """Cases 19 and 27 of the catalogue of failures, for digests."""
    person = standin.people.person("Ann", started=True)
    ann, bob = await office.subscriber(person.id), await office.subscriber(6)
    for subscriber in (ann, bob):
        await office.subscribe(subscriber, "Kherson")
    await office.hold("Storm over Kherson", ann, bob)
    standin.faults.disconnect(method="sendMessage", chat=person.id)
    await office.tick(NINE)
    async with at_work(office.database, sender) as outbox:
        await outbox.settled()
    assert len(standin.journal.of("sendMessage", person.id)) == 1
    assert person.chat.texts == []
    await office.hold("Ferry to Kherson", ann)
    (digest,) = await office.tick(NINE + timedelta(days=1))
    assert digest.content
    assert "Ferry" in digest.content.html
    assert "Storm" in digest.content.html
    async with office.database.read() as transaction:
        assert await digest_carryover.waiting(transaction, [ann.number, bob.number]) == {}
    async with at_work(office.database, sender) as outbox:
        await outbox.settled()
    assert await office.tick(NINE + timedelta(days=2)) == []


async def test_a_kill_during_a_digest_has_it_join_the_next_one(office: Office) -> None:
    """Case 27 of the catalogue of failures, for digests."""
    ann = await office.subscriber()
    await office.subscribe(ann, "Kherson")
    await office.hold("Storm over Kherson", ann)
    (digest,) = await office.tick(NINE)
    async with office.database.write() as transaction:
        await deliveries.attempt(transaction, [digest.id], NINE)
    await recover(office.database, NINE)
    assert await office.tick(NINE + timedelta(hours=1)) == []
    (again,) = await office.tick(NINE + timedelta(days=1))
    assert again.content
    assert "Storm" in again.content.html


async def test_what_one_no_longer_follows_does_not_join(office: Office) -> None:
    ann = await office.subscriber()
    await office.subscribe(ann, "Odesa", DAILY)
    async with office.database.write() as transaction:
        new = Bulletin(source="blog", key="1", title="Storm over Kherson", received_at=NINE)
        stored = await bulletins.add(transaction, new)
        await digest_carryover.carry(transaction, {stored.id: BitMap([ann.number])})
    assert await office.tick(NINE) == []


async def test_news_that_waited_too_long_to_ring_joins_digests(office: Office) -> None:
    ann, bob = await office.subscriber(5), await office.subscriber(6)
    await office.subscribe(ann, "Kherson", DAILY)
    late = now() - NEWS_RINGS_WITHIN - timedelta(minutes=1)
    async with office.database.write() as transaction:
        new = Bulletin(source="blog", key="1", title="Storm over Kherson", received_at=late)
        stored = await bulletins.add(transaction, new)
        owed = NewBroadcast(
            bulletin=stored.id,
            lane=Lane.NEWS,
            recipients=BitMap([ann.number, bob.number]),
            silent=BitMap(),
        )
        await broadcasts.enqueue(transaction, [owed], late)
    ledger = Ledger()
    turn = await play_round(office.database, ledger, 9, lambda _: 0.0, now())
    assert (turn.picked.errands, turn.picked.expired.count[Lane.NEWS]) == ([], 2)
    async with office.database.read() as transaction:
        assert await broadcasts.unfinished(transaction, Lane.NEWS, limit=9) == []
    (digest,) = await office.tick(NINE)
    assert digest.content
    assert "Storm" in digest.content.html
    async with office.database.read() as transaction:
        assert await digest_carryover.waiting(transaction, [ann.number]) == {}
        assert set(await digest_carryover.waiting(transaction, [bob.number])) == {stored.id}
