"""What is owed, under way and arrived, as SQLite and PostgreSQL keep it."""

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
from storage.outbox import backlog, broadcasts, deliveries, receipts
from storage.outbox.backlog import Backlog
from storage.outbox.broadcasts import NOBODY, NewBroadcast, Progress
from storage.outbox.deliveries import Delivery, NewDelivery
from storage.outbox.receipts import Receipt
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Subscriber, Target
from storage.values.lanes import Lane
from storage.values.message import Button, Content

NOW = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)


async def stored(database: Database, key: str = "1") -> StoredBulletin:
    async with database.write() as transaction:
        new = Bulletin(source="blog", key=key, title="Bridge closed", received_at=NOW)
        return await bulletins.add(transaction, new)


def a_broadcast(bulletin: StoredBulletin) -> NewBroadcast:
    return NewBroadcast(
        bulletin=bulletin.id, lane=Lane.ALERT, recipients=BitMap([1]), silent=BitMap()
    )


async def a_subscriber(transaction: Transaction, chat_id: int = 5_000_000_001) -> Subscriber:
    return await subscribers.ensure(transaction, Target(chat_id), ChatKind.PRIVATE, "en", NOW)


async def test_a_broadcast_keeps_its_bitmaps_and_how_far_it_is(database: Database) -> None:
    bulletin = await stored(database)
    recipients = BitMap(range(0, 300_000, 3))
    async with database.write() as transaction:
        new = replace(a_broadcast(bulletin), recipients=recipients, silent=BitMap([3]))
        await broadcasts.enqueue(transaction, [new], NOW)
        (fresh,) = await broadcasts.unfinished(transaction, Lane.ALERT, limit=9)
        assert (fresh.attempted, fresh.under_way) == (NOBODY, BitMap())
        assert await broadcasts.begun(transaction) == []
        await broadcasts.record(transaction, [Progress(fresh.id, 63, BitMap([60, 63]))])
        await broadcasts.record(transaction, [Progress(fresh.id, 66, BitMap([63, 66]))])
    async with database.write() as transaction:
        (found,) = await broadcasts.begun(transaction)
        assert await broadcasts.unfinished(transaction, Lane.ALERT, limit=9) == [found]
        assert await broadcasts.unfinished(transaction, Lane.ALERT, after=found.id, limit=9) == []
        assert await broadcasts.unfinished(transaction, Lane.NEWS, limit=9) == []
        assert (found.recipients, found.silent) == (recipients, BitMap([3]))
        assert (found.attempted, found.under_way) == (66, BitMap([63, 66]))
        await broadcasts.finish(transaction, [found.id], NOW)
        assert await broadcasts.unfinished(transaction, Lane.ALERT, limit=9) == []
        assert await broadcasts.begun(transaction) == []


async def test_a_delivery_goes_from_due_to_attempted_to_done(database: Database) -> None:
    content = Content("<b>Hi</b>", ((Button("Stop", data="u:1"),),), reply_to=4)
    later = NOW + timedelta(seconds=9)
    async with database.write() as transaction:
        number = (await a_subscriber(transaction)).number
        new = NewDelivery(subscriber=number, lane=Lane.REPLY, content=content, due_at=NOW)
        first, second = await deliveries.enqueue(
            transaction, [new, replace(new, due_at=later)], NOW
        )
        assert (first.id < second.id, second.due_at) == (True, later)

    async def due() -> list[Delivery]:
        return await deliveries.due(transaction, Lane.REPLY, NOW, limit=9)

    async def first_due() -> datetime | None:
        return (await backlog.look(transaction))[Lane.REPLY].due_at

    async with database.write() as transaction:
        assert await due() == [first]
        assert await deliveries.due(transaction, Lane.NEWS, NOW, limit=9) == []
        assert await deliveries.in_doubt(transaction) == []
        assert await first_due() == NOW
        await deliveries.attempt(transaction, [first.id], NOW)
        (doubtful,) = await deliveries.in_doubt(transaction)
        assert (doubtful.id, doubtful.attempts) == (first.id, 1)
        assert await due() == []
        assert await first_due() == later
        await deliveries.retry(
            transaction, first.id, due_at=NOW, attempts=1, doubts=0, failure="502"
        )
        assert await deliveries.in_doubt(transaction) == []
        assert [one.id for one in await due()] == [first.id]
        await deliveries.defer(transaction, {first.id: later})
        assert await due() == []
        await deliveries.fail(transaction, second.id, NOW, "403")
        await deliveries.done(transaction, [first.id])
        assert await first_due() is None
        await deliveries.forget(transaction, later)
        assert await deliveries.enqueue(transaction, [], NOW) == []


