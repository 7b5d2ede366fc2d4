"""Floods by strangers: while one goes on, an alert to somebody else leaves."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.installation import Installation, ask, free_port
from support.shared_resources import gazetteer, reader, topics

from alerts.classification import read_bulletin
from alerts.stored_readings import pack_reading
from benchmarks.floods import FLOODS, HOOK_NAME, HOOK_SECRET, Flood, FloodTarget
from bot import app
from bot.config import load, token
from bot.language_resources import LanguageResources
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import bulletins, ingest_queue, readings
from storage.inbound.bulletins import Bulletin, Kind

pytestmark = pytest.mark.long

REPORTS = 2_100
_WORDS = "Trains to the port are late because a bridge over the river is closed for repairs today. "
REPORT = (_WORDS * 12)[:1_000]
_FLOOD_SECONDS = 3.0  # before the alert
_WEBHOOK = f"""
[[source]]
kind = "webhook"
name = "{HOOK_NAME}"
secret = "{HOOK_SECRET}"
"""
_WAIT_SECONDS = 180.0


async def store_reports(database: Database) -> None:
    """Store reports of 1,000 letters with their readings."""
    new = [
        Bulletin(
            source="press", key=str(n), title=f"No {n}", text=REPORT, received_at=datetime.now(UTC)
        )
        for n in range(REPORTS)
    ]
    reading = read_bulletin(reader(), new[0])
    async with database.write() as transaction:
        stored = await bulletins.add_all(transaction, new)
        await readings.put(transaction, [pack_reading(reader(), b, reading) for b in stored])


class LoopSteps:
    """CPU time of the steps of the event loop."""

    longest_ms = 0.0
    longest = ""

    @contextmanager
    def measured(self) -> Iterator[None]:
        run = asyncio.events.Handle._run

        def measured_run(handle: asyncio.events.Handle) -> None:
            started = time.thread_time()
            run(handle)
            spent_ms = (time.thread_time() - started) * 1000
            if spent_ms > self.longest_ms:
                self.longest_ms, self.longest = spent_ms, _describe(handle)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(asyncio.events.Handle, "_run", measured_run)
            yield


def _describe(handle: asyncio.Handle) -> str:
    callback = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    return repr(task.get_coro()) if isinstance(task, asyncio.Task) else repr(handle)


@asynccontextmanager
async def running_app(standin: Standin, folder: Path, url: str, listen: str) -> AsyncIterator[None]:
    """Run the app in this process."""
    installation = Installation(folder, standin, extra=_WEBHOOK)
    text = installation.config.read_text().replace('listen = ""', f'listen = "{listen}"')
    sqlite_url = f"sqlite+aiosqlite:///{folder / 'tocsin.db'}"
    installation.config.write_text(text.replace(sqlite_url, url))
    config = load(installation.config, {})
    resources = LanguageResources(gazetteer(), topics(), reader())
    stop = asyncio.Event()
    secret = token(config, installation.config).get_secret_value()
    async with asyncio.timeout(_WAIT_SECONDS), asyncio.TaskGroup() as group:
        group.create_task(app.run(config, secret, resources, stop))
        try:
            yield
        finally:
            stop.set()


@pytest.mark.parametrize("flood", FLOODS, ids=lambda flood: flood.name)
async def test_an_alert_leaves_while_strangers_flood(
    standin: Standin,
    database: Database,
    database_url: str,
    tmp_path: Path,
    flood: Flood,
) -> None:
    """Searches that read 2,000 texts each on the event loop delayed everybody by many seconds."""
    await store_reports(database)
    ann = standin.people.person("Ann")
    steps = LoopSteps()
    listen = f"127.0.0.1:{free_port()}"
    target = FloodTarget(standin, f"http://{listen}")
    async with running_app(standin, tmp_path, database_url, listen):
        await ask(ann, "/subscribe Kherson")  # no flood raises an alert there
        with steps.measured():
            flooding = asyncio.create_task(_run_forever(flood, target))
            await asyncio.sleep(_FLOOD_SECONDS)
            await _publish_alert(database)
            async with asyncio.timeout(_WAIT_SECONDS):
                await ann.chat.wait(lambda messages: "Take shelter" in messages[-1].text)
            was_flooding = not flooding.done()
            flooding.cancel()
            await asyncio.wait({flooding}, timeout=_WAIT_SECONDS)
    # Shown by pytest -s. Timings are no test: the machine may be busy.
    sys.stderr.write(f"\n{flood.name}: longest step {steps.longest_ms:.0f} ms, {steps.longest}\n")
    assert was_flooding


async def _run_forever(flood: Flood, target: FloodTarget) -> None:
    await flood.run(target)


async def _publish_alert(database: Database) -> None:
    now = datetime.now(UTC)
    alert = Bulletin(
        source="official",
        key="1",
        title="Air raid alert in Kherson",
        text="Take shelter now.",
        kind=Kind.ALERT,
        received_at=now,
    )
    async with database.write() as transaction:
        await ingest_queue.enqueue(transaction, [alert], now)
