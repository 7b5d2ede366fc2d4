"""The index is filled from the database while everything else goes on."""

import asyncio
import gc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pyroaring import BitMap
from support.index_cases import READER

from bot.ingest.index_keeper import IndexKeeper
from matching.index.index import Index, Mode
from matching.query.ast import Word, dump
from storage.engine.database import Database
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Target
from storage.values.schedules import parse_schedule

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SCHEDULES = ("now", "hourly", "daily 08:00")


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


async def stored(database: Database, count: int) -> list[int]:
    """So many subscriptions of a subscriber each; their numbers."""
    numbers = []
    async with database.write() as transaction:
        for number in range(count):
            target = Target(5_000_000_000 + number)
            who = await subscribers.ensure(transaction, target, ChatKind.PRIVATE, "en", NOW)
            added = await subscriptions.add(
                transaction,
                who.number,
                query=dump(Word("train")),
                written="train",
                schedule=parse_schedule(SCHEDULES[number % 3]),
                next_due_at=None,
                now=NOW,
            )
            if number % 2:
                await subscriptions.change(transaction, added, sound=False)
            numbers.append(who.number)
    return numbers


async def test_what_is_stored_is_loaded_with_how_it_delivers(database: Database) -> None:
    numbers = await stored(database, 6)
    index = Index()
    keeper = IndexKeeper(database, index)
    running = asyncio.ensure_future(keeper.run())
    await keeper.loaded.wait()
    index.add(1 << 20, 77, Word("train"), Mode.RING)
    await keeper.rebuild()
    running.cancel()
    await asyncio.wait({running})
    matches = index.match(READER.read("", "Trains"))
    assert matches.ring == BitMap([numbers[0], 77])
    assert matches.silent == BitMap([numbers[3]])
    assert matches.held == BitMap([numbers[at] for at in (1, 2, 4, 5)])
