"""Older copies of a warning from another source: the newest version of the warning counts."""

from datetime import timedelta

import pytest
from support.alert_pipeline import AlertPipeline, BroadcastView, push
from support.cap_alerts import alert, reference_to

from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import parse_document
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident
from storage.values.lanes import Lane

KYIV = "м. Київ"


@pytest.fixture
def pipeline(sqlite: Database) -> AlertPipeline:
    pipeline = AlertPipeline(sqlite)
    pipeline.subscribe(1, "Kyiv")
    pipeline.subscribe(2, 'from:"aggregator"')
    return pipeline


async def version(
    pipeline: AlertPipeline, source: str, minutes_ago: int, level: str, **more: object
) -> list[BroadcastView]:
    """Ingest a version of the same warning."""
    bulletin = pipeline.bulletin(
        source,
        KYIV,
        Phase.ACTIVE,
        hazard="storm:1",
        level=level,
        title=f"Version of {minutes_ago} minutes ago",
        published_at=pipeline.now - timedelta(minutes=minutes_ago),
        **{"expires_at": pipeline.now + timedelta(hours=1), **more},
    )
    return await pipeline.ingest(bulletin)


async def shown(pipeline: AlertPipeline) -> tuple[Incident, str]:
    """Return the open incident and the title of the words that it shows."""
    (incident,) = await pipeline.open_incidents()
    assert incident.last_bulletin
    async with pipeline.database.read() as transaction:
        stored = await bulletins.get(transaction, [incident.last_bulletin])
    return incident, stored[incident.last_bulletin].title


async def test_an_older_copy_does_not_take_over_the_words_of_the_newer_one(
    pipeline: AlertPipeline,
) -> None:
    await version(pipeline, "met", 2, "orange")
    await version(pipeline, "aggregator", 9, "orange")

    incident, title = await shown(pipeline)

    assert title == "Version of 2 minutes ago"
    assert set(incident.sources) == {"met", "aggregator"}


async def test_an_older_copy_changes_neither_level_nor_end(pipeline: AlertPipeline) -> None:
    end = pipeline.now + timedelta(hours=1)
    await version(pipeline, "met", 2, "orange")
    later_end = end + timedelta(hours=9)

    sent = await version(pipeline, "aggregator", 9, "red", expires_at=later_end)

    assert [view for view in sent if view.lane is Lane.ALERT] == [push(2)]
    incident, _ = await shown(pipeline)
    assert incident.level == "orange"
    await pipeline.wait(minutes=59)
    assert await pipeline.open_incidents()
    await pipeline.wait(minutes=2)
    assert await pipeline.open_incidents() == []


async def test_a_newer_copy_of_the_second_source_counts(pipeline: AlertPipeline) -> None:
    await version(pipeline, "met", 9, "red")
    await version(pipeline, "aggregator", 2, "orange")

    incident, title = await shown(pipeline)

    assert (incident.level, title) == ("orange", "Version of 2 minutes ago")


def test_the_original_of_an_update_that_came_first_is_no_alert_of_its_own() -> None:
    pages = [alert(2, type_="Update", references=reference_to(1)), alert(1)]
    roots: dict[str, str] = {}
    phases = []
    for page in pages:
        sent = parse_document(page).alerts[0].sent
        assert sent
        context = ConversionContext("met", "en", sent)
        new, new_roots = to_bulletins(parse_document(page).alerts, roots, context)
        roots = dict(new_roots)
        phases.append([bulletin.phase for bulletin in new])

    assert phases == [[Phase.ACTIVE], []]
