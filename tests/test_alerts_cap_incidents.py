"""Alerts with ids, as in the Common Alerting Protocol: each is an incident of its own."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from support.alert_pipeline import AlertPipeline, BroadcastView, all_clear, edit, push
from support.cap_alerts import alert, info, reference_to

from bot.sources.adapters.cap.bulletins import ConversionContext, to_bulletins
from bot.sources.adapters.cap.parser import parse_document
from storage.engine.database import Database
from storage.inbound.incidents import Incident, NotificationReason

NOW = datetime(2026, 3, 5, 7, 5, tzinfo=UTC)


class CapSource:
    """A CAP source and the alert pipeline behind it."""

    def __init__(self, pipeline: AlertPipeline) -> None:
        self.pipeline = pipeline
        self._roots: Mapping[str, str] = {}
        pipeline.now = NOW

    async def publish(self, *bodies: bytes) -> list[BroadcastView]:
        alerts = [cap_alert for body in bodies for cap_alert in parse_document(body).alerts]
        new, self._roots = to_bulletins(
            alerts, self._roots, ConversionContext("met", "en", self.pipeline.now)
        )
        return await self.pipeline.ingest(*new) if new else []

    async def active_incident(self) -> Incident:
        (incident,) = await self.pipeline.open_incidents()
        return incident


@pytest.fixture
def source(sqlite: Database) -> CapSource:
    """A CAP source whose pipeline stores into SQLite."""
    return CapSource(AlertPipeline(sqlite))


@pytest.fixture
def any_source(database: Database) -> CapSource:
    """A CAP source on each kind of database."""
    return CapSource(AlertPipeline(database))


async def test_a_warning_opens_changes_and_ends_as_one_incident(any_source: CapSource) -> None:
    any_source.pipeline.subscribe(1, "Gdansk")
    any_source.pipeline.subscribe(2, "Krakow")
    assert await any_source.publish(alert(1)) == [push(1)]
    assert (await any_source.active_incident()).level == "orange"
    graver = alert(2, type_="Update", references=reference_to(1), severity="Extreme")
    assert push(1, reason=NotificationReason.CHANGED) in await any_source.publish(graver)
    assert (await any_source.active_incident()).level == "red"
    lesser = alert(3, type_="Update", references=reference_to(2), severity="Moderate")
    assert await any_source.publish(lesser) == [edit(1)]
    await any_source.pipeline.mark_sent()
    assert all_clear(1) in await any_source.publish(
        alert(4, type_="Cancel", references=reference_to(3))
    )
    assert await any_source.pipeline.open_incidents() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"headline": "Orange wind warning until Friday"},
        {"expires": "2026-03-06T20:00:00Z"},
        {"description": "Trees have fallen."},
    ],
)
async def test_an_update_at_the_same_level_is_shown_without_a_new_message(
    source: CapSource, fields: dict[str, str]
) -> None:
    """The message kept the words and the end of the first warning."""
    source.pipeline.subscribe(1, "Gdansk")
    assert await source.publish(alert(1)) == [push(1)]
    await source.pipeline.mark_sent()

    update = alert(2, type_="Update", references=reference_to(1), **fields)

    assert await source.publish(update) == [edit(1)]


async def test_a_cancel_without_an_area_closes_the_incident(source: CapSource) -> None:
    source.pipeline.subscribe(1, "Gdansk")
    await source.publish(alert(1))
    await source.pipeline.mark_sent()
    end = alert(2, type_="Cancel", references=reference_to(1), infos="<note>x</note>")
    assert all_clear(1) in await source.publish(end)


async def test_a_restart_repeats_no_alert_and_still_sends_the_all_clear(
    any_source: CapSource,
) -> None:
    any_source.pipeline.subscribe(1, "Gdansk")
    await any_source.publish(alert(1))
    await any_source.pipeline.mark_sent()
    any_source.pipeline.restart()
    assert await any_source.publish(alert(1)) == []
    update = alert(2, type_="Update", references=reference_to(1))
    assert await any_source.publish(update) == [edit(1)]
    assert all_clear(1) in await any_source.publish(
        alert(3, type_="Cancel", references=reference_to(2))
    )


async def test_two_warnings_for_one_region_are_two_incidents(source: CapSource) -> None:
    source.pipeline.subscribe(1, "Gdansk")
    assert await source.publish(alert(1)) == [push(1)]
    assert await source.publish(alert(2, event="Snow", headline="Orange snow warning")) == [push(1)]
    await source.pipeline.mark_sent()
    await source.publish(alert(3, type_="Cancel", references=reference_to(1)))
    assert (await source.active_incident()).level == "orange"


async def test_a_warning_for_many_regions_sends_each_subscriber_one_alert_and_one_all_clear(
    source: CapSource,
) -> None:
    source.pipeline.subscribe(1, "Poland")
    source.pipeline.subscribe(2, "Krakow")
    source.pipeline.subscribe(3, "Warsaw")
    areas = info(area="Gdansk") + info(area="Krakow")
    assert await source.publish(alert(1, infos=areas)) == [push(1, 2)]
    await source.pipeline.mark_sent()
    end = alert(2, type_="Cancel", references=reference_to(1), infos=areas)
    assert all_clear(1, 2) in await source.publish(end)


async def test_an_update_alerts_the_regions_that_it_adds(source: CapSource) -> None:
    source.pipeline.subscribe(1, "Gdansk")
    source.pipeline.subscribe(2, "Krakow")
    await source.publish(alert(1))
    more = info(area="Gdansk") + info(area="Krakow")
    views = await source.publish(alert(2, type_="Update", references=reference_to(1), infos=more))
    assert sorted(views, key=str) == sorted([push(2), edit(1)], key=str)
    await source.active_incident()


async def test_an_expired_warning_closes_silently(source: CapSource) -> None:
    source.pipeline.subscribe(1, "Gdansk")
    await source.publish(alert(1, expires="2026-03-05T08:00:00Z"))
    await source.pipeline.mark_sent()
    assert await source.pipeline.wait(minutes=50, step_seconds=60) == []
    views = await source.pipeline.wait(minutes=10, step_seconds=60)
    assert all_clear(1, silent=(1,)) in views
    assert await source.pipeline.open_incidents() == []


async def test_an_update_without_expiry_keeps_a_warning_open(source: CapSource) -> None:
    source.pipeline.subscribe(1, "Gdansk")
    await source.publish(alert(1, expires="2026-03-05T08:00:00Z"))
    await source.publish(alert(2, type_="Update", references=reference_to(1)))
    await source.pipeline.wait(hours=1, step_seconds=60)
    assert (await source.active_incident()).closed_at is None


async def test_a_warning_that_turns_green_is_closed(source: CapSource) -> None:
    source.pipeline.subscribe(1, "Gdansk")
    await source.publish(alert(1, level="3; orange; Severe"))
    await source.pipeline.mark_sent()
    green = alert(2, type_="Update", references=reference_to(1), level="1; green; Minor")
    assert all_clear(1) in await source.publish(green)


@pytest.mark.parametrize("status", ["Exercise", "Test", "System", "Draft"])
@pytest.mark.parametrize("type_", ["Alert", "Update", "Cancel"])
async def test_an_exercise_neither_alerts_nor_changes_the_incident(
    source: CapSource, status: str, type_: str
) -> None:
    """A drill must never reach a subscriber as a real alert."""
    source.pipeline.subscribe(1, "Gdansk")
    await source.publish(alert(1))
    real = await source.active_incident()
    drill = alert(2, type_=type_, references=reference_to(1), status=status, severity="Extreme")
    assert await source.publish(drill) == []
    assert await source.active_incident() == real


@pytest.mark.parametrize(
    "headline",
    [
        "Exercise: this is only a test of the alert system",
        "This is only a test of the network",
        "Test message of the tsunami centre",
        "Bundesweite Probewarnung",
        "Probealarm um 11 Uhr",
    ],
)
async def test_an_exercise_with_status_actual_is_recognised_by_its_headline(
    source: CapSource, headline: str
) -> None:
    source.pipeline.subscribe(1, "Gdansk")
    (view,) = await source.publish(alert(1, headline=headline))
    assert view.reason is None
    assert view.silent == {1}
    assert await source.pipeline.open_incidents() == []


async def test_a_warning_that_expired_before_it_was_read_opens_no_incident(
    source: CapSource,
) -> None:
    source.pipeline.subscribe(1, "Gdansk")
    source.pipeline.now += timedelta(days=1)
    assert await source.publish(alert(1)) == []
