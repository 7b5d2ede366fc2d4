"""Bulk insert: many rows in one statement, with ids in the order given."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from storage import schema
from storage.engine.database import Database
from storage.engine.statements import bulk_insert
from storage.inbound import bulletins, ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.lanes import Lane
from storage.values.message import Button, MessageContent

NOW = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)
MANY = 1_203  # needs several statements, the last one not full


def make_bulletin(key: int | str) -> Bulletin:
    return Bulletin(
        source="blog", key=str(key), title=f"Bridge {key}", regions=("UA",), received_at=NOW
    )


async def test_the_ids_of_many_rows_rise_in_the_order_given(database: Database) -> None:
    async with database.write() as transaction:
        ids = await ingest_queue.enqueue(transaction, map(make_bulletin, range(MANY)), NOW)
    assert ids == sorted(set(ids))
    async with database.read() as transaction:
        query = select(schema.arrival.c.id, schema.arrival.c.payload)
        keys = {
            row.id: bulletins.from_json(row.payload).key for row in await transaction.execute(query)
        }
    assert [keys[id_] for id_ in ids] == [str(number) for number in range(MANY)]


async def test_bulletins_stored_together_are_read_by_their_ids(
    database: Database,
) -> None:
    async with database.write() as transaction:
        first = await bulletins.add(transaction, make_bulletin("first"))
        stored = await bulletins.add_all(
            transaction, [make_bulletin(number) for number in range(MANY)]
        )
        last = await bulletins.add(transaction, make_bulletin("last"))
    ids = [bulletin.id for bulletin in (first, *stored, last)]
    assert ids == sorted(set(ids))
    async with database.read() as transaction:
        assert await bulletins.get(transaction, [bulletin.id for bulletin in stored]) == {
            bulletin.id: bulletin for bulletin in stored
        }


async def test_an_enqueued_delivery_equals_the_stored_one(database: Database) -> None:
    async with database.write() as transaction:
        target = Target(5_000_000_001)
        number = (
            await subscribers.get_or_create(transaction, target, ChatKind.PRIVATE, "en", NOW)
        ).number
        content = MessageContent("<b>Hi</b>", ((Button("Stop", data="u:1"),),), reply_to=4)
        bulletin = await bulletins.add(transaction, make_bulletin("1"))
        new = [
            NewDelivery(subscriber=number, lane=Lane.REPLY, content=content, due_at=NOW),
            NewDelivery(
                subscriber=number,
                lane=Lane.REPLY,
                bulletin=bulletin.id,
                silent=True,
                attempts=2,
                due_at=NOW,
                failure="502",
            ),
        ]
        stored = await deliveries.enqueue(transaction, new, NOW)
        assert await deliveries.list_due(transaction, Lane.REPLY, NOW, limit=9) == stored


async def test_the_id_of_a_deleted_row_is_not_reused(database: Database) -> None:
    async with database.write() as transaction:
        deleted = await ingest_queue.enqueue(transaction, map(make_bulletin, range(3)), NOW)
        await transaction.execute(delete(schema.arrival))
    async with database.write() as transaction:
        (fresh,) = await ingest_queue.enqueue(transaction, [make_bulletin("new")], NOW)
    assert fresh > max(deleted)


async def test_concurrent_writers_get_different_ids(database: Database) -> None:
    async def store(keys: range) -> list[int]:
        async with database.write() as transaction:
            ids = await ingest_queue.enqueue(transaction, map(make_bulletin, keys), NOW)
            await asyncio.sleep(0.01)  # the other writer runs if the database allows two
            return ids + await ingest_queue.enqueue(transaction, map(make_bulletin, keys), NOW)

    first, second = await asyncio.gather(store(range(MANY)), store(range(MANY)))
    assert len({*first, *second}) == 4 * MANY
    assert (first, second) == (sorted(first), sorted(second))


async def test_an_invalid_row_rolls_back_all_rows(database: Database) -> None:
    row = {"source": "blog", "payload": "{}", "created_at": NOW}
    with pytest.raises(IntegrityError):
        async with database.write() as transaction:
            await bulk_insert(transaction, schema.arrival, [*[row] * MANY, row | {"source": None}])
    async with database.read() as transaction:
        assert await ingest_queue.count_waiting(transaction, 1, 2**40) == 0


async def test_inserting_no_rows_returns_no_ids(database: Database) -> None:
    async with database.write() as transaction:
        assert await bulk_insert(transaction, schema.arrival, []) == []
