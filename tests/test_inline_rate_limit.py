"""Inline queries: only a person's newest one is answered in full, and only so many a minute."""

import asyncio
from datetime import timedelta
from typing import Any

from prometheus_client import CollectorRegistry
from support.conversation_driver import BEN, ConversationDriver, user_payload
from support.wait_until import wait_until

from bot.ingest.metrics import UpdateMetrics
from bot.telegram.update_queue import UpdateQueue
from handlers.framework.replies import ImmediateCall, InlineAnswer
from handlers.update_completion import UpdateCompleter
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.inbound.update_inbox import PendingUpdate


def inline_update(update_id: int, text: str, user: int = BEN) -> dict[str, Any]:
    query = {"id": f"q{update_id}", "from": user_payload(user, "en"), "query": text, "offset": ""}
    return {"update_id": update_id, "inline_query": query}


def result_count(calls: tuple[ImmediateCall, ...]) -> int:
    (answer,) = calls
    assert isinstance(answer, InlineAnswer)
    return len(answer.results)


async def test_what_a_person_types_on_replaces_the_queries_before(database: Database) -> None:
    """Clients send a query for every pause in typing; each used to be searched for."""
    driver = ConversationDriver(database)
    await driver.publish("Kherson")
    answers: dict[str, int] = {}

    async def process(update: PendingUpdate) -> None:
        calls = await driver.dispatcher.process(update)
        answers[update.payload["inline_query"]["id"]] = result_count(calls)

    metrics = UpdateMetrics(CollectorRegistry(), ())
    queue = UpdateQueue(database, process, lambda: driver.now, metrics)
    typed = ["K", "Khe", "Kherson", "Kherson", "Kherson"]
    await queue.store([inline_update(n, text) for n, text in enumerate(typed, start=1)])
    await queue.store([inline_update(9, "Kherson", user=BEN + 1)])
    running = asyncio.create_task(queue.run())
    await wait_until(lambda: len(answers) == 6, "all queries are answered")
    running.cancel()
    await asyncio.wait({running})
    assert answers == {"q1": 0, "q2": 0, "q3": 0, "q4": 0, "q5": 1, "q9": 1}
    assert await driver.waiting_updates() == []


async def test_too_many_inline_queries_get_empty_answers_that_are_not_cached(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Kherson")
    counts = []
    for number in range(1, 42):
        update = inline_update(number, "Kherson")
        counts.append(result_count((await driver.process_update(update)).immediate_calls))
    assert counts[0] == 1
    assert counts[-1] == 0
    assert 10 <= sum(counts) <= 40
    calls = (await driver.process_update(inline_update(50, "Kherson"))).immediate_calls
    assert calls == (InlineAnswer("q50", (), is_cacheable=False),)
    other_person = inline_update(51, "Kherson", user=BEN + 1)
    assert result_count((await driver.process_update(other_person)).immediate_calls) == 1
    driver.now += timedelta(minutes=1)
    again = inline_update(52, "Kherson")
    assert result_count((await driver.process_update(again)).immediate_calls) == 1
    assert await driver.waiting_updates() == []


async def test_inline_queries_do_not_use_up_the_commands_of_a_person(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for number in range(101, 150):
        await driver.process_update(inline_update(number, "Kherson"))
    assert "Nothing" in (await driver.send("/latest Kherson", user=BEN)).html


async def test_updates_without_a_reply_are_completed_together(database: Database) -> None:
    driver = ConversationDriver(database)
    async with database.write() as transaction:
        updates = [inline_update(number, "K", user=number) for number in range(1, 31)]
        await update_inbox.enqueue(transaction, updates, driver.now)
    completer = UpdateCompleter(database, lambda: driver.now)
    completions = [asyncio.create_task(completer.complete(number)) for number in range(1, 31)]
    completions[7].cancel()
    await asyncio.gather(*completions, return_exceptions=True)
    assert set(await driver.waiting_updates()) <= {8}
    await completer.complete(8)
    assert await driver.waiting_updates() == []
