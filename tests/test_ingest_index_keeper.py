"""Index keeper: the index is loaded from the database while everything else goes on."""

import asyncio
import gc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pyroaring import BitMap
from support.index_cases import READER
from support.shared_resources import gazetteer

from bot.ingest.index_keeper import IndexKeeper
from matching.index.index import Index, MatchMode
from matching.query.ast import Word, dump
from storage.engine.database import Database
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Target
from storage.subscribers.subscriptions import Sound
from storage.values.schedules import parse_schedule

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SCHEDULES = ("now", "hourly", "daily 08:00")


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


async def add_subscriptions(database: Database, count: int) -> list[int]:
    """Add subscriptions, each of another subscriber; return the subscribers' numbers."""
    numbers = []
    async with database.write() as transaction:
        for number in range(count):
            target = Target(5_000_000_000 + number)
            subscriber = await subscribers.get_or_create(
                transaction, target, ChatKind.PRIVATE, "en", NOW
            )
            added = await subscriptions.add(
                transaction,
                subscriber.number,
                query=dump(Word("train")),
                query_text="train",
                schedule=parse_schedule(SCHEDULES[number % 3]),
                next_due_at=None,
                now=NOW,
            )
            if number % 2:
                await subscriptions.change(transaction, added, sound=Sound(has_sound=False))
            numbers.append(subscriber.number)
    return numbers


async def test_stored_subscriptions_are_loaded_with_their_match_modes(database: Database) -> None:
    numbers = await add_subscriptions(database, 6)
    index = Index()
    keeper = IndexKeeper(database, index, gazetteer())
    running = asyncio.ensure_future(keeper.run())
    async with asyncio.timeout(30):
        await keeper.loaded.wait()
    index.add(1 << 20, 77, Word("train"), MatchMode.AUDIBLE)
    await keeper.rebuild()
    running.cancel()
    await asyncio.wait({running})
    matches = index.match(READER.read("", "Trains"))
    assert matches.audible == BitMap([numbers[0], 77])
    assert matches.silent == BitMap([numbers[3]])
    assert matches.digest == BitMap([numbers[position] for position in (1, 2, 4, 5)])
