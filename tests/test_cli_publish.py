"""`tocsin publish`: bulletins from a file into an installation that runs, or will."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli.publish import Format, publish
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.ingest_queue import Taken
from storage.maintenance.lease import lease

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
DAY = Path(__file__).parent / "fixtures" / "liveblog_day.txt"


def clock() -> datetime:
    return NOW


class Said(list[str]):
    """What the person who publishes read."""

    async def publish(
        self,
        database: Database,
        file: Path | str,
        *,
        format: Format = "jsonl",  # noqa: A002 - as it is called there
        source: str = "publish",
    ) -> int:
        return await publish(
            database, str(file), source=source, format=format, clock=clock, say=self.append
        )


@pytest.fixture
def said() -> Said:
    return Said()


async def stored(database: Database) -> list[tuple[str, str]]:
    async with database.read() as transaction:
        waiting = await ingest_queue.waiting(transaction, 1000)
    return [(one.bulletin.source, one.bulletin.title or one.bulletin.text) for one in waiting]


@asynccontextmanager
async def running(url: str, *, takes: int) -> AsyncIterator[None]:
    """A process that holds the lease, takes so many arrivals, one at a time, and then ends."""
    database = Database(url)

    async def run() -> None:
        left = takes
        known: set[str] = set()
        async with lease(database):
            held.set()
            while left:
                async with database.write() as transaction:
                    for arrival in await ingest_queue.waiting(transaction, 1):
                        taken = Taken(repeated=arrival.bulletin.key in known, matched=2)
                        known.add(arrival.bulletin.key)
                        await ingest_queue.take(transaction, {arrival.id: taken}, NOW)
                        left -= 1
                await asyncio.sleep(0.001)

    held = asyncio.Event()
    task = asyncio.create_task(run())
    await held.wait()
    yield
    await task
    await database.close()


async def test_with_nothing_running_it_is_stored_for_the_next_start(
    sqlite: Database, said: Said
) -> None:
    assert await said.publish(sqlite, DAY, format="liveblog", source="blog") == 0

    assert said == ["11 stored for the next start: nothing runs here now"]
    titles = await stored(sqlite)
    assert titles[0] == ("blog", "Dnipro: a new tram for the left bank")  # the oldest first
    assert len(titles) == 11


async def test_a_database_that_is_not_there_yet_is_made(tmp_path: Path, said: Said) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")

    assert await said.publish(database, DAY, format="liveblog") == 0

    assert len(await stored(database)) == 11
    await database.close()


async def test_a_running_process_takes_them_and_its_results_are_told(
    sqlite: Database, sqlite_url: str, tmp_path: Path, said: Said
) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text('{"title": "A"}\n{"title": "B"}\n{"title": "A"}\n')

    async with running(sqlite_url, takes=3):
        assert await said.publish(sqlite, file) == 0

    assert said == ["2 new, 1 repeated, 6 matched"]


async def test_a_process_that_ends_meanwhile_is_noticed(
    sqlite: Database, sqlite_url: str, tmp_path: Path, said: Said
) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text('{"title": "A"}\n{"title": "B"}\n{"title": "C"}\n')

    async with running(sqlite_url, takes=1):
        assert await said.publish(sqlite, file) == 0

    assert said[-1].splitlines() == [
        "1 new, 0 repeated, 2 matched",
        "2 stored for the next start: nothing runs here now",
    ]


async def test_of_nothing_it_is_told_that_it_was_nothing(
    sqlite: Database, tmp_path: Path, said: Said
) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text("\n")

    assert await said.publish(sqlite, file) == 0

    assert said == ["0 new, 0 repeated, 0 matched"]


async def test_standard_input_is_read_too(
    sqlite: Database, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO('{"text": "Київ"}'.encode())))

    assert await said.publish(sqlite, "-") == 0

    assert await stored(sqlite) == [("publish", "Київ")]


@pytest.mark.parametrize(
    ("written_as", "body", "told"),
    [
        ("jsonl", b'{"title": "A"}\n{"title": 5}\n', "line 2: title: expected text"),
        ("jsonl", b'{"title": "A"}\nno JSON\n', "line 2: expected JSON"),
        ("liveblog", b"\0\1\2", "is not text"),
        ("liveblog", b"\n\n", "is empty"),
    ],
)
async def test_a_file_with_one_mistake_stores_nothing(
    sqlite: Database, said: Said, tmp_path: Path, written_as: Format, body: bytes, told: str
) -> None:
    file = tmp_path / "items"
    file.write_bytes(body)

    assert await said.publish(sqlite, file, format=written_as) == 1

    assert said[0].startswith(f"{file}: ")
    assert told in said[0]
    assert await stored(sqlite) == []


async def test_a_file_that_is_not_there_is_told(
    sqlite: Database, said: Said, tmp_path: Path
) -> None:
    assert await said.publish(sqlite, tmp_path / "absent") == 1

    assert said == [f"{tmp_path / 'absent'}: No such file or directory"]


async def test_a_name_no_source_can_have_is_refused(sqlite: Database, said: Said) -> None:
    assert await said.publish(sqlite, DAY, source="My Blog") == 1

    assert "--source" in said[0]
