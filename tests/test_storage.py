"""What the database promises, on SQLite and on PostgreSQL."""

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
from storage.inbound.ingest_queue import Taken
from storage.maintenance.lease import HeldElsewhere, is_leased, lease
from storage.migrate import migrate
from storage.outbox import broadcasts, digest_queue, receipts
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.digest_queue import Held
from storage.outbox.receipts import Receipt
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Detail, Subscriber, Suspended, Target
from storage.values.lanes import Lane
from storage.values.schedules import AT_ONCE, parse_schedule

NOW = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)


def a_bulletin(key: str = "1", received_at: datetime = NOW) -> Bulletin:
    return Bulletin(source="blog", key=key, title="Bridge closed", received_at=received_at)


def a_broadcast(bulletin: StoredBulletin) -> NewBroadcast:
    return NewBroadcast(
        bulletin=bulletin.id, lane=Lane.ALERT, recipients=BitMap([1]), silent=BitMap()
    )


async def a_subscriber(transaction: Transaction, chat_id: int = 5_000_000_001) -> Subscriber:
    return await subscribers.ensure(transaction, Target(chat_id), ChatKind.PRIVATE, "en", NOW)


async def stored(database: Database, key: str = "1") -> StoredBulletin:
    async with database.write() as transaction:
        return await bulletins.add(transaction, a_bulletin(key))


async def test_a_bulletin_comes_back_as_it_was(database: Database) -> None:
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
        assert await bulletins.known(transaction, "blog", ["k", "x"]) == {"k": NOW}
        assert await bulletins.known(transaction, "press", ["k"]) == {}
        assert await bulletins.get(transaction, [added.id, 99]) == {added.id: added}
    assert bulletins.from_json(bulletins.to_json(added)) == bulletin


async def test_the_newest_bulletins_come_first_and_page_backwards(database: Database) -> None:
    ids = [(await stored(database, str(n))).id for n in range(5)]
    async with database.read() as transaction:
        first = await bulletins.newest(transaction, 2)
        second = await bulletins.newest(transaction, 2, before=first[-1].id)
        assert await bulletins.last_id(transaction) == ids[4]
    assert [b.id for b in first] == [ids[4], ids[3]]
    assert [b.id for b in second] == [ids[2], ids[1]]


async def test_old_bulletins_go_but_not_those_still_owed(database: Database) -> None:
    old, owed, sent, recent = [await stored(database, key) for key in ("a", "b", "c", "d")]
    async with database.write() as transaction:
        await broadcasts.enqueue(transaction, [a_broadcast(owed), a_broadcast(sent)], NOW)
        finished = (await broadcasts.unfinished(transaction, Lane.ALERT, limit=9))[1]
        await broadcasts.finish(transaction, [finished.id], NOW)
        await receipts.put(transaction, [Receipt(sent.id, 1, 700)], NOW)
        late = NOW + timedelta(days=1)
        await transaction.execute(
            schema.bulletin.update()
            .where(schema.bulletin.c.id == recent.id)
            .values(received_at=late)
        )
        assert await bulletins.forget(transaction, late, limit=9) == 2
        assert await receipts.message_ids(transaction, sent.id, 1) == []
        left = await bulletins.get(transaction, [old.id, owed.id, sent.id, recent.id])
    assert set(left) == {owed.id, recent.id}


async def test_a_subscribers_number_is_never_used_again(database: Database) -> None:
    async with database.write() as transaction:
        first = await a_subscriber(transaction)
        await transaction.execute(schema.subscriber.delete())
    async with database.write() as transaction:
        second = await a_subscriber(transaction)
    assert second.number > first.number
    assert second.number < 2**32


async def test_a_forum_topic_is_a_subscriber_of_its_own(database: Database) -> None:
    async with database.write() as transaction:
        group = await subscribers.ensure(
            transaction, Target(-100_1), ChatKind.SUPERGROUP, "uk", NOW
        )
        topic = await subscribers.ensure(
            transaction, Target(-100_1, 7), ChatKind.SUPERGROUP, "uk", NOW
        )
        again = await subscribers.ensure(
            transaction, Target(-100_1, 7), ChatKind.SUPERGROUP, "en", NOW
        )
    assert topic.number != group.number
    assert again == topic


async def test_settings_are_stored_one_by_one(database: Database) -> None:
    async with database.write() as transaction:
        number = (await a_subscriber(transaction)).number
        await subscribers.choose(transaction, number, language="uk")
        await subscribers.choose(transaction, number, detail=Detail.SHORT, zone="Europe/Kyiv")
        found = (await subscribers.get(transaction, [number]))[number]
    assert (found.language, found.detail, found.zone) == ("uk", Detail.SHORT, "Europe/Kyiv")


