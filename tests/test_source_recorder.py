"""Recorder: polls are player to files and replayed at present times."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.shared_resources import gazetteer

from bot.cli.replay import ReplayCommand
from bot.sources.core.errors import SourceError
from bot.sources.core.source import Batch
from bot.sources.core.state_diff import Alert, State, merge_alerts
from bot.sources.poller import Poller
from bot.sources.recorder import (
    RecordedPoll,
    Recorder,
    RecordingError,
    RecordingPlayer,
    read_polls,
    to_line,
)
from bot.sources.region_resolver import RegionResolver
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.inbound.ingest_queue import IngestResult
from storage.inbound.sources import Cursor
from storage.maintenance.lease import lease

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
STARTED_AT = NOW - timedelta(minutes=2)
LUHANSK = Alert("16", "Луганська область", "air_raid", level="red")
BAKHMUT = Alert("54", "Бахмутський район", "air_raid", level="yellow", since=STARTED_AT)


def state_of(*alerts: Alert) -> State:
    return merge_alerts(alerts)


def bulletins_of(*titles: str) -> tuple[Bulletin, ...]:
    return tuple(
        Bulletin(source="news", key=title, title=title, received_at=NOW) for title in titles
    )


def test_a_written_poll_is_read_again() -> None:
    full = Bulletin(
        source="news",
        key="k",
        title="x",
        text="y",
        url="https://example.org/",
        kind=Kind.ALERT,
        phase=Phase.CLEAR,
        regions=("54",),
        topics=("air_alert",),
        published_at=STARTED_AT,
        expires_at=NOW,
        received_at=NOW,
    )
    polls = [
        RecordedPoll(NOW, "air", state_of(LUHANSK, BAKHMUT), is_baseline=True),
        RecordedPoll(NOW, "air", state_of(), is_message=True),
        RecordedPoll(NOW, "news", None, (full, *bulletins_of("short"))),
    ]

    assert list(read_polls(map(to_line, polls))) == polls


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "{}", '{"at": "2026-03-05T08:00:00", "source": "x", "bulletins": []}'
     , '{"at": "2026-03-05T08:00:00Z", "source": "x"}'
     , '{"at": "2026-03-05T08:00:00Z", "source": "x", "state": [{"uid": "1"}]}'
     , '{"at": "2026-03-05T08:00:00Z", "source": "x", "bulletins": [{"title": "y"}]}'],
)  # fmt: skip
def test_an_invalid_line_is_reported_by_its_number(line: str) -> None:
    good = to_line(RecordedPoll(NOW - timedelta(days=1), "air", state_of())).decode()

    with pytest.raises(RecordingError, match="line 3"):
        list(read_polls([good, "\n", line]))


def test_lines_must_be_in_order() -> None:
    lines = [to_line(RecordedPoll(polled_at, "air", state_of())) for polled_at in (NOW, STARTED_AT)]

    with pytest.raises(RecordingError, match="sort the file"):
        list(read_polls(lines))


class VirtualClock:
    """Clock that advances only while a task sleeps."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def play(
    polls: Sequence[RecordedPoll], time: VirtualClock, speed: float = 1.0
) -> list[Batch]:
    player = RecordingPlayer(polls, clock=time.clock, sleep=time.sleep, speed=speed)
    return [batch async for batch in player.batches()]


NIGHT = [
    RecordedPoll(NOW, "air", state_of(LUHANSK)),
    RecordedPoll(NOW + timedelta(seconds=15), "air", state_of(LUHANSK, BAKHMUT)),
    RecordedPoll(NOW + timedelta(seconds=20), "news", None, bulletins_of("x")),
    RecordedPoll(NOW + timedelta(seconds=30), "air", state_of(LUHANSK, BAKHMUT)),
    RecordedPoll(NOW + timedelta(seconds=45), "air", state_of()),
]


async def test_a_recording_is_played_with_its_times() -> None:
    """Each poll has its state, changed or not: a missing line means silence."""
    time = VirtualClock(NOW)

    batches = await play(NIGHT, time)

    assert [
        [(item.phase, item.regions[-1]) for item in batch.bulletins if item.regions]
        for batch in batches
    ] == [
        [(Phase.ACTIVE, "Луганська область")],
        [(Phase.ACTIVE, "Бахмутський район")],
        [],
        [],
        [(Phase.CLEAR, "Бахмутський район")],
    ]
    assert [batch.is_baseline for batch in batches] == [True, False, False, False, False]
    assert [None if b.state is None else len(b.state) for b in batches] == [1, 2, None, 2, 0]
    assert batches[1].bulletins[0].published_at == STARTED_AT
    assert batches[2].bulletins[0].title == "x"
    assert time.now == NOW + timedelta(seconds=45)


async def test_a_replay_keeps_the_age_of_alerts() -> None:
    later = NOW + timedelta(days=100)
    time = VirtualClock(later)

    batches = await play(NIGHT, time, speed=10)

    (alert,) = batches[1].bulletins
    assert alert.received_at == later + timedelta(seconds=1.5)
    assert alert.published_at
    assert alert.received_at - alert.published_at == timedelta(minutes=2, seconds=15)
    assert time.now == later + timedelta(seconds=4.5)


