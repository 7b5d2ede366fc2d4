"""Merge of subscribers: a group whose new id is known already loses nothing that was on its way."""

from datetime import UTC, datetime

from pyroaring import BitMap
from sqlalchemy import insert, select

from storage import schema
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin
from storage.outbox import broadcasts, digest_queue
from storage.outbox.broadcasts import NewBroadcast, Progress
from storage.outbox.digest_queue import DigestEntry
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.lanes import Lane

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
GROUP, SUPERGROUP = -42, -1_000_000_000_042


async def add_chat(transaction: Transaction, chat_id: int) -> int:
    subscriber = await subscribers.get_or_create(
        transaction, Target(chat_id), ChatKind.GROUP, "en", NOW
    )
    return subscriber.number


async def add_broadcast(transaction: Transaction, key: str, recipients: set[int]) -> int:
    bulletin = await bulletins.add(
        transaction, Bulletin(source="blog", key=key, title=key, received_at=NOW)
    )
    new = NewBroadcast(
        bulletin=bulletin.id,
        lane=Lane.NEWS,
        recipients=BitMap(recipients),
        silent=BitMap(recipients),
    )
    await broadcasts.enqueue(transaction, [new], NOW)
    return bulletin.id


async def test_pending_broadcasts_of_a_merged_group_reach_the_supergroup(
    database: Database,
) -> None:
    """A broadcast that had not reached the old id yet was dropped."""
    async with database.write() as transaction:
        supergroup = await add_chat(transaction, SUPERGROUP)
        group = await add_chat(transaction, GROUP)
        pending = await add_broadcast(transaction, "pending", {group})
        await add_broadcast(transaction, "for both", {group, supergroup})
        await add_broadcast(transaction, "attempted", {group})
        *_, attempted = await broadcasts.list_unfinished(transaction, Lane.NEWS, limit=9)
        await broadcasts.record_progress(transaction, [Progress(attempted.id, group, BitMap())])
        await subscribers.migrate_chat(transaction, GROUP, SUPERGROUP)
    async with database.read() as transaction:
        rows = (await transaction.execute(select(schema.delivery))).all()
    assert [(row.subscriber, row.bulletin, row.silent) for row in rows] == [
        (supergroup, pending, True)
    ]


async def test_digest_entries_of_a_merged_group_join_the_digest_of_the_supergroup(
    database: Database,
) -> None:
    async with database.write() as transaction:
        supergroup = await add_chat(transaction, SUPERGROUP)
        group = await add_chat(transaction, GROUP)
        bulletin = await add_broadcast(transaction, "waiting", set())
        await transaction.execute(
            insert(schema.subscription).values(
                subscriber=group,
                query="{}",
                query_text="Kyiv",
                schedule="hourly",
                has_sound=True,
                next_due_at=NOW,
                last_bulletin=bulletin - 1,
                created_at=NOW,
            )
        )
        await digest_queue.enqueue(transaction, [DigestEntry(bulletin, BitMap([group]))], NOW)
        await subscribers.migrate_chat(transaction, GROUP, SUPERGROUP)
    async with database.read() as transaction:
        entries = await digest_queue.list_since(transaction, 0, [supergroup])
    assert [(entry.bulletin, set(entry.recipients)) for entry in entries] == [
        (bulletin, {supergroup})
    ]
