"""What sources said can be kept, and played again as if it happened now."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from support.shared_resources import gazetteer

from bot.cli.replay import Replay
from bot.sources.core.source import Batch, SourceError
from bot.sources.core.state_diff import Alert, State, joined
from bot.sources.poller import Poller
from bot.sources.recorder import Poll, Recorded, Recorder, RecordingError, read, write
from bot.sources.region_resolver import Locator
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.inbound.ingest_queue import Taken
from storage.inbound.sources import Cursor
from storage.maintenance.lease import lease

NOW = datetime(2026, 3, 5, 8, 0, tzinfo=UTC)
BEGAN = NOW - timedelta(minutes=2)
LUHANSK = Alert("16", "Луганська область", "air_raid", level="red")
BAKHMUT = Alert("54", "Бахмутський район", "air_raid", level="yellow", since=BEGAN)


def seen(*alerts: Alert) -> State:
    return joined(alerts)


def told(*titles: str) -> tuple[Bulletin, ...]:
    return tuple(
        Bulletin(source="news", key=title, title=title, received_at=NOW) for title in titles
    )


def test_what_is_written_is_read_again() -> None:
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
        published_at=BEGAN,
        expires_at=NOW,
        received_at=NOW,
    )
    polls = [
        Poll(NOW, "air", seen(LUHANSK, BAKHMUT), baseline=True),
        Poll(NOW, "air", seen(), said=True),
        Poll(NOW, "news", None, (full, *told("short"))),
    ]

    assert list(read(map(write, polls))) == polls


@pytest.mark.parametrize(
    "line",
    ["{", "[]", "{}", '{"at": "2026-03-05T08:00:00", "source": "x", "bulletins": []}'
     , '{"at": "2026-03-05T08:00:00Z", "source": "x"}'
     , '{"at": "2026-03-05T08:00:00Z", "source": "x", "state": [{"uid": "1"}]}'
     , '{"at": "2026-03-05T08:00:00Z", "source": "x", "bulletins": [{"title": "y"}]}'],
)  # fmt: skip
def test_a_line_that_is_none_is_told_by_its_number(line: str) -> None:
    good = write(Poll(NOW - timedelta(days=1), "air", seen())).decode()

    with pytest.raises(RecordingError, match="line 3"):
        list(read([good, "\n", line]))


def test_lines_must_be_in_order() -> None:
    lines = [write(Poll(at, "air", seen())) for at in (NOW, BEGAN)]

    with pytest.raises(RecordingError, match="sort the file"):
        list(read(lines))


class Passing:
    """A clock that goes on while one sleeps, and not else."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


async def played(polls: Sequence[Poll], time: Passing, speed: float = 1.0) -> list[Batch]:
    recorded = Recorded(polls, clock=time.clock, sleep=time.sleep, speed=speed)
    return [batch async for batch in recorded.batches()]


NIGHT = [
    Poll(NOW, "air", seen(LUHANSK)),
    Poll(NOW + timedelta(seconds=15), "air", seen(LUHANSK, BAKHMUT)),
    Poll(NOW + timedelta(seconds=20), "news", None, told("x")),
    Poll(NOW + timedelta(seconds=30), "air", seen(LUHANSK, BAKHMUT)),
    Poll(NOW + timedelta(seconds=45), "air", seen()),
]


async def test_a_recording_is_played_as_it_was() -> None:
    """Each look has its state, whether or not anything changed: silence is told by its absence."""
    time = Passing(NOW)

    batches = await played(NIGHT, time)

    assert [
        [(one.phase, one.regions[-1]) for one in batch.bulletins if one.regions]
        for batch in batches
    ] == [
        [(Phase.ACTIVE, "Луганська область")],
        [(Phase.ACTIVE, "Бахмутський район")],
        [],
        [],
        [(Phase.CLEAR, "Бахмутський район")],
    ]
    assert [batch.baseline for batch in batches] == [True, False, False, False, False]
    assert [None if b.state is None else len(b.state) for b in batches] == [1, 2, None, 2, 0]
    assert batches[1].bulletins[0].published_at == BEGAN
    assert batches[2].bulletins[0].title == "x"
    assert time.now == NOW + timedelta(seconds=45)


async def test_another_day_and_another_speed_change_no_age() -> None:
    later = NOW + timedelta(days=100)
    time = Passing(later)

    batches = await played(NIGHT, time, speed=10)

    (began,) = batches[1].bulletins
    assert began.received_at == later + timedelta(seconds=1.5)
    assert began.published_at
    assert began.received_at - began.published_at == timedelta(minutes=2, seconds=15)
    assert time.now == later + timedelta(seconds=4.5)


