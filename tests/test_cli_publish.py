"""`tocsin publish`: bulletins from a file for a running bot, or for its next start."""

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
from storage.inbound.ingest_queue import IngestResult
from storage.maintenance.lease import lease

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
DAY = Path(__file__).parent / "fixtures" / "liveblog_day.txt"


def clock() -> datetime:
    return NOW


class Publisher:
    """Runs `tocsin publish` and records its output."""

    def __init__(self) -> None:
        self.output: list[str] = []

    async def publish(
        self,
        database: Database,
        file: Path | str,
        *,
        format: Format = "jsonl",  # noqa: A002 - the name of the option
        source: str = "publish",
    ) -> int:
        return await publish(
            database, str(file), source=source, format=format, clock=clock, echo=self.output.append
        )


@pytest.fixture
def publisher() -> Publisher:
    return Publisher()


async def stored(database: Database) -> list[tuple[str, str]]:
    async with database.read() as transaction:
        waiting = await ingest_queue.next_waiting(transaction, 1000)
    return [(row.bulletin.source, row.bulletin.title or row.bulletin.text) for row in waiting]


@asynccontextmanager
async def running_bot(url: str, *, arrivals: int) -> AsyncIterator[None]:
    """Hold the lease, ingest so many arrivals, one at a time, and release the lease."""
    database = Database(url)

    async def run() -> None:
        remaining = arrivals
        keys: set[str] = set()
        async with lease(database):
            has_lease.set()
            while remaining:
                async with database.write() as transaction:
                    for arrival in await ingest_queue.next_waiting(transaction, 1):
                        result = IngestResult(
                            is_duplicate=arrival.bulletin.key in keys, match_count=2
                        )
                        keys.add(arrival.bulletin.key)
                        await ingest_queue.complete(transaction, {arrival.id: result}, NOW)
                        remaining -= 1
                await asyncio.sleep(0.001)

    has_lease = asyncio.Event()
    task = asyncio.create_task(run())
    await asyncio.wait_for(has_lease.wait(), 120)
    yield
    await asyncio.wait_for(task, 120)
    await database.close()


async def test_without_a_running_bot_bulletins_are_stored_for_the_next_start(
    sqlite: Database, publisher: Publisher
) -> None:
    assert await publisher.publish(sqlite, DAY, format="liveblog", source="blog") == 0

    assert publisher.output == ["11 stored until the bot starts: none is running on this database"]
    titles = await stored(sqlite)
    assert titles[0] == ("blog", "Dnipro: a new tram for the left bank")  # the oldest first
    assert len(titles) == 11


async def test_a_missing_database_is_created(tmp_path: Path, publisher: Publisher) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path / 'new.db'}")

    assert await publisher.publish(database, DAY, format="liveblog") == 0

    assert len(await stored(database)) == 11
    await database.close()


async def test_the_results_of_a_running_bot_are_reported(
    sqlite: Database, sqlite_url: str, tmp_path: Path, publisher: Publisher
) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text('{"title": "A"}\n{"title": "B"}\n{"title": "A"}\n')

    async with running_bot(sqlite_url, arrivals=3):
        assert await publisher.publish(sqlite, file) == 0

    assert publisher.output == ["2 new, 1 repeated, 6 matched"]


async def test_a_bot_that_stops_meanwhile_is_noticed(
    sqlite: Database, sqlite_url: str, tmp_path: Path, publisher: Publisher
) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text('{"title": "A"}\n{"title": "B"}\n{"title": "C"}\n')

    async with running_bot(sqlite_url, arrivals=1):
        assert await publisher.publish(sqlite, file) == 0

    assert publisher.output[-1].splitlines() == [
        "1 new, 0 repeated, 2 matched",
        "2 stored until the bot starts: none is running on this database",
    ]


async def test_an_empty_file_is_reported_as_zero_bulletins(
    sqlite: Database, tmp_path: Path, publisher: Publisher
) -> None:
    file = tmp_path / "items.jsonl"
    file.write_text("\n")

    assert await publisher.publish(sqlite, file) == 0

    assert publisher.output == ["0 new, 0 repeated, 0 matched"]


async def test_standard_input_is_read(
    sqlite: Database, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO('{"text": "Київ"}'.encode())))

    assert await publisher.publish(sqlite, "-") == 0

    assert await stored(sqlite) == [("publish", "Київ")]


@pytest.mark.parametrize(
    ("file_format", "body", "message"),
    [
        ("jsonl", b'{"title": "A"}\n{"title": 5}\n', "line 2: title: expected text"),
        ("jsonl", b'{"title": "A"}\nno JSON\n', "line 2: expected JSON"),
        ("liveblog", b"\0\1\2", "is not text"),
        ("liveblog", b"\n\n", "is empty"),
    ],
)
async def test_a_file_with_one_error_stores_nothing(
    sqlite: Database,
    publisher: Publisher,
    tmp_path: Path,
    file_format: Format,
    body: bytes,
    message: str,
) -> None:
    file = tmp_path / "items"
    file.write_bytes(body)

    assert await publisher.publish(sqlite, file, format=file_format) == 1

    assert publisher.output[0].startswith(f"{file}: ")
    assert message in publisher.output[0]
    assert await stored(sqlite) == []


async def test_a_missing_file_is_reported(
    sqlite: Database, publisher: Publisher, tmp_path: Path
) -> None:
    assert await publisher.publish(sqlite, tmp_path / "absent") == 1

    assert publisher.output == [f"{tmp_path / 'absent'}: No such file or directory"]


async def test_an_invalid_source_name_is_refused(sqlite: Database, publisher: Publisher) -> None:
    assert await publisher.publish(sqlite, DAY, source="My Blog") == 1

    assert "--source" in publisher.output[0]
