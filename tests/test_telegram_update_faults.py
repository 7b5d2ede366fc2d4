"""Faults of updates: malformed ones, failing ones, a silent Telegram, a refused token."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from structlog.testing import capture_logs
from support.installation import Installation
from support.wait_until import wait_until
from telegram import Bot

from bot.delivery.http_transport import AiohttpRequest
from bot.ingest.metrics import UpdateMetrics
from bot.standin.errors import Unauthorized
from bot.standin.server import Standin
from bot.telegram import update_poller, update_queue
from bot.telegram.update_poller import UpdatePoller, is_update
from bot.telegram.update_queue import UpdateQueue
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.inbound.update_inbox import PendingUpdate

NOW = datetime(2026, 3, 1, tzinfo=UTC)

MALFORMED: list[Any] = [
    None,
    7,
    "update",
    [],
    {},
    {"update_id": "1"},
    {"update_id": True},
    {"update_id": -1},
    {"update_id": 2**63},
    {"update_id": 1.5},
]

STRANGE: list[dict[str, Any]] = [
    {"message": {"chat": {"id": 1}, "text": "lone \ud83d surrogate"}},
    {"message": {"chat": {"id": 2**70}, "text": "huge"}},
    {"message": {"chat": {"id": 1}, "text": "nul \x00 character"}},
    {"message": {"chat": {"id": 1}, "date": 2**70}},
    {"message": "text in place of an object"},
]


def message(update_id: int, chat: int = 5) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}, "text": "/help"}}


async def ignore(_update: PendingUpdate) -> None:
    return None


def build_queue(database: Database, process: Any = ignore) -> UpdateQueue:
    return UpdateQueue(database, process, lambda: NOW, UpdateMetrics(CollectorRegistry(), ()))


@pytest.mark.parametrize("value", MALFORMED, ids=str)
def test_a_value_without_a_usable_id_is_no_update(value: object) -> None:
    assert not is_update(value)


@pytest.mark.parametrize("payload", STRANGE, ids=range(len(STRANGE)))
async def test_a_strange_update_is_stored_with_the_others(
    database: Database, payload: dict[str, Any]
) -> None:
    """An update that could not be stored used to block all that came with it, for ever."""
    await build_queue(database).store([{"update_id": 7, **payload}, message(8)])
    async with database.read() as transaction:
        waiting = await update_inbox.next_waiting(transaction, 10)
    assert {update.update_id for update in waiting} == {7, 8}


class ScriptedBot:
    """Bot whose getUpdates returns one scripted batch, and then nothing."""

    def __init__(self, *batches: list[Any]) -> None:
        self.batches = list(batches)
        self.offsets: list[int | None] = []

    async def do_api_request(self, _method: str, api_kwargs: dict[str, Any]) -> list[Any]:
        self.offsets.append(api_kwargs["offset"])
        if not self.batches:
            await asyncio.sleep(3600)
        return self.batches.pop(0)


async def test_malformed_updates_are_left_out_and_the_next_poll_goes_on(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update_poller, "_FIRST_BACKOFF_SECONDS", 0.01)
    bot = ScriptedBot([*MALFORMED, message(41), message(43)], [*MALFORMED])
    queue = build_queue(sqlite)
    task = asyncio.create_task(UpdatePoller(bot, queue.store).run(None))  # type: ignore[arg-type]
    await wait_until(lambda: len(bot.offsets) == 3, "the poller polls on")
    task.cancel()
    assert bot.offsets == [None, 44, 44]
    async with sqlite.read() as transaction:
        waiting = await update_inbox.next_waiting(transaction, 10)
    assert [update.update_id for update in waiting] == [41, 43]


@pytest.mark.parametrize("answer", [None, {}, {"update_id": 5}, "updates", True, 7], ids=str)
async def test_an_answer_that_is_no_list_of_updates_is_no_answer_of_telegram(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch, answer: Any
) -> None:
    """The poller used to fail with a traceback, while /readyz stayed green."""
    monkeypatch.setattr(update_poller, "_FIRST_BACKOFF_SECONDS", 0.01)
    now = 0.0
    bot = ScriptedBot(answer, answer)
    poller = UpdatePoller(bot, build_queue(sqlite).store, clock=lambda: now)  # type: ignore[arg-type]
    with capture_logs() as log:
        task = asyncio.create_task(poller.run(None))
        await asyncio.sleep(0)  # it has started, and waits for the first answer
        now = 45.0
        await wait_until(lambda: len(bot.offsets) == 3, "the poller polls on")
        assert "45 s" in (await poller.check() or "")
        task.cancel()
    assert {line["event"] for line in log} == {"polling_failed", "telegram_silent"}
    assert "expected a list of updates" in log[0]["error"]


async def test_empty_answers_that_come_at_once_are_not_asked_for_without_pause(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that does not wait for updates used to keep a core busy."""
    pauses: list[float] = []
    sleep = asyncio.sleep

    async def note_pause(seconds: float) -> None:
        pauses.append(seconds)
        await sleep(3600 if seconds == 3600 else 0)

    monkeypatch.setattr(asyncio, "sleep", note_pause)
    bot = ScriptedBot([], [], [message(41)], [])
    poller = UpdatePoller(bot, build_queue(sqlite).store)  # type: ignore[arg-type]
    task = asyncio.create_task(poller.run(None))
    await wait_until(lambda: len(bot.offsets) == 5, "the poller polls on")
    task.cancel()
    assert [seconds for seconds in pauses if seconds >= 1] == [1, 1, 1, 3600]


