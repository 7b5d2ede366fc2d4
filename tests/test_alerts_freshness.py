"""Freshness of alerts: a warning in force is pushed, however long ago it was issued."""

from datetime import timedelta

import pytest
from support.alert_pipeline import AlertPipeline, push

from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.values.lanes import Lane

KYIV = "м. Київ"


@pytest.fixture
def pipeline(sqlite: Database) -> AlertPipeline:
    pipeline = AlertPipeline(sqlite)
    pipeline.subscribe(1, "Kyiv")
    return pipeline


@pytest.mark.parametrize(
    "hazard", ["storm:1", "air_raid", "flood"], ids=["with id", "tracked", "untracked"]
)
@pytest.mark.parametrize("phase", [Phase.ACTIVE, Phase.WARNING], ids=str)
async def test_a_warning_in_force_is_pushed_although_it_was_issued_hours_ago(
    pipeline: AlertPipeline, hazard: str, phase: Phase
) -> None:
    """Such a warning went to the summary and rang nobody."""
    hours = timedelta(hours=3)
    bulletin = pipeline.bulletin(
        "met",
        KYIV,
        phase,
        hazard=hazard,
        published_at=pipeline.now - hours,
        expires_at=pipeline.now + hours,
    )

    (sent,) = [view for view in await pipeline.ingest(bulletin) if view.lane is Lane.ALERT]

    assert sent.recipients == {1}


@pytest.mark.parametrize("minutes", [-180, -1, 0, None])
async def test_an_old_warning_that_is_over_or_has_no_end_is_not_pushed(
    pipeline: AlertPipeline, minutes: int | None
) -> None:
    end = None if minutes is None else pipeline.now + timedelta(minutes=minutes)
    issued = pipeline.now - timedelta(hours=3)
    bulletin = pipeline.bulletin(
        "met", KYIV, Phase.ACTIVE, hazard="storm:1", published_at=issued, expires_at=end
    )

    sent = await pipeline.ingest(bulletin)

    assert [view for view in sent if view.lane is Lane.ALERT] == []


async def test_a_warning_of_yesterday_rings_once_and_its_second_source_does_not(
    pipeline: AlertPipeline,
) -> None:
    day = timedelta(days=1)
    times = {"published_at": pipeline.now - day, "expires_at": pipeline.now + day}

    def copy(source: str) -> Bulletin:
        return pipeline.bulletin(source, KYIV, Phase.ACTIVE, hazard="storm:1", **times)

    assert await pipeline.ingest(copy("met")) == [push(1)]
    assert all(view.lane is Lane.EDIT for view in await pipeline.ingest(copy("civil")))


async def test_expired_news_is_not_pushed_and_old_news_is(pipeline: AlertPipeline) -> None:
    old = pipeline.now - timedelta(hours=3)
    expired = {"published_at": old, "expires_at": pipeline.now - timedelta(hours=1)}
    fields = {"kind": Kind.NEWS, "published_at": old}

    assert len(await pipeline.publish_text("press", "Bridge in Kyiv is shut", **fields)) == 1
    fields |= expired
    assert await pipeline.publish_text("press", "Market in Kyiv is open", **fields) == []


@pytest.mark.parametrize(
    ("fields", "is_pushed"),
    [
        ({"magnitude": 6.8, "level": "orange"}, True),
        ({"magnitude": 7.9, "level": "red", "depth_km": 12.0}, True),
        ({"magnitude": 5.1, "kind": Kind.NEWS}, True),
        ({"level": "red"}, False),
        ({"magnitude": 5.1, "phase": Phase.ACTIVE}, False),
    ],
    ids=["orange", "red", "news", "no quake", "state"],
)
async def test_an_earthquake_rings_when_its_level_is_known(
    pipeline: AlertPipeline, fields: dict[str, object], *, is_pushed: bool
) -> None:
    """Orange and red come half an hour after the quake: they rang nobody, but green ones did."""
    happened = pipeline.now - timedelta(minutes=40)
    quake = {
        "kind": Kind.ALERT,
        "hazard": "earthquake",
        "regions": (KYIV,),
        "published_at": happened,
    }

    sent = await pipeline.publish_text("usgs", "M 6.8 - Kyiv", **{**quake, **fields})

    assert [view.recipients for view in sent] == ([frozenset((1,))] if is_pushed else [])
