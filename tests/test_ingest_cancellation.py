"""Ingest that is cancelled, as by a stop: nothing of it is left in memory."""

import asyncio
from contextlib import suppress

import pytest
from support.alert_pipeline import AlertPipeline, push

from bot.sources.core.source import Batch
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Phase

KYIV, ODESA = "м. Київ", "Одеса"


@pytest.mark.parametrize("steps", [0, 1, 2, 5, 9, 14, 20, 30, 45])
async def test_a_cancelled_ingest_leaves_no_incident_without_its_bulletin(
    database: Database, steps: int
) -> None:
    """The next tick stored an incident whose bulletin had been rolled back."""
    pipeline = AlertPipeline(database)
    pipeline.subscribe(1, "Kyiv OR Odesa")
    await pipeline.raise_alert("siren", ODESA)
    await pipeline.mark_sent()
    bulletin = pipeline.bulletin("siren", KYIV, Phase.ACTIVE)
    batch = Batch("siren", (bulletin,), {}, is_baseline=False, can_burst=True)
    ingest = asyncio.create_task(pipeline.pipeline.ingest(batch))
    for _ in range(steps):
        await asyncio.sleep(0)
    ingest.cancel()
    with suppress(asyncio.CancelledError):
        await ingest
    await pipeline.pipeline.tick_alerts()
    opened = {incident.bulletin for incident in await pipeline.open_incidents()}
    async with database.read() as transaction:
        stored = await bulletins.get(transaction, [id_ for id_ in opened if id_])
    assert set(stored) == opened
    if len(opened) == 1:  # the same poll comes again
        await pipeline.new_broadcasts()
        assert await pipeline.ingest(bulletin) == [push(1)]


@pytest.mark.parametrize("steps", [0, 2, 4, 8, 16])
async def test_a_cancelled_tick_is_decided_again_by_the_next(sqlite: Database, steps: int) -> None:
    pipeline = AlertPipeline(sqlite)
    pipeline.subscribe(1, "Kyiv")
    await pipeline.raise_alert("siren", KYIV)
    await pipeline.mark_sent()
    await pipeline.clear_alert("siren", KYIV)
    pipeline.unreachable = {"siren", "alerts"}
    await pipeline.wait(seconds=25)
    ticking = asyncio.create_task(pipeline.pipeline.tick_alerts())
    for _ in range(steps):
        await asyncio.sleep(0)
    ticking.cancel()
    with suppress(asyncio.CancelledError):
        await ticking
    await pipeline.wait(seconds=10)
    assert await pipeline.open_incidents() == []