async def test_a_chat_not_found_twice_is_suspended_and_resumes_whole(database: Database) -> None:
    async with database.write() as transaction:
        subscriber = await a_subscriber(transaction)
        await subscribers.miss(transaction, subscriber.number)
        once = await subscribers.find(transaction, subscriber.target)
        await subscribers.miss(transaction, subscriber.number)
        twice = await subscribers.find(transaction, subscriber.target)
        await subscribers.resume(transaction, subscriber.chat_id)
        resumed = await subscribers.find(transaction, subscriber.target)
    assert once and once.suspended is None
    assert twice and twice.suspended is Suspended.NOT_FOUND
    assert resumed == subscriber


async def test_a_group_that_became_a_supergroup_keeps_its_numbers(database: Database) -> None:
    async with database.write() as transaction:
        old = await subscribers.ensure(transaction, Target(-5), ChatKind.GROUP, "en", NOW)
        assert await subscribers.move(transaction, -5, -100_5) == []
        moved = await subscribers.find(transaction, Target(-100_5))
        assert await subscribers.find(transaction, Target(-5)) is None
    assert moved and moved.number == old.number
    assert moved.kind is ChatKind.SUPERGROUP


async def test_a_supergroup_known_already_takes_over_what_the_group_had(
    database: Database,
) -> None:
    async with database.write() as transaction:
        old = await subscribers.ensure(transaction, Target(-5), ChatKind.GROUP, "en", NOW)
        new = await subscribers.ensure(transaction, Target(-100_5), ChatKind.SUPERGROUP, "en", NOW)
        subscription = await subscriptions.add(
            transaction,
            old.number,
            query="q",
            written="w",
            schedule=AT_ONCE,
            next_due_at=None,
            now=NOW,
        )
        assert await subscribers.move(transaction, -5, -100_5) == [subscription.id]
        assert await subscriptions.of(transaction, new.number)
        assert await subscribers.get(transaction, [old.number]) == {}


async def test_subscriptions_are_added_changed_and_removed(database: Database) -> None:
    async with database.write() as transaction:
        subscriber = await a_subscriber(transaction)
        stranger = await a_subscriber(transaction, 5_000_000_002)
        added = await subscriptions.add(
            transaction,
            subscriber.number,
            query="q",
            written="railway",
            schedule=parse_schedule("weekly fri 18:30"),
            next_due_at=NOW,
            now=NOW,
        )
        changed = await subscriptions.change(transaction, added, query="other", sound=False)
        assert (changed.query, changed.sound, changed.schedule) == ("other", False, added.schedule)
        assert await subscriptions.of(transaction, subscriber.number) == [changed]
        assert await subscriptions.find(transaction, added.id, stranger.number) is None
        assert await subscriptions.find(transaction, added.id, subscriber.number) == changed
        wanted = (added.id, subscriber.number, "other", False, False)
        assert [batch async for batch in subscriptions.every(transaction)] == [[wanted]]
        assert await subscriptions.owe(transaction, NOW - timedelta(seconds=1), 10) == 0
        assert await subscriptions.owe(transaction, NOW, 10) == 1
        assert await subscriptions.next_owed(transaction, NOW, 10) == [subscriber.number]
        await subscriptions.remove(transaction, [added.id])
        assert await subscriptions.count(transaction) == 0


async def test_what_is_held_is_found_for_whom_it_waits(database: Database) -> None:
    first, second, third = [await stored(database, key) for key in "abc"]
    async with database.write() as transaction:
        bitmaps = (BitMap([1, 2]), BitMap([2, 3]), BitMap([3]))
        waiting = zip((first, second, third), bitmaps, strict=True)
        await digest_queue.hold(transaction, [Held(b.id, numbers) for b, numbers in waiting], NOW)
        found = await digest_queue.since(transaction, first.id, [1, 2])
        assert [(h.bulletin, set(h.recipients)) for h in found] == [(second.id, {2})]


async def test_an_update_is_kept_once_and_dealt_with_once(database: Database) -> None:
    async with database.write() as transaction:
        await update_inbox.put(transaction, [{"update_id": 7, "a": 1}, {"update_id": 8}], NOW)
        await update_inbox.put(transaction, [{"update_id": 7, "a": 2}], NOW)
        assert await update_inbox.last_id(transaction) == 8
        first, second = await update_inbox.waiting(transaction, 10, [])
        assert (first.payload, second.update_id) == ({"update_id": 7, "a": 1}, 8)
        assert await update_inbox.waiting(transaction, 10, [7]) == [second]
        assert await update_inbox.complete(transaction, 7, NOW)
        assert not await update_inbox.complete(transaction, 7, NOW)
        assert await update_inbox.complete(transaction, 8, NOW)
        await update_inbox.forget(transaction, NOW + timedelta(days=1))
        assert await update_inbox.last_id(transaction) == 8
        assert await update_inbox.waiting(transaction, 10, []) == []


