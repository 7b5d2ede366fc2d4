"""Outbox: broadcasts, deliveries and receipts on SQLite and PostgreSQL."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap
from sqlalchemy import Connection, event, text

import storage.migrate
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.migrate import migrate
from storage.outbox import backlog, broadcasts, deliveries, quiet_queue, receipts
from storage.outbox.backlog import Backlog
from storage.outbox.broadcasts import NONE_ATTEMPTED, NewBroadcast, Progress
from storage.outbox.deliveries import Delivery, NewDelivery
from storage.outbox.quiet_queue import QuietEntry
from storage.outbox.receipts import Receipt
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Subscriber, Target
from storage.values.lanes import Lane
from storage.values.message import Button, MessageContent

NOW = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)


async def add_bulletin(database: Database, key: str = "1") -> StoredBulletin:
    async with database.write() as transaction:
        new = Bulletin(source="blog", key=key, title="Bridge closed", received_at=NOW)
        return await bulletins.add(transaction, new)


def make_broadcast(bulletin: StoredBulletin) -> NewBroadcast:
    return NewBroadcast(
        bulletin=bulletin.id, lane=Lane.ALERT, recipients=BitMap([1]), silent=BitMap()
    )


async def add_subscriber(transaction: Transaction, chat_id: int = 5_000_000_001) -> Subscriber:
    return await subscribers.get_or_create(
        transaction, Target(chat_id), ChatKind.PRIVATE, "en", NOW
    )


async def test_a_broadcast_keeps_its_bitmaps_and_progress(database: Database) -> None:
    bulletin = await add_bulletin(database)
    recipients = BitMap(range(0, 300_000, 3))
    async with database.write() as transaction:
        new = replace(make_broadcast(bulletin), recipients=recipients, silent=BitMap([3]))
        await broadcasts.enqueue(transaction, [new], NOW)
        (fresh,) = await broadcasts.list_unfinished(transaction, Lane.ALERT, limit=9)
        assert (fresh.attempted, fresh.in_flight) == (NONE_ATTEMPTED, BitMap())
        assert await broadcasts.list_started(transaction) == []
        await broadcasts.record_progress(transaction, [Progress(fresh.id, 63, BitMap([60, 63]))])
        await broadcasts.record_progress(transaction, [Progress(fresh.id, 66, BitMap([63, 66]))])
    async with database.write() as transaction:
        (started,) = await broadcasts.list_started(transaction)
        assert await broadcasts.list_unfinished(transaction, Lane.ALERT, limit=9) == [started]
        assert (
            await broadcasts.list_unfinished(transaction, Lane.ALERT, after=started.id, limit=9)
            == []
        )
        assert await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=9) == []
        assert (started.recipients, started.silent) == (recipients, BitMap([3]))
        assert (started.attempted, started.in_flight) == (66, BitMap([63, 66]))
        await broadcasts.finish(transaction, [started.id], NOW)
        assert await broadcasts.list_unfinished(transaction, Lane.ALERT, limit=9) == []
        assert await broadcasts.list_started(transaction) == []


async def test_a_delivery_goes_from_due_to_attempted_to_done(database: Database) -> None:
    content = MessageContent("<b>Hi</b>", ((Button("Stop", data="u:1"),),), reply_to=4)
    later = NOW + timedelta(seconds=9)
    async with database.write() as transaction:
        number = (await add_subscriber(transaction)).number
        new = NewDelivery(subscriber=number, lane=Lane.REPLY, content=content, due_at=NOW)
        first, second = await deliveries.enqueue(
            transaction, [new, replace(new, due_at=later)], NOW
        )
        assert (first.id < second.id, second.due_at) == (True, later)

    async def due() -> list[Delivery]:
        return await deliveries.list_due(transaction, Lane.REPLY, NOW, limit=9)

    async def first_due() -> datetime | None:
        return (await backlog.read(transaction))[Lane.REPLY].due_at

    async with database.write() as transaction:
        assert await due() == [first]
        assert await deliveries.list_due(transaction, Lane.NEWS, NOW, limit=9) == []
        assert await deliveries.list_in_doubt(transaction) == []
        assert await first_due() == NOW
        await deliveries.record_attempts(transaction, [first.id], NOW)
        (doubtful,) = await deliveries.list_in_doubt(transaction)
        assert (doubtful.id, doubtful.attempts) == (first.id, 1)
        assert await due() == []
        assert await first_due() == later
        await deliveries.retry(
            transaction, first.id, due_at=NOW, attempts=1, maybe_sent=0, failure="502"
        )
        assert await deliveries.list_in_doubt(transaction) == []
        assert [delivery.id for delivery in await due()] == [first.id]
        await deliveries.defer(transaction, {first.id: later})
        assert await due() == []
        await deliveries.fail(transaction, second.id, NOW, "403")
        await deliveries.complete(transaction, [first.id])
        assert await first_due() is None
        await deliveries.delete_failed(transaction, later)
        assert await deliveries.enqueue(transaction, [], NOW) == []


async def test_the_backlog_covers_every_lane(database: Database) -> None:
    bulletin = await add_bulletin(database)
    async with database.write() as transaction:
        await broadcasts.enqueue(transaction, [make_broadcast(bulletin)] * 2, NOW)
        lanes = await backlog.read(transaction)
        assert list(lanes) == list(Lane)
        newest = (await broadcasts.list_unfinished(transaction, Lane.ALERT, limit=9))[-1].id
        assert lanes.pop(Lane.ALERT) == Backlog(None, newest)
        assert set(lanes.values()) == {Backlog(None, 0)}


async def test_quiet_entries_of_more_than_one_batch_are_all_listed(database: Database) -> None:
    async with database.write() as transaction:
        ids = [
            bulletin.id
            for bulletin in await bulletins.add_all(
                transaction,
                [
                    Bulletin(source="blog", key=str(number), received_at=NOW)
                    for number in range(120)
                ],
            )
        ]
        entries = [
            QuietEntry(id_, is_sent, BitMap([1])) for id_ in ids for is_sent in (False, True)
        ]
        await quiet_queue.enqueue(transaction, entries, NOW)
        assert await quiet_queue.list_since(transaction, 0, [1]) == entries


class QueryPlans:
    """Query plans of SQLite for the statements of a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._statements: list[tuple[str, Any]] = []
        connection = transaction.sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", self._record)

    def _record(self, _c: object, _u: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith("EXPLAIN"):
            self._statements.append((statement, parameters))

    async def steps(self) -> list[str]:
        details = []
        for statement, parameters in self._statements:
            explain = f"EXPLAIN QUERY PLAN {statement}"
            rows = await self._transaction.exec_driver_sql(explain, parameters)
            details += [row.detail for row in rows]
        return details


async def test_finding_due_messages_skips_other_lanes_without_reading_them(
    sqlite: Database,
) -> None:
    """An alert overtakes a million digests without reading or sorting them."""
    async with sqlite.read() as transaction:
        plans = QueryPlans(transaction)
        await backlog.read(transaction)
        await deliveries.list_due(transaction, Lane.ALERT, NOW, limit=9)
        await broadcasts.list_unfinished(transaction, Lane.ALERT, after=7, limit=9)
        await deliveries.list_in_doubt(transaction)
        steps = await plans.steps()
    names = {name for step in steps for name in step.split() if name.startswith(("deliv", "broad"))}
    assert names >= {"delivery_due", "broadcast_unfinished", "delivery_in_flight"}
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN deliv")]


async def test_a_receipt_is_found_by_subscriber_and_by_message(database: Database) -> None:
    first, second = await add_bulletin(database, "1"), await add_bulletin(database, "2")
    async with database.write() as transaction:
        ann = await add_subscriber(transaction)
        topic = await subscribers.get_or_create(
            transaction, Target(-100_7, 3), ChatKind.SUPERGROUP, "en", NOW
        )
        new = [
            Receipt(first.id, ann.number, 9_000),
            Receipt(first.id, topic.number, 12),
            Receipt(second.id, ann.number, 9_001),
        ]
        await receipts.put(transaction, new, NOW)
        await receipts.put(transaction, [Receipt(first.id, ann.number, 9_002)], NOW)
        await receipts.put(transaction, [], NOW)
    sent = NOW.replace(microsecond=0)
    async with database.read() as transaction:
        assert await receipts.find_message_ids(transaction, first.id, ann.number) == [9_000, 9_002]
        assert await receipts.find_message_ids(transaction, second.id, topic.number) == []
        assert await receipts.find_bulletin(transaction, ann.chat_id, 9_001, sent) == second.id
        assert await receipts.find_bulletin(transaction, -100_7, 12, sent) == first.id
        assert await receipts.find_bulletin(transaction, -100_7, 9_001, sent) is None
        assert await receipts.find_bulletin(transaction, 404, 12, sent) is None
        late = sent + timedelta(days=1)
        assert await receipts.find_bulletin(transaction, -100_7, 12, late) is None


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**52))).map(sorted))
def test_unpacking_restores_packed_receipts(pairs: list[tuple[int, int]]) -> None:
    assert list(receipts.unpack(receipts.pack(pairs))) == pairs


