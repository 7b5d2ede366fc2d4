"""Metrics of delivery, as Prometheus reads them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientSession
from prometheus_client import CollectorRegistry
from prometheus_client.parser import text_string_to_metric_families
from support.delivery_driver import Outbox, add_people, running_delivery

from bot.delivery.sender import Sender
from bot.ops.http_server import Address, HttpServer
from bot.ops.prometheus import MetricsEndpoint
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.values.lanes import Lane

Samples = dict[tuple[str, str], float]
"""Values by name and lane."""


@asynccontextmanager
async def served(database: Database, registry: CollectorRegistry) -> AsyncIterator[str]:
    server = HttpServer(
        Address("127.0.0.1", 0), {}, metrics=MetricsEndpoint(registry, database).respond
    )
    yield f"http://127.0.0.1:{await server.start()}/metrics"
    await server.stop()


async def scrape(url: str) -> Samples:
    async with ClientSession() as session, session.get(url) as response:
        assert response.status == 200
        assert response.content_type == "text/plain"
        families = text_string_to_metric_families(await response.text())
    return {
        (sample.name, sample.labels.get("lane", "")): sample.value
        for family in families
        for sample in family.samples
        if "le" not in sample.labels
    }


async def test_every_lane_counts_queued_sent_doubtful_retried_and_failed_messages(
    standin: Standin, sender: Sender, database: Database
) -> None:
    async with (
        running_delivery(database, sender) as outbox,
        served(database, outbox.registry) as url,
    ):
        before = await scrape(url)
        assert {lane for name, lane in before if name == "tocsin_sent_total"} == {
            lane.name.lower() for lane in Lane
        }
        persons, to = await add_people(standin, outbox, 4)
        standin.faults.drop(method="sendMessage", chat=persons[0].id)
        standin.faults.answer(
            400,
            {"ok": False, "error_code": 400, "description": "Bad Request: message is too odd"},
            method="sendMessage",
            chat=persons[1].id,
        )
        await outbox.broadcast("Alert", to, lane=Lane.ALERT)
        await outbox.wait_until_sent()
        after = await scrape(url)
    assert after["tocsin_sent_total", "alert"] == 3
    assert after["tocsin_doubtful_total", "alert"] == 1
    assert after["tocsin_retried_total", "alert"] == 1
    assert after["tocsin_failed_total", "alert"] == 1
    assert after["tocsin_lag_seconds_count", "alert"] == 3
    assert after["tocsin_queued", "alert"] == after["tocsin_in_flight", "alert"] == 0
    assert after["tocsin_sent_total", "news"] == 0


async def test_queued_messages_and_messages_in_flight_are_counted_separately(
    standin: Standin, sender: Sender, database: Database
) -> None:
    outbox = Outbox(database, sender, 30)
    persons, to = await add_people(standin, outbox, 5)
    standin.faults.slow(600, method="sendMessage", chat=persons[0].id)
    await outbox.send_text("A digest", to[0], lane=Lane.DIGEST)
    await outbox.broadcast("News", to[1:])
    async with served(database, outbox.registry) as url:
        waiting = await scrape(url)
        run = asyncio.create_task(outbox.worker.run())
        await standin.journal.wait(lambda journal: journal.total == 5)
        async with asyncio.timeout(120):
            while (busy := await scrape(url))["tocsin_sent_total", "news"] < 4:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await outbox.kill(run)
    assert waiting["tocsin_queued", "news"] == 4
    assert waiting["tocsin_queued", "digest"] == 1
    assert busy["tocsin_queued", "news"] == busy["tocsin_queued", "digest"] == 0
    assert busy["tocsin_in_flight", "digest"] == 1
