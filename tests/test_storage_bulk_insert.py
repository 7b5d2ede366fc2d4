"""Many rows in one statement: whose id is whose."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from storage import schema
from storage.engine.bulk_insert import insert_all
from storage.engine.database import Database
from storage.inbound import bulletins, ingest_queue
from storage.inbound.bulletins import Bulletin
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.lanes import Lane
from storage.values.message import Button, Content

NOW = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)
MANY = 1_203  # neither one statement nor a round number of them


def said(key: int | str) -> Bulletin:
    return Bulletin(
        source="blog", key=str(key), title=f"Bridge {key}", regions=("UA",), received_at=NOW
    )


async def test_the_ids_of_many_rows_rise_in_the_order_given(database: Database) -> None:
    async with database.write() as transaction:
        ids = await ingest_queue.put(transaction, map(said, range(MANY)), NOW)
    assert ids == sorted(set(ids))
    async with database.read() as transaction:
        query = select(schema.arrival.c.id, schema.arrival.c.payload)
        keys = {
            row.id: bulletins.from_json(row.payload).key for row in await transaction.execute(query)
        }
    assert [keys[id_] for id_ in ids] == [str(number) for number in range(MANY)]


async def test_bulletins_stored_together_are_found_under_the_ids_they_were_given(
    database: Database,
) -> None:
    async with database.write() as transaction:
        first = await bulletins.add(transaction, said("first"))
        stored = await bulletins.add_all(transaction, [said(number) for number in range(MANY)])
        last = await bulletins.add(transaction, said("last"))
    ids = [one.id for one in (first, *stored, last)]
    assert ids == sorted(set(ids))
    async with database.read() as transaction:
        assert await bulletins.get(transaction, [one.id for one in stored]) == {
            one.id: one for one in stored
        }


async def test_a_delivery_is_returned_as_it_is_stored(database: Database) -> None:
    async with database.write() as transaction:
        target = Target(5_000_000_001)
        number = (await subscribers.ensure(transaction, target, ChatKind.PRIVATE, "en", NOW)).number
        content = Content("<b>Hi</b>", ((Button("Stop", data="u:1"),),), reply_to=4)
        bulletin = await bulletins.add(transaction, said("1"))
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
        assert await deliveries.due(transaction, Lane.REPLY, NOW, limit=9) == stored


async def test_an_id_is_not_used_again_when_its_row_has_gone(database: Database) -> None:
    async with database.write() as transaction:
        gone = await ingest_queue.put(transaction, map(said, range(3)), NOW)
        await transaction.execute(delete(schema.arrival))
    async with database.write() as transaction:
        (fresh,) = await ingest_queue.put(transaction, [said("new")], NOW)
    assert fresh > max(gone)


async def test_two_who_store_at_once_are_given_different_ids(database: Database) -> None:
    async def store(keys: range) -> list[int]:
        async with database.write() as transaction:
            ids = await ingest_queue.put(transaction, map(said, keys), NOW)
            await asyncio.sleep(0.01)  # the other has its turn where the database allows two
            return ids + await ingest_queue.put(transaction, map(said, keys), NOW)

    one, other = await asyncio.gather(store(range(MANY)), store(range(MANY)))
    assert len({*one, *other}) == 4 * MANY
    assert (one, other) == (sorted(one), sorted(other))


async def test_a_row_that_cannot_be_stored_leaves_none_of_them(database: Database) -> None:
    row = {"source": "blog", "payload": "{}", "created_at": NOW}
    with pytest.raises(IntegrityError):
        async with database.write() as transaction:
            await insert_all(transaction, schema.arrival, [*[row] * MANY, row | {"source": None}])
    async with database.read() as transaction:
        assert await ingest_queue.count_waiting(transaction, 1, 2**40) == 0


async def test_nothing_to_store_is_no_ids(database: Database) -> None:
    async with database.write() as transaction:
        assert await insert_all(transaction, schema.arrival, []) == []