class Failing:
    """Processing that fails a number of times for some updates, then completes them."""

    def __init__(self, database: Database, failures: dict[int, int]) -> None:
        self.database = database
        self.failures = failures
        self.attempts: list[int] = []
        self.done: list[int] = []

    async def __call__(self, update: PendingUpdate) -> None:
        self.attempts.append(update.update_id)
        if self.failures.get(update.update_id, 0) > 0:
            self.failures[update.update_id] -= 1
            raise OSError("disk full")
        async with self.database.write() as transaction:
            await update_inbox.complete(transaction, update.update_id, NOW)
        self.done.append(update.update_id)


async def run_until_done(queue: UpdateQueue, failing: Failing, ids: set[int]) -> None:
    task = asyncio.create_task(queue.run())
    await wait_until(lambda: set(failing.done) >= ids, f"{sorted(ids)[-1]} is handled")
    task.cancel()
    await asyncio.wait({task})


async def test_an_update_that_failed_is_handled_again_without_a_restart(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A channel post that met one failed write used to wait for the next restart."""
    monkeypatch.setattr(update_queue, "_FIRST_BACKOFF_SECONDS", 0.01)
    failing = Failing(sqlite, {1: 3})
    queue = build_queue(sqlite, failing)
    await queue.store([message(1), message(2), message(3, chat=6)])
    await run_until_done(queue, failing, {1, 2, 3})
    assert failing.attempts.count(1) == 4
    assert failing.attempts.count(2) == 1


async def test_six_hundred_failed_updates_do_not_stop_the_others(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five hundred failed updates used to stop every answer until a restart."""
    monkeypatch.setattr(update_queue, "_FIRST_BACKOFF_SECONDS", 600.0)
    monkeypatch.setattr(update_queue, "_MAX_BACKOFF_SECONDS", 600.0)
    failing = Failing(sqlite, dict.fromkeys(range(1, 601), 1))
    queue = build_queue(sqlite, failing)
    await queue.store([message(number, chat=number) for number in range(1, 602)])
    with capture_logs():
        await run_until_done(queue, failing, {601})
    assert failing.done == [601]


async def test_a_failing_update_is_tried_less_and_less_often(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    delays: list[float] = []
    loop = asyncio.get_running_loop()
    call_later = loop.call_later

    def record(delay: float, *arguments: Any, **options: Any) -> Any:
        if arguments[0].__name__ == "_release":
            delays.append(delay)
            delay = 0
        return call_later(delay, *arguments, **options)

    monkeypatch.setattr(loop, "call_later", record)
    failing = Failing(sqlite, {1: 8})
    queue = build_queue(sqlite, failing)
    await queue.store([message(1)])
    with capture_logs():
        await run_until_done(queue, failing, {1})
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_a_silent_telegram_is_a_problem_until_it_answers() -> None:
    """/readyz used to stay green while Telegram answered no call for 45 seconds."""
    now = 0.0
    async with Standin() as standin:
        request = AiohttpRequest(connections=2, timeout_seconds=40)
        await request.initialize()
        bot = Bot(
            standin.token,
            base_url=f"{standin.url}/bot",
            request=request,
            get_updates_request=request,
        )
        stored = asyncio.Event()

        async def store(updates: Any) -> None:
            if updates:
                stored.set()

        poller = UpdatePoller(bot, store, clock=lambda: now)
        assert await poller.check() is None
        now = 45.0
        assert "45 s" in (await poller.check() or "")
        task = asyncio.create_task(poller.run(None))
        await standin.people.person("Ann").send("hello")
        async with asyncio.timeout(120):
            await stored.wait()
        assert await poller.check() is None
        task.cancel()
        await asyncio.wait({task})
        await request.shutdown()


async def test_a_refused_token_ends_the_process_with_one_sentence(tmp_path: Path) -> None:
    """A rejected token used to fill the log for ever."""
    async with Standin() as standin:
        standin.faults.refuse(Unauthorized(), times=None)
        installation = Installation(tmp_path, standin)
        code, _, err = await installation.call("run")
    assert code == 1
    assert "Traceback" not in err
    sentence = "Telegram rejects the token: check telegram.token, or get a new one from @BotFather"
    assert [line for line in err.splitlines() if line.startswith("tocsin: ")] == [
        f"tocsin: {sentence}"
    ]


async def test_ids_that_go_on_lower_after_days_without_updates_are_received(
    sqlite: Database,
) -> None:
    """Telegram continues the ids at random after a week; the old offset confirmed them unseen."""
    seconds = 0.0
    bot = ScriptedBot([message(700)], [], [], [message(90)], [message(91)])
    answers = bot.do_api_request

    async def days_later(method: str, api_kwargs: dict[str, Any]) -> list[Any]:
        nonlocal seconds
        seconds += 3.5 * 86_400
        return await answers(method, api_kwargs)

    bot.do_api_request = days_later  # type: ignore[method-assign,assignment]
    queue = build_queue(sqlite)
    poller = UpdatePoller(bot, queue.store, lambda: seconds)  # type: ignore[arg-type]
    task = asyncio.create_task(poller.run(None))
    await wait_until(lambda: len(bot.offsets) == 6, "the poller polls on")
    task.cancel()
    assert bot.offsets == [None, 701, 701, None, 91, 92]
    async with sqlite.read() as transaction:
        waiting = await update_inbox.next_waiting(transaction, 10)
    assert {update.update_id for update in waiting} == {700, 90, 91}


async def test_a_restart_polls_from_the_update_received_last(database: Database) -> None:
    """The bot polled from the highest id of all time, and confirmed lower ones unseen."""
    now = NOW
    metrics = UpdateMetrics(CollectorRegistry(), ())
    queue = UpdateQueue(database, ignore, lambda: now, metrics)
    assert await queue.offset() is None
    await queue.store([message(700)])
    now += timedelta(days=8)
    assert await queue.offset() is None
    await queue.store([message(90), message(91)])
    assert await queue.offset() == 92
    now += timedelta(minutes=5)
    await queue.store([message(92)])
    async with database.write() as transaction:
        await update_inbox.complete_all(transaction, [90, 91, 92, 700], now)
        await update_inbox.purge(transaction, now + timedelta(days=1))
    assert await queue.offset() == 93


async def test_a_watched_channels_post_overtakes_a_flood_of_strangers(sqlite: Database) -> None:
    """All slots were taken by strangers, and 500 of their updates waited before the post."""
    gate, handled = asyncio.Event(), list[int]()

    async def process(update: PendingUpdate) -> None:
        if "channel_post" not in update.payload:
            await asyncio.wait_for(gate.wait(), 120)
        async with sqlite.write() as transaction:
            await update_inbox.complete(transaction, update.update_id, NOW)
        handled.append(update.update_id)

    metrics = UpdateMetrics(CollectorRegistry(), ())
    queue = UpdateQueue(
        sqlite, process, lambda: NOW, metrics, lambda update: "channel_post" in update.payload
    )
    await queue.store([message(number, chat=number) for number in range(1, 1_201)])
    task = asyncio.create_task(queue.run())
    await wait_until(lambda: len(queue._claimed) >= 500, "the window is full")
    posts = [{"update_id": 2_000 + n, "channel_post": {"chat": {"id": -9}}} for n in range(3)]
    await queue.store([*posts, posts[0]])
    await wait_until(lambda: len(handled) >= 3, "the posts are handled")
    assert handled == [2_000, 2_001, 2_002]
    gate.set()
    await wait_until(lambda: len(handled) == 1_203, "the strangers are answered")
    task.cancel()
    await asyncio.wait({task})


async def test_long_messages_are_handled_one_at_a_time_beside_the_others(sqlite: Database) -> None:
    """Sixteen people with 4,000 characters each held the loop in turn, and all alerts with it."""
    gate, at_work, handled = asyncio.Event(), set[int](), list[int]()

    async def process(update: PendingUpdate) -> None:
        at_work.add(update.update_id)
        if update.update_id <= 16:
            await asyncio.wait_for(gate.wait(), 120)
        async with sqlite.write() as transaction:
            await update_inbox.complete(transaction, update.update_id, NOW)
        handled.append(update.update_id)

    long_texts = [message(number, chat=number) for number in range(1, 17)]
    for number, update in enumerate(long_texts):
        holder = update["message"]
        if number % 3 == 1:
            holder["reply_to_message"] = {}
            holder = holder["reply_to_message"]
        holder["caption" if number % 3 == 2 else "text"] = "x" * 4_096
    queue = UpdateQueue(sqlite, process, lambda: NOW, UpdateMetrics(CollectorRegistry(), ()))
    await queue.store([*long_texts, *(message(number, chat=number) for number in range(17, 40))])
    task = asyncio.create_task(queue.run())
    await wait_until(lambda: len(handled) == 23, "the short ones are answered")
    assert sorted(handled) == [*range(17, 40)]
    assert len(at_work) == 24
    gate.set()
    await wait_until(lambda: len(handled) == 39, "the long ones are answered")
    task.cancel()
    await asyncio.wait({task})
