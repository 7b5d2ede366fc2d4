"""Updates: stored before they are confirmed, answered once, in order within a chat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from support.wait_until import wait_until
from telegram import Bot

from bot.delivery.http_transport import AiohttpRequest
from bot.ingest.metrics import UpdateMetrics
from bot.ops.http_server import Address, HttpServer
from bot.standin.server import Standin
from bot.telegram import update_queue
from bot.telegram.update_poller import UpdatePoller
from bot.telegram.update_queue import UpdateQueue
from bot.telegram.webhook import webhook_route
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.inbound.update_inbox import PendingUpdate, chat_id_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def message(update_id: int, chat: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}, "text": str(update_id)}}


class FakeDispatcher:
    """Records and completes updates; `gates` delay them, `failing` ones raise."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.started: list[int] = []
        self.answered: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.failing: set[int] = set()

    async def __call__(self, incoming: PendingUpdate) -> None:
        self.started.append(incoming.update_id)
        if gate := self.gates.get(incoming.update_id):
            await asyncio.wait_for(gate.wait(), 120)
        if incoming.update_id in self.failing:
            raise RuntimeError
        async with self.database.write() as transaction:
            await update_inbox.complete(transaction, incoming.update_id, NOW)
        self.answered.append(incoming.update_id)

    async def wait_for(self, *updates: int) -> None:
        await wait_until(lambda: set(updates) <= set(self.answered), f"{updates[-1]} is answered")


def unused_metrics() -> UpdateMetrics:
    return UpdateMetrics(CollectorRegistry(), ())


@asynccontextmanager
async def running_queue(database: Database) -> AsyncIterator[tuple[UpdateQueue, FakeDispatcher]]:
    dispatcher = FakeDispatcher(database)
    queue = UpdateQueue(database, dispatcher, lambda: NOW, unused_metrics())
    run = asyncio.create_task(queue.run())
    try:
        yield queue, dispatcher
    finally:
        run.cancel()
        await asyncio.wait({run}, timeout=120)


async def test_a_chat_is_answered_in_order_and_waits_for_no_other_chat(database: Database) -> None:
    async with running_queue(database) as (queue, dispatcher):
        dispatcher.gates[1] = asyncio.Event()
        await queue.store([message(1, 10), message(2, 10), message(3, 20)])
        await dispatcher.wait_for(3)
        assert dispatcher.started == [1, 3]
        dispatcher.gates[1].set()
        await dispatcher.wait_for(1, 2)
        assert dispatcher.answered == [3, 1, 2]


async def test_the_metrics_count_updates_by_kind(sqlite: Database) -> None:
    registry = CollectorRegistry()
    queue = UpdateQueue(
        sqlite, FakeDispatcher(sqlite), lambda: NOW, UpdateMetrics(registry, ("message", "poll"))
    )
    await queue.store([message(1, 10), message(2, 10), {"update_id": 3, "novelty": {}}])
    kinds = {
        kind: registry.get_sample_value("tocsin_updates_total", {"kind": kind})
        for kind in ("message", "poll", "other")
    }
    assert kinds == {"message": 2, "poll": 0, "other": 1}


async def test_an_update_that_comes_twice_is_answered_once(sqlite: Database) -> None:
    async with running_queue(sqlite) as (queue, dispatcher):
        await queue.store([message(1, 10)])
        await queue.store([message(1, 10), message(2, 10)])
        await dispatcher.wait_for(2)
        await queue.store([message(1, 10), message(3, 10)])
        await dispatcher.wait_for(3)
        assert dispatcher.answered == [1, 2, 3]


async def test_a_later_update_with_a_lower_id_is_answered(
    sqlite: Database,
) -> None:
    async with running_queue(sqlite) as (queue, dispatcher):
        await queue.store([message(5, 10)])
        await dispatcher.wait_for(5)
        await queue.store([message(4, 10)])
        await dispatcher.wait_for(4)


async def test_a_failed_update_delays_no_other_and_is_answered_after_a_restart(
    sqlite: Database,
) -> None:
    async with running_queue(sqlite) as (queue, dispatcher):
        dispatcher.failing = {1}
        await queue.store([message(1, 10), message(2, 10)])
        await dispatcher.wait_for(2)
    async with running_queue(sqlite) as (_, dispatcher):
        await dispatcher.wait_for(1)


async def test_a_flood_of_updates_is_processed_in_batches(sqlite: Database) -> None:
    async with running_queue(sqlite) as (queue, dispatcher):
        await queue.store([message(n, n % 7) for n in range(1, 1_300)])
        await dispatcher.wait_for(*range(1, 1_300))
        assert sorted(dispatcher.answered) == list(range(1, 1_300))


