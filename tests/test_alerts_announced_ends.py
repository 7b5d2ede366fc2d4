"""Announced ends: an all-clear that an alert service sends is passed on at once.

The end that a poll infers from a missing alert waits: single polls miss an alert at times.
"""

from datetime import timedelta

import pytest
from support.alert_pipeline import AlertPipeline, all_clear, all_clear_with_edit, push

from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin, Phase
from storage.values.lanes import Lane

KYIV, OBLAST, CHUHUIV = "м. Київ", "Харківська область", "Чугуївський район"


@pytest.fixture
def pipeline(sqlite: Database) -> AlertPipeline:
    pipeline = AlertPipeline(sqlite)
    pipeline.subscribe(1, "Kyiv")
    pipeline.subscribe(2, CHUHUIV)
    return pipeline


def end(pipeline: AlertPipeline, region: str) -> Bulletin:
    return pipeline.bulletin("siren", region, Phase.CLEAR)


async def begin(pipeline: AlertPipeline, region: str, *services: str) -> None:
    for service in services:
        await pipeline.raise_alert(service, region)
    await pipeline.mark_sent()
    await pipeline.wait(minutes=1)


async def test_an_announced_end_is_sent_at_once(pipeline: AlertPipeline) -> None:
    """Such an end waited for half a minute, like one that a poll infers."""
    await begin(pipeline, KYIV, "siren")

    assert await pipeline.receive_message("siren", end(pipeline, KYIV)) == all_clear_with_edit(1)
    assert await pipeline.open_incidents() == []
    assert await pipeline.wait(minutes=2) == []


async def test_an_end_that_a_poll_infers_still_waits(pipeline: AlertPipeline) -> None:
    await begin(pipeline, KYIV, "siren")

    assert await pipeline.ingest(end(pipeline, KYIV)) == []
    assert all_clear(1) in await pipeline.wait(minutes=1)


async def test_an_end_announced_for_an_oblast_does_not_end_the_alert_of_its_raion(
    pipeline: AlertPipeline,
) -> None:
    """A service announces the end of each region by itself."""
    await begin(pipeline, OBLAST, "siren")
    await begin(pipeline, CHUHUIV, "siren")

    await pipeline.receive_message("siren", end(pipeline, OBLAST))

    (incident,) = await pipeline.open_incidents()
    assert incident.region == "UA63140000000096278"


async def test_an_alert_that_another_service_goes_on_showing_comes_back(
    pipeline: AlertPipeline,
) -> None:
    await begin(pipeline, KYIV, "siren", "alerts")

    assert all_clear(1) in await pipeline.receive_message("siren", end(pipeline, KYIV))
    await pipeline.mark_sent()
    again = await pipeline.wait(minutes=1)

    assert push(1) in again


async def test_a_new_alert_after_an_announced_end_rings(pipeline: AlertPipeline) -> None:
    await begin(pipeline, KYIV, "siren")
    await pipeline.receive_message("siren", end(pipeline, KYIV))
    await pipeline.mark_sent()
    pipeline.now += timedelta(seconds=5)

    message = pipeline.bulletin("siren", KYIV, Phase.ACTIVE)
    sent = await pipeline.receive_message("siren", message)

    assert [view for view in sent if view.lane is Lane.ALERT] == [push(1)]
