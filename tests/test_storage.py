"""Storage: repositories and transactions on SQLite and PostgreSQL."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pyroaring import BitMap
from sqlalchemy import text

from storage import schema
from storage.engine.database import Database, Transaction
from storage.inbound import bulletins, ingest_queue, sources, update_inbox
from storage.inbound.bulletins import Bulletin, Kind, Phase, StoredBulletin
from storage.inbound.ingest_queue import IngestResult
from storage.maintenance.lease import LeaseHeldElsewhere, is_leased, lease
from storage.migrate import migrate
from storage.outbox import broadcasts, digest_queue, receipts
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.digest_queue import DigestEntry
from storage.outbox.receipts import Receipt
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Detail, Subscriber, SuspensionReason, Target
from storage.subscribers.subscriptions import Sound
from storage.values.lanes import Lane
from storage.values.schedules import IMMEDIATE, parse_schedule

NOW = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)


def make_bulletin(key: str = "1", received_at: datetime = NOW) -> Bulletin:
    return Bulletin(source="blog", key=key, title="Bridge closed", received_at=received_at)


def make_broadcast(bulletin: StoredBulletin) -> NewBroadcast:
    return NewBroadcast(
        bulletin=bulletin.id, lane=Lane.ALERT, recipients=BitMap([1]), silent=BitMap()
    )


async def add_subscriber(transaction: Transaction, chat_id: int = 5_000_000_001) -> Subscriber:
    return await subscribers.get_or_create(
        transaction, Target(chat_id), ChatKind.PRIVATE, "en", NOW
    )


async def add_bulletin(database: Database, key: str = "1") -> StoredBulletin:
    async with database.write() as transaction:
        return await bulletins.add(transaction, make_bulletin(key))


async def test_a_stored_bulletin_is_read_unchanged(database: Database) -> None:
    bulletin = Bulletin(
        source="blog",
        key="k",
        title="Тривога",
        text="Everyone below.",
        url="https://example.org/1",
        lang="uk",
        kind=Kind.ALERT,
        phase=Phase.ACTIVE,
        level="red",
        hazard="drone",
        regions=("Харківська область",),
        topics=("drone",),
        published_at=NOW - timedelta(seconds=3),
        expires_at=NOW + timedelta(hours=1),
        received_at=NOW,
    )
    async with database.write() as transaction:
        added = await bulletins.add(transaction, bulletin)
    async with database.read() as transaction:
        assert await bulletins.last_received(transaction, "blog", ["k", "x"]) == {"k": NOW}
        assert await bulletins.last_received(transaction, "press", ["k"]) == {}
        assert await bulletins.get(transaction, [added.id, 99]) == {added.id: added}
    assert bulletins.from_json(bulletins.to_json(added)) == bulletin


async def test_the_newest_bulletins_come_first_and_page_backwards(database: Database) -> None:
    ids = [(await add_bulletin(database, str(n))).id for n in range(5)]
    async with database.read() as transaction:
        first = await bulletins.get_newest(transaction, 2)
        second = await bulletins.get_newest(transaction, 2, before=first[-1].id)
        assert await bulletins.last_id(transaction) == ids[4]
    assert [b.id for b in first] == [ids[4], ids[3]]
    assert [b.id for b in second] == [ids[2], ids[1]]


async def test_a_purge_keeps_old_bulletins_with_pending_messages(database: Database) -> None:
    old, pending, sent, recent = [await add_bulletin(database, key) for key in ("a", "b", "c", "d")]
    async with database.write() as transaction:
        await broadcasts.enqueue(transaction, [make_broadcast(pending), make_broadcast(sent)], NOW)
        finished = (await broadcasts.list_unfinished(transaction, Lane.ALERT, limit=9))[1]
        await broadcasts.finish(transaction, [finished.id], NOW)
        await receipts.put(transaction, [Receipt(sent.id, 1, 700)], NOW)
        late = NOW + timedelta(days=1)
        await transaction.execute(
            schema.bulletin.update()
            .where(schema.bulletin.c.id == recent.id)
            .values(received_at=late)
        )
        assert await bulletins.purge(transaction, late, limit=9) == 2
        assert await receipts.find_message_ids(transaction, sent.id, 1) == []
        remaining = await bulletins.get(transaction, [old.id, pending.id, sent.id, recent.id])
    assert set(remaining) == {pending.id, recent.id}


async def test_a_subscriber_number_is_never_reused(database: Database) -> None:
    async with database.write() as transaction:
        first = await add_subscriber(transaction)
        await transaction.execute(schema.subscriber.delete())
    async with database.write() as transaction:
        second = await add_subscriber(transaction)
    assert second.number > first.number
    assert second.number < 2**32


async def test_a_forum_topic_is_a_subscriber_of_its_own(database: Database) -> None:
    async with database.write() as transaction:
        group = await subscribers.get_or_create(
            transaction, Target(-100_1), ChatKind.SUPERGROUP, "uk", NOW
        )
        topic = await subscribers.get_or_create(
            transaction, Target(-100_1, 7), ChatKind.SUPERGROUP, "uk", NOW
        )
        again = await subscribers.get_or_create(
            transaction, Target(-100_1, 7), ChatKind.SUPERGROUP, "en", NOW
        )
    assert topic.number != group.number
    assert again == topic


async def test_changing_a_setting_keeps_the_other_settings(database: Database) -> None:
    async with database.write() as transaction:
        number = (await add_subscriber(transaction)).number
        await subscribers.change_settings(transaction, number, language="uk")
        await subscribers.change_settings(
            transaction, number, detail=Detail.SHORT, zone="Europe/Kyiv"
        )
        subscriber = (await subscribers.get(transaction, [number]))[number]
    assert (subscriber.language, subscriber.detail, subscriber.zone) == (
        "uk",
        Detail.SHORT,
        "Europe/Kyiv",
    )


async def test_a_chat_not_found_twice_is_suspended_and_resumes_unchanged(
    database: Database,
) -> None:
    async with database.write() as transaction:
        subscriber = await add_subscriber(transaction)
        await subscribers.record_not_found(transaction, subscriber.number)
        once = await subscribers.find(transaction, subscriber.target)
        await subscribers.record_not_found(transaction, subscriber.number)
        twice = await subscribers.find(transaction, subscriber.target)
        await subscribers.resume(transaction, subscriber.chat_id)
        resumed = await subscribers.find(transaction, subscriber.target)
    assert once and once.suspended is None
    assert twice and twice.suspended is SuspensionReason.NOT_FOUND
    assert resumed == subscriber


async def test_a_group_that_became_a_supergroup_keeps_its_numbers(database: Database) -> None:
    async with database.write() as transaction:
        old = await subscribers.get_or_create(transaction, Target(-5), ChatKind.GROUP, "en", NOW)
        assert await subscribers.migrate_chat(transaction, -5, -100_5) == []
        moved = await subscribers.find(transaction, Target(-100_5))
        assert await subscribers.find(transaction, Target(-5)) is None
    assert moved and moved.number == old.number
    assert moved.kind is ChatKind.SUPERGROUP


async def test_an_existing_supergroup_takes_over_the_subscriptions_of_its_group(
    database: Database,
) -> None:
    async with database.write() as transaction:
        old = await subscribers.get_or_create(transaction, Target(-5), ChatKind.GROUP, "en", NOW)
        new = await subscribers.get_or_create(
            transaction, Target(-100_5), ChatKind.SUPERGROUP, "en", NOW
        )
        subscription = await subscriptions.add(
            transaction,
            old.number,
            query="q",
            query_text="w",
            schedule=IMMEDIATE,
            next_due_at=None,
            now=NOW,
        )
        assert await subscribers.migrate_chat(transaction, -5, -100_5) == [subscription.id]
        assert await subscriptions.of(transaction, new.number)
        assert await subscribers.get(transaction, [old.number]) == {}


async def test_subscriptions_are_added_changed_and_removed(database: Database) -> None:
    async with database.write() as transaction:
        subscriber = await add_subscriber(transaction)
        stranger = await add_subscriber(transaction, 5_000_000_002)
        added = await subscriptions.add(
            transaction,
            subscriber.number,
            query="q",
            query_text="railway",
            schedule=parse_schedule("weekly fri 18:30"),
            next_due_at=NOW,
            now=NOW,
        )
        changed = await subscriptions.change(
            transaction, added, query="other", sound=Sound(has_sound=False)
        )
        assert (changed.query, changed.has_sound, changed.schedule) == (
            "other",
            False,
            added.schedule,
        )
        assert await subscriptions.of(transaction, subscriber.number) == [changed]
        assert await subscriptions.find(transaction, added.id, stranger.number) is None
        assert await subscriptions.find(transaction, added.id, subscriber.number) == changed
        wanted = changed.indexed
        assert [batch async for batch in subscriptions.iterate_batches(transaction)] == [[wanted]]
        assert await subscriptions.mark_due(transaction, NOW - timedelta(seconds=1), 10) == 0
        assert await subscriptions.mark_due(transaction, NOW, 10) == 1
        assert await subscriptions.next_due(transaction, NOW, 10) == [subscriber.number]
        await subscriptions.remove(transaction, [added.id])
        assert await subscriptions.count(transaction) == 0


async def test_digest_entries_are_listed_for_their_recipients(database: Database) -> None:
    first, second, third = [await add_bulletin(database, key) for key in "abc"]
    async with database.write() as transaction:
        bitmaps = (BitMap([1, 2]), BitMap([2, 3]), BitMap([3]))
        waiting = zip((first, second, third), bitmaps, strict=True)
        await digest_queue.enqueue(
            transaction, [DigestEntry(b.id, numbers) for b, numbers in waiting], NOW
        )
        entries = await digest_queue.list_since(transaction, first.id, [1, 2])
        assert [(entry.bulletin, set(entry.recipients)) for entry in entries] == [(second.id, {2})]


async def test_an_update_is_stored_once_and_completed_once(database: Database) -> None:
    async with database.write() as transaction:
        await update_inbox.enqueue(transaction, [{"update_id": 7, "a": 1}, {"update_id": 8}], NOW)
        await update_inbox.enqueue(transaction, [{"update_id": 7, "a": 2}], NOW)
        assert await update_inbox.last_received(transaction) == (8, NOW)
        first, second = await update_inbox.next_waiting(transaction, 10, [])
        assert (first.payload, second.update_id) == ({"update_id": 7, "a": 1}, 8)
        assert await update_inbox.next_waiting(transaction, 10, [7]) == [second]
        assert await update_inbox.complete(transaction, 7, NOW)
        assert not await update_inbox.complete(transaction, 7, NOW)
        assert await update_inbox.complete(transaction, 8, NOW)
        await update_inbox.purge(transaction, NOW + timedelta(days=1))
        assert await update_inbox.last_received(transaction) == (8, NOW)
        assert await update_inbox.next_waiting(transaction, 10, []) == []


async def test_the_result_of_an_arrival_can_be_read(database: Database) -> None:
    async with database.write() as transaction:
        ids = await ingest_queue.enqueue(transaction, [make_bulletin("1"), make_bulletin("2")], NOW)
        first, second = await ingest_queue.next_waiting(transaction, 10)
        assert [first.id, second.id] == ids
        assert first.bulletin == make_bulletin("1")
        assert await ingest_queue.count_waiting(transaction, ids[0], ids[1]) == 2
        await ingest_queue.complete(
            transaction, {first.id: IngestResult(is_duplicate=False, match_count=12)}, NOW
        )
        assert await ingest_queue.count_waiting(transaction, ids[0], ids[1]) == 1
        assert await ingest_queue.next_waiting(transaction, 10) == [second]
        assert await ingest_queue.get_results(transaction, ids) == {
            first.id: IngestResult(is_duplicate=False, match_count=12)
        }
        await ingest_queue.purge(transaction, NOW + timedelta(days=1))
        assert await ingest_queue.get_results(transaction, ids) == {}


async def test_alerts_are_ingested_before_unclassified_bulletins_and_those_before_news(
    database: Database,
) -> None:
    kinds = {"news": Kind.NEWS, "unsaid": None, "alert": Kind.ALERT, "late": Kind.ALERT}
    async with database.write() as transaction:
        new = [replace(make_bulletin(key), kind=kind) for key, kind in kinds.items()]
        new.append(replace(make_bulletin("clear"), phase=Phase.CLEAR))
        await ingest_queue.enqueue(transaction, new, NOW)
        order: list[list[tuple[str, bool | None]]] = []
        while waiting := await ingest_queue.next_waiting(transaction, 9):
            assert len(order) < 9, "arrivals stay in the queue"
            order.append([(arrival.bulletin.key, arrival.is_urgent) for arrival in waiting])
            if waiting[0].is_urgent is None:
                await ingest_queue.set_urgency(
                    transaction, {arrival.id: False for arrival in waiting}
                )
                continue
            taken = IngestResult(is_duplicate=False, match_count=0)
            await ingest_queue.complete(
                transaction, {arrival.id: taken for arrival in waiting}, NOW
            )
    assert order == [
        [("alert", True), ("late", True), ("clear", True)],
        [("unsaid", None)],
        [("news", False), ("unsaid", False)],
    ]


async def test_more_arrivals_than_one_statement_holds_keep_their_order(database: Database) -> None:
    keys = [str(number) for number in range(450)]
    async with database.write() as transaction:
        ids = await ingest_queue.enqueue(transaction, map(make_bulletin, keys), NOW)
        waiting = await ingest_queue.next_waiting(transaction, 999)
        assert [arrival.bulletin.key for arrival in waiting] == keys
        taken = {id_: IngestResult(is_duplicate=False, match_count=id_) for id_ in ids}
        await ingest_queue.complete(transaction, taken, NOW)
        assert await ingest_queue.get_results(transaction, ids) == taken


async def test_a_failed_poll_keeps_the_cursor_of_its_source(database: Database) -> None:
    async with database.write() as transaction:
        assert (await sources.get_state(transaction, "blog")).cursor is None
        await sources.record_failure(transaction, "blog", "no answer", NOW)
        assert (await sources.get_state(transaction, "blog")).cursor is None
        await sources.record_success(transaction, "blog", {"etag": "x"}, NOW)
        await sources.record_failure(transaction, "blog", "no answer", NOW)
        await sources.record_failure(transaction, "blog", "500", NOW + timedelta(seconds=9))
        state = await sources.get_state(transaction, "blog")
    assert (state.cursor, state.succeeded_at) == ({"etag": "x"}, NOW)
    assert (state.error, state.consecutive_errors) == ("500", 2)


async def test_a_failed_transaction_writes_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as transaction:
            await add_subscriber(transaction)
            raise RuntimeError
    async with database.read() as transaction:
        assert await subscribers.find(transaction, Target(5_000_000_001)) is None


async def test_writers_wait_for_each_other(database: Database) -> None:
    """A transaction that reads first and writes later must not fail."""

    async def add_one_more(key: str) -> None:
        async with database.write() as transaction:
            await bulletins.last_id(transaction)
            await asyncio.sleep(0)
            await bulletins.add(transaction, make_bulletin(key))

    await asyncio.gather(*(add_one_more(str(n)) for n in range(20)))
    async with database.read() as transaction:
        assert len(await bulletins.get_newest(transaction, 50)) == 20


async def test_the_migrations_create_the_tables_of_the_schema(database: Database) -> None:
    def difference(connection: object) -> list[object]:
        context = MigrationContext.configure(connection)  # type: ignore[arg-type]
        return list(compare_metadata(context, schema.metadata))

    await migrate(database)  # once more: nothing to do
    async with database.read() as transaction:
        assert await transaction.run_sync(difference) == []


async def test_only_one_process_holds_the_lease_of_a_database(
    database: Database, database_url: str
) -> None:
    assert not await is_leased(database)
    async with lease(database):
        assert await is_leased(database)
        other = Database(database_url)
        with pytest.raises(LeaseHeldElsewhere):
            async with lease(other):
                pass
        await other.close()
    assert not await is_leased(database)


async def test_sqlite_is_configured_to_survive_a_power_cut(tmp_path: Path) -> None:
    """SQLite syncs the write-ahead log at each commit with `synchronous=FULL` (2)."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    await migrate(database)
    async with database.read() as transaction:
        assert (await transaction.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
        assert (await transaction.execute(text("PRAGMA synchronous"))).scalar_one() == 2
    await database.close()
