"""Retention: which old rows are deleted."""

from datetime import UTC, datetime, timedelta

from pyroaring import BitMap
from sqlalchemy import Table, func, insert, select

from bot.ops.retention import delete_old_rows
from storage import schema
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins, ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import IngestResult
from storage.outbox import (
    broadcasts,
    deliveries,
    digest_carryover,
    digest_queue,
    quiet_queue,
    receipts,
)
from storage.outbox.broadcasts import NewBroadcast, Progress
from storage.outbox.deliveries import NewDelivery
from storage.outbox.digest_queue import DigestEntry
from storage.outbox.quiet_queue import QuietEntry
from storage.outbox.receipts import Receipt
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.lanes import Lane

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
KEEP = timedelta(days=90)
OLD = NOW - KEEP - timedelta(minutes=1)
MANY = 450  # more than one purge deletes


def make_bulletin(key: int | str, received_at: datetime) -> Bulletin:
    return Bulletin(source="blog", key=str(key), title="Bridge closed", received_at=received_at)


async def count_rows(transaction: Transaction, table: Table) -> int:
    return (await transaction.execute(select(func.count()).select_from(table))).scalar_one()


async def delete_old(database: Database) -> None:
    await delete_old_rows(database, KEEP, lambda: NOW)


async def test_old_bulletins_are_deleted_with_their_broadcasts_and_receipts(
    database: Database,
) -> None:
    async with database.write() as transaction:
        old = await bulletins.add_all(transaction, [make_bulletin(key, OLD) for key in range(MANY)])
        new = await bulletins.add(transaction, make_bulletin("new", NOW - timedelta(days=89)))
        new_broadcasts = [
            NewBroadcast(
                bulletin=bulletin.id, lane=Lane.NEWS, recipients=BitMap([1]), silent=BitMap([1])
            )
            for bulletin in (*old, new)
        ]
        await broadcasts.enqueue(transaction, new_broadcasts, OLD)
        sent = await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=2 * MANY)
        await broadcasts.finish(transaction, [broadcast.id for broadcast in sent], OLD)
        await receipts.put(
            transaction, (Receipt(bulletin.id, 1, 7) for bulletin in (*old, new)), OLD
        )
        await digest_queue.enqueue(
            transaction, [DigestEntry(bulletin.id, BitMap([2])) for bulletin in (*old, new)], OLD
        )
    await delete_old(database)
    async with database.read() as transaction:
        for table in (schema.bulletin, schema.broadcast, schema.receipt, schema.digest_entry):
            assert await count_rows(transaction, table) == 1, table.name
        assert await receipts.find_message_ids(transaction, new.id, 1) == [7]


async def test_pending_messages_are_kept_however_old_they_are(database: Database) -> None:
    async with database.write() as transaction:
        target = Target(5_000_000_001)
        person = await subscribers.get_or_create(transaction, target, ChatKind.PRIVATE, "en", OLD)
        begun, retried, done = await bulletins.add_all(
            transaction, [make_bulletin(key, OLD) for key in ("begun", "retried", "done")]
        )
        new = NewBroadcast(
            bulletin=begun.id, lane=Lane.NEWS, recipients=BitMap([1, 2]), silent=BitMap()
        )
        await broadcasts.enqueue(transaction, [new], OLD)
        (broadcast,) = await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=9)
        await broadcasts.record_progress(transaction, [Progress(broadcast.id, 1, BitMap())])
        await deliveries.enqueue(
            transaction,
            [
                NewDelivery(
                    subscriber=person.number, lane=Lane.NEWS, bulletin=retried.id, due_at=OLD
                )
            ],
            OLD,
        )
    await delete_old(database)
    async with database.write() as transaction:
        left = await bulletins.get(transaction, [begun.id, retried.id, done.id])
        assert set(left) == {begun.id, retried.id}
        assert len(await broadcasts.list_started(transaction)) == 1
        await broadcasts.finish(transaction, [broadcast.id], NOW)
        await deliveries.complete(transaction, [1])
    await delete_old(database)
    async with database.read() as transaction:
        assert await count_rows(transaction, schema.bulletin) == 0


async def test_old_completed_arrivals_are_deleted_and_waiting_ones_kept(
    database: Database,
) -> None:
    async with database.write() as transaction:
        taken, _ = await ingest_queue.enqueue(
            transaction, [make_bulletin("a", OLD), make_bulletin("b", OLD)], OLD
        )
        await ingest_queue.complete(
            transaction, {taken: IngestResult(is_duplicate=False, match_count=0)}, OLD
        )
    await delete_old(database)
    async with database.read() as transaction:
        (waiting,) = await ingest_queue.next_waiting(transaction, 9)
    assert waiting.bulletin.key == "b"


async def test_a_bulletin_that_a_digest_or_summary_still_needs_is_kept(database: Database) -> None:
    """A retention of a day dropped what weekly digests had not included yet."""
    async with database.write() as transaction:
        person = await subscribers.get_or_create(
            transaction, Target(5_000_000_002), ChatKind.PRIVATE, "en", OLD
        )
        delivered, waiting, silent, carried, unneeded = await bulletins.add_all(
            transaction,
            [
                make_bulletin(key, OLD)
                for key in ("delivered", "waiting", "silent", "carried", "none")
            ],
        )
        await transaction.execute(
            insert(schema.subscription).values(
                subscriber=person.number,
                query="{}",
                has_sound=True,
                query_text="Kyiv",
                schedule="weekly mon 09:00",
                next_due_at=NOW,
                last_bulletin=delivered.id,
                created_at=OLD,
            )
        )
        await transaction.execute(
            insert(schema.quiet_state).values(
                subscriber=person.number, alerts="silent", after_bulletin=waiting.id
            )
        )
        numbers = BitMap([person.number])
        entries = [DigestEntry(bulletin.id, numbers) for bulletin in (delivered, waiting)]
        await digest_queue.enqueue(transaction, entries, OLD)
        await quiet_queue.enqueue(
            transaction, [QuietEntry(silent.id, is_sent=False, recipients=numbers)], OLD
        )
        await digest_carryover.add(transaction, {carried.id: numbers})
    await delete_old(database)
    async with database.read() as transaction:
        kept = await bulletins.get(
            transaction,
            [bulletin.id for bulletin in (delivered, waiting, silent, carried, unneeded)],
        )
    assert set(kept) == {waiting.id, silent.id, carried.id}
