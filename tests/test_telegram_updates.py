"""Updates: kept before they are confirmed, answered once, in order within a chat."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientSession
from prometheus_client import CollectorRegistry
from pydantic import SecretStr
from telegram import Bot

from bot.delivery.http_transport import AiohttpRequest
from bot.ingest.metrics import UpdateCounts
from bot.ops.http_server import Address, HttpServer
from bot.standin.server import Standin
from bot.telegram import update_queue
from bot.telegram.update_queue import Inbox, UpdatePoller
from bot.telegram.webhook import telegram_hook
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.inbound.update_inbox import Incoming, chat_of

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def message(update_id: int, chat: int) -> dict[str, Any]:
    return {"update_id": update_id, "message": {"chat": {"id": chat}, "text": str(update_id)}}


class Clerk:
    """Answers updates: notes them and completes them, as slowly as it is told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.begun: list[int] = []
        self.answered: list[int] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.failing: set[int] = set()

    async def __call__(self, incoming: Incoming) -> None:
        self.begun.append(incoming.update_id)
        if gate := self.gates.get(incoming.update_id):
            await gate.wait()
        if incoming.update_id in self.failing:
            raise RuntimeError
        async with self.database.write() as transaction:
            await update_inbox.complete(transaction, incoming.update_id, NOW)
        self.answered.append(incoming.update_id)

    async def until(self, *updates: int) -> None:
        async with asyncio.timeout(180):
            while not set(updates) <= set(self.answered):  # noqa: ASYNC110 - it rings no bell
                await asyncio.sleep(0.01)


def nobody_counts() -> UpdateCounts:
    return UpdateCounts(CollectorRegistry(), ())


@asynccontextmanager
async def open_office(database: Database) -> AsyncIterator[tuple[Inbox, Clerk]]:
    clerk = Clerk(database)
    box = Inbox(database, clerk, lambda: NOW, nobody_counts())
    run = asyncio.create_task(box.run())
    try:
        yield box, clerk
    finally:
        run.cancel()
        await asyncio.wait({run})


async def test_a_chat_is_answered_in_order_and_waits_for_no_other(database: Database) -> None:
    async with open_office(database) as (box, clerk):
        clerk.gates[1] = asyncio.Event()
        await box.keep([message(1, 10), message(2, 10), message(3, 20)])
        await clerk.until(3)
        assert clerk.begun == [1, 3]
        clerk.gates[1].set()
        await clerk.until(1, 2)
        assert clerk.answered == [3, 1, 2]


async def test_an_operator_sees_what_kinds_of_updates_come(sqlite: Database) -> None:
    registry = CollectorRegistry()
    box = Inbox(sqlite, Clerk(sqlite), lambda: NOW, UpdateCounts(registry, ("message", "poll")))
    await box.keep([message(1, 10), message(2, 10), {"update_id": 3, "novelty": {}}])
    kinds = {
        kind: registry.get_sample_value("tocsin_updates_total", {"kind": kind})
        for kind in ("message", "poll", "other")
    }
    assert kinds == {"message": 2, "poll": 0, "other": 1}


async def test_an_update_that_comes_twice_is_answered_once(sqlite: Database) -> None:
    async with open_office(sqlite) as (box, clerk):
        await box.keep([message(1, 10)])
        await box.keep([message(1, 10), message(2, 10)])
        await clerk.until(2)
        await box.keep([message(1, 10), message(3, 10)])
        await clerk.until(3)
        assert clerk.answered == [1, 2, 3]


async def test_an_update_with_a_lower_number_that_comes_later_is_answered_too(
    sqlite: Database,
) -> None:
    async with open_office(sqlite) as (box, clerk):
        await box.keep([message(5, 10)])
        await clerk.until(5)
        await box.keep([message(4, 10)])
        await clerk.until(4)


async def test_an_answer_that_fails_holds_up_nobody_and_is_there_at_the_next_start(
    sqlite: Database,
) -> None:
    async with open_office(sqlite) as (box, clerk):
        clerk.failing = {1}
        await box.keep([message(1, 10), message(2, 10)])
        await clerk.until(2)
    async with open_office(sqlite) as (_, clerk):
        await clerk.until(1)


async def test_a_flood_is_taken_in_portions(sqlite: Database) -> None:
    async with open_office(sqlite) as (box, clerk):
        await box.keep([message(n, n % 7) for n in range(1, 1_300)])
        await clerk.until(*range(1, 1_300))
        assert sorted(clerk.answered) == list(range(1, 1_300))


async def test_a_stop_ends_the_answer_that_has_begun_and_leaves_the_rest(sqlite: Database) -> None:
    async with open_office(sqlite) as (box, clerk):
        gate = clerk.gates[1] = asyncio.Event()
        await box.keep([message(1, 10), message(2, 10), message(3, 20)])
        await clerk.until(3)
        asyncio.get_running_loop().call_later(0.2, gate.set)
    assert clerk.answered == [3, 1]
    async with open_office(sqlite) as (_, next_clerk):
        await next_clerk.until(2)
    assert next_clerk.answered == [2]


async def test_a_stop_does_not_wait_for_an_answer_without_end(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(update_queue, "_PATIENCE_SECONDS", 0.1)
    async with open_office(sqlite) as (box, clerk):
        clerk.gates[1] = asyncio.Event()
        await box.keep([message(1, 10), message(2, 20)])
        await clerk.until(2)
    assert clerk.begun == [1, 2]
    assert {task for task in asyncio.all_tasks() if task is not asyncio.current_task()} == set()


async def test_a_flood_from_one_chat_holds_up_nobody_else(sqlite: Database) -> None:
    """Case 63 of the catalogue of failures: whoever writes behind three thousand is next."""
    async with open_office(sqlite) as (box, clerk):
        await box.keep([message(n, 666) for n in range(1, 3_001)])
        await clerk.until(3)
        await box.keep([message(5_000 + n, 10 + n) for n in range(30)])
        await clerk.until(*range(5_000, 5_030))
        assert len([update for update in clerk.answered if update <= 3_000]) < 1_000
        mine = [update for update in clerk.answered if update <= 3_000]
        assert mine == list(range(1, len(mine) + 1))


async def test_telegram_is_told_that_we_have_an_update_after_it_is_kept(
    sqlite: Database,
) -> None:
    async with Standin() as standin:
        request = AiohttpRequest(connections=4, seconds=40)
        await request.initialize()
        base = f"{standin.url}/bot"
        bot = Bot(standin.token, base_url=base, request=request, get_updates_request=request)
        person = standin.people.person("Ann")
        kept: list[int] = []
        told = asyncio.Event()
        broken = True

        async def keep(updates: Any) -> None:
            nonlocal broken
            if updates and broken:
                broken = False
                raise OSError
            kept.extend(update["update_id"] for update in updates)
            told.set()

        run = asyncio.create_task(UpdatePoller(bot, keep).run(None))
        await person.send("hello")
        async with asyncio.timeout(180):
            await told.wait()
        run.cancel()
        await asyncio.wait({run})
        await request.shutdown()
    polls = standin.journal.of("getUpdates")
    assert len(kept) == 1
    assert [poll.params.get("offset") for poll in polls[:2]] == [None, None]


async def test_telegrams_own_deliveries_need_the_secret_and_are_kept(sqlite: Database) -> None:
    box = Inbox(sqlite, Clerk(sqlite), lambda: NOW, nobody_counts())
    hook = telegram_hook("https://bot.example.org/updates", SecretStr("sesame"), box.keep)
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
        assert [i.update_id for i in await update_inbox.waiting(transaction, 9, [])] == [2]


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
    assert chat_of(update) == chat