async def test_two_replays_have_different_keys() -> None:
    first = await play(NIGHT, VirtualClock(NOW))
    second = await play(NIGHT, VirtualClock(NOW + timedelta(hours=1)))

    keys = [item.key for batch in (*first, *second) for item in batch.bulletins]
    assert len(keys) == len(set(keys))


class ScriptedSource:
    """A source that returns or raises the steps of a script."""

    name = "air"
    every = timedelta(seconds=15)

    def __init__(self, *script: Batch | SourceError) -> None:
        self._script = list(script)

    async def fetch(self, _cursor: Cursor | None) -> Batch:
        step = self._script.pop(0)
        if isinstance(step, SourceError):
            raise step
        return step


async def ingest_nothing(_batch: Batch) -> Sequence[IngestResult]:
    return []


async def test_every_successful_poll_is_recorded_in_a_file_a_day(
    sqlite: Database, tmp_path: Path
) -> None:
    time = VirtualClock(NOW)
    recorder = Recorder(tmp_path / "recordings", time.clock)
    good = Batch(
        "air", (), None, is_baseline=False, state=state_of(BAKHMUT), has_inferred_all_clears=True
    )
    source = ScriptedSource(good, SourceError("down"), good, good)
    poller = Poller(source, sqlite, ingest_nothing, time.clock, recorder=recorder)
    with capture_logs():
        for _ in range(3):
            await poller.poll()
        time.now += timedelta(days=1)
        await poller.poll()

    files = sorted((tmp_path / "recordings").iterdir())
    assert [file.name for file in files] == ["air-2026-03-05.jsonl", "air-2026-03-06.jsonl"]
    assert (
        list(read_polls(files[0].read_bytes().splitlines()))
        == [RecordedPoll(NOW, "air", state_of(BAKHMUT))] * 2
    )


async def test_a_write_error_does_not_stop_the_source(sqlite: Database, tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("a file")
    recorder = Recorder(tmp_path / "recordings", VirtualClock(NOW).clock)
    ingested: list[Batch] = []

    async def ingest(batch: Batch) -> Sequence[IngestResult]:
        ingested.append(batch)
        return []

    good = Batch("air", (), None, is_baseline=False, state=state_of())
    poller = Poller(
        ScriptedSource(good), sqlite, ingest, VirtualClock(NOW).clock, recorder=recorder
    )
    with capture_logs() as logs:
        await poller.poll()

    assert ingested == [good]
    assert [log["event"] for log in logs] == ["recording_failed"]


@asynccontextmanager
async def run_ingest(url: str) -> AsyncIterator[list[Bulletin]]:
    """Hold the lease and ingest arrivals, like a running bot."""
    database = Database(url)
    ingested: list[Bulletin] = []

    async def run() -> None:
        while True:
            async with database.write() as transaction:
                arrivals = await ingest_queue.next_waiting(transaction, 10)
                if arrivals:
                    ingested.extend(arrival.bulletin for arrival in arrivals)
                    results = {
                        arrival.id: IngestResult(is_duplicate=False, match_count=3)
                        for arrival in arrivals
                    }
                    await ingest_queue.complete(transaction, results, NOW)
            await asyncio.sleep(0.01)

    async with lease(database):
        task = asyncio.create_task(run())
        try:
            yield ingested
        finally:
            task.cancel()
            await asyncio.wait([task])
    await database.close()


async def replay(database: Database, file: Path) -> tuple[int, list[str]]:
    report: list[str] = []
    time = VirtualClock(NOW)
    resolver = RegionResolver(gazetteer(), database)
    command = ReplayCommand(database, time.clock, time.sleep, resolver.resolve_batch, report.append)
    return await command.play(str(file), 1.0), report


async def test_a_replay_reports_the_result_of_each_bulletin(
    database_url: str, tmp_path: Path
) -> None:
    file = tmp_path / "night.jsonl"
    file.write_bytes(b"".join(map(to_line, NIGHT)))
    database = Database(database_url)
    async with run_ingest(database_url) as ingested:
        code, report = await replay(database, file)
    await database.close()

    assert (code, report) == (
        0,
        [
            "08:00:15 air: new, 3 matched: Повітряна тривога: Бахмутський район",
            "08:00:20 news: new, 3 matched: x",
            "08:00:45 air: new, 3 matched: Відбій повітряної тривоги: Бахмутський район",
            "5 polls, 3 bulletins",
            "3 new, 0 repeated, 9 matched",
        ],
    )
    assert ingested[0].regions == ("UA14020000000013572",)


async def test_a_replay_needs_a_file_and_a_running_bot(sqlite: Database, tmp_path: Path) -> None:
    file = tmp_path / "night.jsonl"
    assert await replay(sqlite, file) == (1, [f"{file}: No such file or directory"])
    file.write_text("{")
    code, report = await replay(sqlite, file)
    assert (code, "line 1" in report[0]) == (1, True)
    file.write_bytes(to_line(NIGHT[0]))
    code, report = await replay(sqlite, file)
    assert (code, "no bot is running on this database" in report[0]) == (1, True)