async def test_a_shutdown_finishes_started_updates_and_leaves_the_others(sqlite: Database) -> None:
    async with running_queue(sqlite) as (queue, dispatcher):
        gate = dispatcher.gates[1] = asyncio.Event()
        await queue.store([message(1, 10), message(2, 10), message(3, 20)])
        await dispatcher.wait_for(3)
        asyncio.get_running_loop().call_later(0.2, gate.set)
    assert dispatcher.answered == [3, 1]
    async with running_queue(sqlite) as (_, next_dispatcher):
        await next_dispatcher.wait_for(2)
    assert next_dispatcher.answered == [2]


async def test_a_shutdown_does_not_wait_for_an_endless_update(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update_queue, "_FINISH_SECONDS", 0.1)
    async with running_queue(sqlite) as (queue, dispatcher):
        dispatcher.gates[1] = asyncio.Event()
        await queue.store([message(1, 10), message(2, 20)])
        await dispatcher.wait_for(2)
    assert dispatcher.started == [1, 2]
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()


async def test_a_flood_from_one_chat_delays_no_other_chat(sqlite: Database) -> None:
    """Chats take turns, so a chat that writes after 3,000 updates of another is next."""
    async with running_queue(sqlite) as (queue, dispatcher):
        await queue.store([message(n, 666) for n in range(1, 3_001)])
        await dispatcher.wait_for(3)
        await queue.store([message(5_000 + n, 10 + n) for n in range(30)])
        await dispatcher.wait_for(*range(5_000, 5_030))
        from_flood = [update for update in dispatcher.answered if update <= 3_000]
        assert len(from_flood) < 1_000
        assert from_flood == list(range(1, len(from_flood) + 1))


async def test_an_update_is_confirmed_after_it_is_stored(
    sqlite: Database,
) -> None:
    async with Standin() as standin:
        request = AiohttpRequest(connections=4, timeout_seconds=40)
        await request.initialize()
        base = f"{standin.url}/bot"
        bot = Bot(standin.token, base_url=base, request=request, get_updates_request=request)
        person = standin.people.person("Ann")
        stored: list[int] = []
        is_stored = asyncio.Event()
        is_broken = True

        async def store(updates: Any) -> None:
            nonlocal is_broken
            if updates and is_broken:
                is_broken = False
                raise OSError
            stored.extend(update["update_id"] for update in updates)
            is_stored.set()

        run = asyncio.create_task(UpdatePoller(bot, store).run(None))
        await person.send("hello")
        async with asyncio.timeout(180):
            await is_stored.wait()
        run.cancel()
        await asyncio.wait({run})
        await request.shutdown()
    polls = standin.journal.of("getUpdates")
    assert len(stored) == 1
    assert [poll.params.get("offset") for poll in polls[:2]] == [None, None]


async def test_a_webhook_request_needs_the_secret_and_is_stored(sqlite: Database) -> None:
    queue = UpdateQueue(sqlite, FakeDispatcher(sqlite), lambda: NOW, unused_metrics())
    hook = webhook_route("https://bot.example.org/updates", SecretStr("sesame"), queue.store)
    server = HttpServer(Address("127.0.0.1", 0), {}, telegram=hook)
    url = f"http://127.0.0.1:{await server.start()}/updates"
    header = "X-Telegram-Bot-Api-Secret-Token"
    async with ClientSession() as session:
        answers = [
            (await session.post(url, json=message(1, 10))).status,
            (await session.post(url, json=message(1, 10), headers={header: "other"})).status,
            (await session.post(url, data="{", headers={header: "sesame"})).status,
            (await session.post(url, json=[1], headers={header: "sesame"})).status,
            (await session.post(url, json=message(2, 10), headers={header: "sesame"})).status,
        ]
    await server.stop()
    assert answers == [401, 401, 400, 400, 200]
    async with sqlite.read() as transaction:
        assert [i.update_id for i in await update_inbox.next_waiting(transaction, 9, [])] == [2]


@pytest.mark.parametrize(
    ("update", "chat"),
    [
        (message(1, 10), 10),
        (
            {
                "update_id": 1,
                "callback_query": {"from": {"id": 3}, "message": {"chat": {"id": -4}}},
            },
            -4,
        ),
        ({"update_id": 1, "my_chat_member": {"chat": {"id": 5}, "from": {"id": 6}}}, 5),
        ({"update_id": 1, "inline_query": {"from": {"id": 6}}}, 6),
        ({"update_id": 1, "something": {"new": True}}, 0),
        ({"update_id": 1, "something": "else"}, 0),
    ],
)
def test_an_update_belongs_to_its_chat(update: dict[str, Any], chat: int) -> None:
    assert chat_id_of(update) == chat
