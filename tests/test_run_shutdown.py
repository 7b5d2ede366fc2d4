"""Shutdown: calls in flight finish, and the log reports what is left."""

import asyncio
import json
import os
import signal
from datetime import UTC, datetime
from pathlib import Path

from support.installation import Installation, ask, wait_for_end
from support.stored_subscriptions import store_subscriptions

from bot.cli.main import stop_on_signal
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import ingest_queue
from storage.inbound.bulletins import Bulletin


async def test_a_shutdown_waits_seconds_for_calls_in_flight_and_logs_the_backlog(
    standin: Standin, tmp_path: Path, sqlite: Database
) -> None:
    """SIGTERM gives calls in flight eight seconds to finish."""
    installation = Installation(tmp_path, standin, "[delivery]\nrate = 4")  # time to stop it
    persons = [standin.people.person(f"P{number}", started=True) for number in range(20)]
    now = datetime.now(UTC)
    await store_subscriptions(sqlite, [person.id for person in persons], "Odesa", now)
    news = Bulletin(source="blog", key="1", title="Odesa opens its opera", received_at=now)
    async with sqlite.write() as transaction:
        await ingest_queue.enqueue(transaction, [news], now)
    standin.faults.slow(60, method="sendMessage", skip=3)
    standin.faults.slow(2, method="sendMessage", times=None)
    async with installation.started() as process:
        await standin.journal.wait(lambda journal: len(journal.of("sendMessage")) >= 5)
        process.send_signal(signal.SIGTERM)
        _, err = await wait_for_end(process)
    log = {line["event"]: line for line in map(json.loads, err.splitlines())}
    assert process.returncode == 0
    assert log["calls_left_in_doubt"]["count"] == 1
    reached = sum("opera" in text for person in persons for text in person.chat.texts)
    assert 5 <= reached < 20
    # The stand-in has accepted the call in doubt.
    assert log["stopped"]["pending"] == 20 - reached


async def test_a_second_poller_is_logged_as_an_error_and_outlived(
    standin: Standin, tmp_path: Path
) -> None:
    """Another program uses the same token, so Telegram answers 409 to getUpdates."""
    person = standin.people.person("Ann")
    conflict = {"ok": False, "error_code": 409, "description": "Conflict: terminated by other"}
    standin.faults.answer(409, conflict, method="getUpdates")
    async with Installation(tmp_path, standin).started() as process:
        await ask(person, "/id")
        await ask(person, "/id")
        process.send_signal(signal.SIGTERM)
        _, err = await wait_for_end(process)
    errors = [line for line in map(json.loads, err.splitlines()) if line["level"] == "error"]
    assert {line["event"] for line in errors} == {"another_poller"}
    assert process.returncode == 0


async def test_a_closed_terminal_ends_the_process_after_the_calls_in_flight(
    standin: Standin, tmp_path: Path
) -> None:
    """SIGHUP used to kill the process, and every message in flight was sent twice."""
    installation = Installation(tmp_path, standin)
    person = standin.people.person("Ann")
    async with installation.started() as process:
        await ask(person, "/id")
        standin.faults.slow(1, method="sendMessage")
        await person.send("/privacy")
        await person.chat.wait(lambda messages: len(messages) == 4)  # sent, and not yet confirmed
        process.send_signal(signal.SIGHUP)
        _, err = await wait_for_end(process)
    assert process.returncode == 0
    events = [line["event"] for line in map(json.loads, err.splitlines())]
    assert events[-1] == "stopped"
    assert "calls_left_in_doubt" not in events


async def test_a_process_started_with_nohup_outlives_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the process inherits it
    loop, later = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, later.set)
    try:
        stop = stop_on_signal()
        os.kill(os.getpid(), signal.SIGHUP)
        os.kill(os.getpid(), signal.SIGUSR1)  # handled after it
        async with asyncio.timeout(60):
            await later.wait()
        assert not stop.is_set()
    finally:
        for number in (signal.SIGUSR1, signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
        signal.signal(signal.SIGHUP, before)
