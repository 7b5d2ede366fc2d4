"""What is kept, and what goes with its time."""

from datetime import UTC, datetime, timedelta

from pyroaring import BitMap
from sqlalchemy import Table, func, select

from bot.ops.scheduler import forget_old
from storage import schema
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins, ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import Taken
from storage.outbox import broadcasts, deliveries, digest_queue, receipts
from storage.outbox.broadcasts import NewBroadcast, Progress
from storage.outbox.deliveries import NewDelivery
from storage.outbox.digest_queue import Held
from storage.outbox.receipts import Receipt
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.lanes import Lane

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
KEEP = timedelta(days=90)
OLD = NOW - KEEP - timedelta(minutes=1)
MANY = 450  # more than go at once


def said(key: int | str, at: datetime) -> Bulletin:
    return Bulletin(source="blog", key=str(key), title="Bridge closed", received_at=at)


async def count(transaction: Transaction, table: Table) -> int:
    return (await transaction.execute(select(func.count()).select_from(table))).scalar_one()


async def forget(database: Database) -> None:
    await forget_old(database, KEEP, lambda: NOW)


async def test_finished_broadcasts_go_with_their_time_and_all_that_hangs_on_them(
    database: Database,
) -> None:
    async with database.write() as transaction:
        old = await bulletins.add_all(transaction, [said(key, OLD) for key in range(MANY)])
        new = await bulletins.add(transaction, said("new", NOW - timedelta(days=89)))
        both = [
            NewBroadcast(
                bulletin=one.id, lane=Lane.NEWS, recipients=BitMap([1]), silent=BitMap([1])
            )
            for one in (*old, new)
        ]
        await broadcasts.enqueue(transaction, both, OLD)
        sent = await broadcasts.unfinished(transaction, Lane.NEWS, limit=2 * MANY)
        await broadcasts.finish(transaction, [one.id for one in sent], OLD)
        await receipts.put(transaction, (Receipt(one.id, 1, 7) for one in (*old, new)), OLD)
        await digest_queue.hold(
            transaction, [Held(one.id, BitMap([2])) for one in (*old, new)], OLD
        )
    await forget(database)
    async with database.read() as transaction:
        for table in (schema.bulletin, schema.broadcast, schema.receipt, schema.held):
            assert await count(transaction, table) == 1, table.name
        assert await receipts.message_ids(transaction, new.id, 1) == [7]


async def test_what_is_still_owed_stays_however_old_it_is(database: Database) -> None:
    async with database.write() as transaction:
        target = Target(5_000_000_001)
        person = await subscribers.ensure(transaction, target, ChatKind.PRIVATE, "en", OLD)
        begun, retried, done = await bulletins.add_all(
            transaction, [said(key, OLD) for key in ("begun", "retried", "done")]
        )
        new = NewBroadcast(
            bulletin=begun.id, lane=Lane.NEWS, recipients=BitMap([1, 2]), silent=BitMap()
        )
        await broadcasts.enqueue(transaction, [new], OLD)
        (broadcast,) = await broadcasts.unfinished(transaction, Lane.NEWS, limit=9)
        await broadcasts.record(transaction, [Progress(broadcast.id, 1, BitMap())])
        await deliveries.enqueue(
            transaction,
            [
                NewDelivery(
                    subscriber=person.number, lane=Lane.NEWS, bulletin=retried.id, due_at=OLD
                )
            ],
            OLD,
        )
    await forget(database)
    async with database.write() as transaction:
        left = await bulletins.get(transaction, [begun.id, retried.id, done.id])
        assert set(left) == {begun.id, retried.id}
        assert len(await broadcasts.begun(transaction)) == 1
        await broadcasts.finish(transaction, [broadcast.id], NOW)
        await deliveries.done(transaction, [1])
    await forget(database)
    async with database.read() as transaction:
        assert await count(transaction, schema.bulletin) == 0


async def test_an_arrival_goes_when_it_was_taken_long_ago_and_waits_as_long_as_it_must(
    database: Database,
) -> None:
    async with database.write() as transaction:
        taken, _ = await ingest_queue.put(transaction, [said("a", OLD), said("b", OLD)], OLD)
        await ingest_queue.take(transaction, {taken: Taken(repeated=False, matched=0)}, OLD)
    await forget(database)
    async with database.read() as transaction:
        (waiting,) = await ingest_queue.waiting(transaction, 9)
    assert waiting.bulletin.key == "b"