async def test_a_day_can_be_played_twice() -> None:
    first = await played(NIGHT, Passing(NOW))
    again = await played(NIGHT, Passing(NOW + timedelta(hours=1)))

    keys = [one.key for batch in (*first, *again) for one in batch.bulletins]
    assert len(keys) == len(set(keys))


class Scripted:
    """A source that brings what a test wrote."""

    name = "air"
    every = timedelta(seconds=15)

    def __init__(self, *script: Batch | SourceError) -> None:
        self._script = list(script)

    async def fetch(self, _cursor: Cursor | None) -> Batch:
        step = self._script.pop(0)
        if isinstance(step, SourceError):
            raise step
        return step


async def nothing(_batch: Batch) -> Sequence[Taken]:
    return []


async def test_every_good_poll_is_kept_in_a_file_a_day(sqlite: Database, tmp_path: Path) -> None:
    time = Passing(NOW)
    recorder = Recorder(tmp_path / "kept", time.clock)
    good = Batch("air", (), None, baseline=False, state=seen(BAKHMUT), deduced=True)
    source = Scripted(good, SourceError("down"), good, good)
    poller = Poller(source, sqlite, nothing, time.clock, recorder=recorder)
    with capture_logs():
        for _ in range(3):
            await poller.poll()
        time.now += timedelta(days=1)
        await poller.poll()

    files = sorted((tmp_path / "kept").iterdir())
    assert [file.name for file in files] == ["air-2026-03-05.jsonl", "air-2026-03-06.jsonl"]
    assert list(read(files[0].read_bytes().splitlines())) == [Poll(NOW, "air", seen(BAKHMUT))] * 2


async def test_a_folder_that_cannot_be_written_stops_no_source(
    sqlite: Database, tmp_path: Path
) -> None:
    (tmp_path / "kept").write_text("a file")
    recorder = Recorder(tmp_path / "kept", Passing(NOW).clock)
    taken: list[Batch] = []

    async def take(batch: Batch) -> Sequence[Taken]:
        taken.append(batch)
        return []

    good = Batch("air", (), None, baseline=False, state=seen())
    poller = Poller(Scripted(good), sqlite, take, Passing(NOW).clock, recorder=recorder)
    with capture_logs() as logs:
        await poller.poll()

    assert taken == [good]
    assert [log["event"] for log in logs] == ["not_recorded"]


@asynccontextmanager
async def running(url: str) -> AsyncIterator[list[Bulletin]]:
    """A process that holds the lease and takes what arrives."""
    database = Database(url)
    taken: list[Bulletin] = []

    async def run() -> None:
        while True:
            async with database.write() as transaction:
                found = await ingest_queue.waiting(transaction, 10)
                if found:
                    taken.extend(one.bulletin for one in found)
                    became = {one.id: Taken(repeated=False, matched=3) for one in found}
                    await ingest_queue.take(transaction, became, NOW)
            await asyncio.sleep(0.01)

    async with lease(database):
        task = asyncio.create_task(run())
        try:
            yield taken
        finally:
            task.cancel()
            await asyncio.wait([task])
    await database.close()


async def replay(database: Database, file: Path) -> tuple[int, list[str]]:
    said: list[str] = []
    time = Passing(NOW)
    locator = Locator(gazetteer(), database)
    made = Replay(database, time.clock, time.sleep, locator.located, said.append)
    return await made.play(str(file), 1.0), said


async def test_a_replay_says_what_became_of_each(database_url: str, tmp_path: Path) -> None:
    file = tmp_path / "night.jsonl"
    file.write_bytes(b"".join(map(write, NIGHT)))
    database = Database(database_url)
    async with running(database_url) as taken:
        code, said = await replay(database, file)
    await database.close()

    assert (code, said) == (
        0,
        [
            "08:00:15 air: new, 3 matched: Повітряна тривога: Бахмутський район",
            "08:00:20 news: new, 3 matched: x",
            "08:00:45 air: new, 3 matched: Відбій повітряної тривоги: Бахмутський район",
            "5 polls, 3 bulletins",
            "3 new, 0 repeated, 9 matched",
        ],
    )
    assert taken[0].regions == ("UA14020000000013572",)


async def test_a_replay_needs_a_file_and_something_that_runs(
    sqlite: Database, tmp_path: Path
) -> None:
    file = tmp_path / "night.jsonl"
    assert await replay(sqlite, file) == (1, [f"{file}: No such file or directory"])
    file.write_text("{")
    code, said = await replay(sqlite, file)
    assert (code, "line 1" in said[0]) == (1, True)
    file.write_bytes(write(NIGHT[0]))
    code, said = await replay(sqlite, file)
    assert (code, "nothing runs here" in said[0]) == (1, True)