async def test_an_arrival_tells_who_put_it_in_what_became_of_it(database: Database) -> None:
    async with database.write() as transaction:
        ids = await ingest_queue.put(transaction, [a_bulletin("1"), a_bulletin("2")], NOW)
        first, second = await ingest_queue.waiting(transaction, 10)
        assert [first.id, second.id] == ids
        assert first.bulletin == a_bulletin("1")
        assert await ingest_queue.count_waiting(transaction, ids[0], ids[1]) == 2
        await ingest_queue.take(transaction, {first.id: Taken(repeated=False, matched=12)}, NOW)
        assert await ingest_queue.count_waiting(transaction, ids[0], ids[1]) == 1
        assert await ingest_queue.waiting(transaction, 10) == [second]
        assert await ingest_queue.results(transaction, ids) == {
            first.id: Taken(repeated=False, matched=12)
        }
        await ingest_queue.forget(transaction, NOW + timedelta(days=1))
        assert await ingest_queue.results(transaction, ids) == {}


async def test_alerts_arrive_before_what_may_be_one_and_that_before_news(
    database: Database,
) -> None:
    kinds = {"news": Kind.NEWS, "unsaid": None, "alert": Kind.ALERT, "late": Kind.ALERT}
    async with database.write() as transaction:
        new = [replace(a_bulletin(key), kind=kind) for key, kind in kinds.items()]
        new.append(replace(a_bulletin("clear"), phase=Phase.CLEAR))
        await ingest_queue.put(transaction, new, NOW)
        order = []
        while waiting := await ingest_queue.waiting(transaction, 9):
            order.append([(arrival.bulletin.key, arrival.urgent) for arrival in waiting])
            if waiting[0].urgent is None:
                await ingest_queue.sort(transaction, {arrival.id: False for arrival in waiting})
                continue
            taken = Taken(repeated=False, matched=0)
            await ingest_queue.take(transaction, {arrival.id: taken for arrival in waiting}, NOW)
    assert order == [
        [("alert", True), ("late", True), ("clear", True)],
        [("unsaid", None)],
        [("news", False), ("unsaid", False)],
    ]


async def test_more_arrivals_than_fit_one_statement_keep_their_order(database: Database) -> None:
    keys = [str(number) for number in range(450)]
    async with database.write() as transaction:
        ids = await ingest_queue.put(transaction, map(a_bulletin, keys), NOW)
        waiting = await ingest_queue.waiting(transaction, 999)
        assert [arrival.bulletin.key for arrival in waiting] == keys
        taken = {id_: Taken(repeated=False, matched=id_) for id_ in ids}
        await ingest_queue.take(transaction, taken, NOW)
        assert await ingest_queue.results(transaction, ids) == taken


async def test_a_failed_poll_leaves_a_sources_cursor_alone(database: Database) -> None:
    async with database.write() as transaction:
        assert (await sources.state(transaction, "blog")).cursor is None
        await sources.fail(transaction, "blog", "no answer", NOW)
        assert (await sources.state(transaction, "blog")).cursor is None
        await sources.succeed(transaction, "blog", {"etag": "x"}, NOW)
        await sources.fail(transaction, "blog", "no answer", NOW)
        await sources.fail(transaction, "blog", "500", NOW + timedelta(seconds=9))
        state = await sources.state(transaction, "blog")
    assert (state.cursor, state.succeeded_at) == ({"etag": "x"}, NOW)
    assert (state.error, state.errors) == ("500", 2)


async def test_what_fails_inside_a_transaction_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as transaction:
            await a_subscriber(transaction)
            raise RuntimeError
    async with database.read() as transaction:
        assert await subscribers.find(transaction, Target(5_000_000_001)) is None


async def test_writers_wait_for_each_other(database: Database) -> None:
    """Case 32 of the catalogue of failures: reading first and writing later must not fail."""

    async def add_one_more(key: str) -> None:
        async with database.write() as transaction:
            await bulletins.last_id(transaction)
            await asyncio.sleep(0)
            await bulletins.add(transaction, a_bulletin(key))

    await asyncio.gather(*(add_one_more(str(n)) for n in range(20)))
    async with database.read() as transaction:
        assert len(await bulletins.newest(transaction, 50)) == 20


async def test_the_migrations_make_just_the_tables_of_the_schema(database: Database) -> None:
    def difference(connection: object) -> list[object]:
        context = MigrationContext.configure(connection)  # type: ignore[arg-type]
        return list(compare_metadata(context, schema.metadata))

    await migrate(database)  # once more: nothing to do
    async with database.read() as transaction:
        assert await transaction.run_sync(difference) == []


async def test_a_database_belongs_to_one_process(database: Database, database_url: str) -> None:
    assert not await is_leased(database)
    async with lease(database):
        assert await is_leased(database)
        other = Database(database_url)
        with pytest.raises(HeldElsewhere):
            async with lease(other):
                pass
        await other.close()
    assert not await is_leased(database)


async def test_sqlite_is_set_up_to_survive_a_power_cut(tmp_path: Path) -> None:
    """Case 33 of the catalogue of failures."""
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")
    await migrate(database)
    async with database.read() as transaction:
        assert (await transaction.execute(text("PRAGMA journal_mode"))).scalar_one() == "wal"
        assert (await transaction.execute(text("PRAGMA synchronous"))).scalar_one() == 2
    await database.close()