def test_a_receipt_of_a_broadcast_takes_a_few_bytes() -> None:
    pairs = [(number * 10, 5_000_000 + number * 3) for number in range(64)]
    assert len(receipts.pack(pairs)) < 3 * 64


@pytest.fixture
async def version_2_database(tmp_path: Path) -> Database:
    """A database of migration 0002: a broadcast with calls in doubt, and one not started."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'old.db'}")

    def make(connection: Connection) -> None:
        config = Config()
        folder = Path(storage.migrate.__file__).with_name("migrations")
        config.set_main_option("script_location", str(folder))
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")

    async with database.write() as transaction:
        await transaction.run_sync(make)
        await transaction.execute(
            text(
                "INSERT INTO bulletin (id, source, key, title, text, regions, topics, received_at)"
                " VALUES (1, 'blog', 'k', 'Bridge closed', '', '[]', '[]', 0)"
            )
        )
        for attempted, cursor in ((30, 10), (-1, -1)):
            await transaction.execute(
                text(
                    "INSERT INTO broadcast (bulletin, lane, recipients, silent, attempted, cursor,"
                    " created_at) VALUES (1, 2, :recipients, :silent, :attempted, :cursor, 0)"
                ),
                {
                    "recipients": BitMap([10, 20, 30, 40]).serialize(),
                    "silent": BitMap().serialize(),
                    "attempted": attempted,
                    "cursor": cursor,
                },
            )
    return database


async def test_a_migration_keeps_calls_in_doubt(version_2_database: Database) -> None:
    await migrate(version_2_database)
    async with version_2_database.read() as transaction:
        doubtful, fresh = await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=9)
    await version_2_database.close()
    assert (doubtful.attempted, doubtful.in_flight) == (30, BitMap([20, 30]))
    assert (fresh.attempted, fresh.in_flight) == (NONE_ATTEMPTED, BitMap())
    assert doubtful.recipients == BitMap([10, 20, 30, 40])