async def test_the_agenda_tells_of_every_lane_what_is_owed(database: Database) -> None:
    bulletin = await stored(database)
    async with database.write() as transaction:
        await broadcasts.enqueue(transaction, [a_broadcast(bulletin)] * 2, NOW)
        owed = await backlog.look(transaction)
        assert list(owed) == list(Lane)
        newest = (await broadcasts.unfinished(transaction, Lane.ALERT, limit=9))[-1].id
        assert owed.pop(Lane.ALERT) == Backlog(None, newest)
        assert set(owed.values()) == {Backlog(None, 0)}


class Plans:
    """How SQLite goes about what is asked in a transaction."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction
        self._asked: list[tuple[str, Any]] = []
        connection = transaction.sync_connection
        assert connection is not None
        event.listen(connection, "before_cursor_execute", self._note)

    def _note(self, _c: object, _u: object, statement: str, parameters: Any, *_: object) -> None:
        if not statement.startswith("EXPLAIN"):
            self._asked.append((statement, parameters))

    async def steps(self) -> list[str]:
        found = []
        for statement, parameters in self._asked:
            explain = f"EXPLAIN QUERY PLAN {statement}"
            rows = await self._transaction.exec_driver_sql(explain, parameters)
            found += [row.detail for row in rows]
        return found


async def test_what_others_wait_for_is_not_passed_over_to_find_what_is_due(
    sqlite: Database,
) -> None:
    """An alert overtakes a million digests: nothing of them is read or sorted on the way."""
    async with sqlite.read() as transaction:
        plans = Plans(transaction)
        await backlog.look(transaction)
        await deliveries.due(transaction, Lane.ALERT, NOW, limit=9)
        await broadcasts.unfinished(transaction, Lane.ALERT, after=7, limit=9)
        await deliveries.in_doubt(transaction)
        steps = await plans.steps()
    names = {name for step in steps for name in step.split() if name.startswith(("deliv", "broad"))}
    assert names >= {"delivery_due", "broadcast_unfinished", "delivery_under_way"}
    assert not [step for step in steps if "TEMP B-TREE" in step or step.startswith("SCAN deliv")]


async def test_a_receipt_is_found_from_either_end(database: Database) -> None:
    first, second = await stored(database, "1"), await stored(database, "2")
    async with database.write() as transaction:
        ann = await a_subscriber(transaction)
        topic = await subscribers.ensure(
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
        assert await receipts.message_ids(transaction, first.id, ann.number) == [9_000, 9_002]
        assert await receipts.message_ids(transaction, second.id, topic.number) == []
        assert await receipts.bulletin_of(transaction, ann.chat_id, 9_001, sent) == second.id
        assert await receipts.bulletin_of(transaction, -100_7, 12, sent) == first.id
        assert await receipts.bulletin_of(transaction, -100_7, 9_001, sent) is None
        assert await receipts.bulletin_of(transaction, 404, 12, sent) is None
        late = sent + timedelta(days=1)
        assert await receipts.bulletin_of(transaction, -100_7, 12, late) is None


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**52))).map(sorted))
def test_packed_receipts_come_back_as_they_were(pairs: list[tuple[int, int]]) -> None:
    assert list(receipts.unpack(receipts.pack(pairs))) == pairs


def test_a_receipt_of_a_broadcast_takes_a_few_bytes() -> None:
    pairs = [(number * 10, 5_000_000 + number * 3) for number in range(64)]
    assert len(receipts.pack(pairs)) < 3 * 64


@pytest.fixture
async def of_version_2(tmp_path: Path) -> Database:
    """A database as it was before: one broadcast with calls in doubt, one fresh."""
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


async def test_calls_in_doubt_stay_in_doubt_over_the_migration(of_version_2: Database) -> None:
    await migrate(of_version_2)
    async with of_version_2.read() as transaction:
        doubtful, fresh = await broadcasts.unfinished(transaction, Lane.NEWS, limit=9)
    await of_version_2.close()
    assert (doubtful.attempted, doubtful.under_way) == (30, BitMap([20, 30]))
    assert (fresh.attempted, fresh.under_way) == (NOBODY, BitMap())
    assert doubtful.recipients == BitMap([10, 20, 30, 40])
