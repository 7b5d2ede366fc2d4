"""Official sources: only they end what they show, and what they still show comes back."""

from datetime import timedelta

import pytest
from support.alert_pipeline import NOW, AlertPipeline, all_clear, edit, push

from alerts.lifecycle import CLEAR_DELAY
from bot.config import Config
from bot.sources import registry
from storage.engine.database import Database
from storage.inbound import sources
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import NotificationReason
from storage.values.lanes import Lane

KYIV, OBLAST, CHUHUIV = "м. Київ", "Харківська область", "Чугуївський район"
CLOSING_SECONDS = CLEAR_DELAY.total_seconds() + 10


@pytest.fixture
def pipeline(sqlite: Database) -> AlertPipeline:
    pipeline = AlertPipeline(sqlite)
    pipeline.subscribe(1, "Kyiv")
    return pipeline


@pytest.fixture
def any_pipeline(database: Database) -> AlertPipeline:
    pipeline = AlertPipeline(database)
    pipeline.subscribe(1, "Kyiv")
    return pipeline


async def test_a_strangers_all_clear_neither_ends_an_official_alert_nor_hides_its_escalation(
    any_pipeline: AlertPipeline,
) -> None:
    """The fault: an all-clear at once, and no word of the ballistic missiles afterwards."""
    for source in ("siren", "alerts"):
        await any_pipeline.raise_alert(source, KYIV, level="yellow")
    await any_pipeline.mark_sent()
    await any_pipeline.wait(minutes=1)
    assert await any_pipeline.clear_alert("press", KYIV) == []
    (incident,) = await any_pipeline.open_incidents()
    assert incident.clearing_since is None
    escalation = await any_pipeline.update_alert(
        "siren", KYIV, level="red", text="Загрози: балістичні ракети."
    )
    assert escalation == [push(1, reason=NotificationReason.CHANGED)]
    for source in ("siren", "alerts"):
        await any_pipeline.clear_alert(source, KYIV)
    ended = await any_pipeline.wait(seconds=CLOSING_SECONDS)
    assert [view for view in ended if view.lane is Lane.ALERT] == [all_clear(1)]


async def test_a_strangers_all_clear_for_an_oblast_ends_no_official_alert_inside_it(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(2, CHUHUIV)
    await pipeline.raise_alert("siren", CHUHUIV)
    await pipeline.mark_sent()
    await pipeline.wait(minutes=1)
    assert await pipeline.clear_alert("press", OBLAST) == []
    assert await pipeline.publish_text("channel", "Харківська область: відбій тривоги") == []
    assert len(await pipeline.open_incidents()) == 1


async def test_a_strangers_all_clear_does_not_end_the_alert_of_an_official_webhook(
    pipeline: AlertPipeline,
) -> None:
    await pipeline.raise_alert("hook", KYIV)
    await pipeline.mark_sent()
    assert await pipeline.clear_alert("press", KYIV) == []
    (clear, _) = await pipeline.clear_alert("hook", KYIV)
    assert clear == all_clear(1)


async def test_a_strangers_alert_is_ended_by_strangers(pipeline: AlertPipeline) -> None:
    await pipeline.raise_alert("press", KYIV)
    await pipeline.mark_sent()
    (clear, _) = await pipeline.clear_alert("press", KYIV)
    assert clear == all_clear(1)


async def test_the_next_good_polls_reopen_what_an_official_message_ended(
    any_pipeline: AlertPipeline,
) -> None:
    await any_pipeline.raise_alert("siren", KYIV, published_at=NOW - timedelta(minutes=40))
    any_pipeline.subscribe(2, "Kyiv")
    await any_pipeline.raise_alert("alerts", KYIV)
    await any_pipeline.mark_sent()
    await any_pipeline.wait(minutes=20)
    assert all_clear(1, 2, silent=(1,)) in await any_pipeline.clear_alert("hook", KYIV)
    await any_pipeline.mark_sent()
    any_pipeline.restart()
    assert push(1, 2) in await any_pipeline.wait(seconds=30)
    (incident,) = await any_pipeline.open_incidents()
    assert incident.opened_at == NOW - timedelta(minutes=40)
    assert await any_pipeline.wait(minutes=5) == []
    for source in ("siren", "alerts"):
        await any_pipeline.clear_alert(source, KYIV)
    ended = await any_pipeline.wait(seconds=CLOSING_SECONDS)
    assert [view.reason for view in ended if view.lane is Lane.ALERT] == [NotificationReason.CLOSED]


async def test_services_that_stop_showing_an_alert_soon_after_its_end_do_not_reopen_it(
    pipeline: AlertPipeline,
) -> None:
    await pipeline.raise_alert("siren", KYIV)
    await pipeline.mark_sent()
    await pipeline.wait(minutes=1)
    await pipeline.clear_alert("hook", KYIV)
    await pipeline.mark_sent()
    assert await pipeline.wait(seconds=10) == []
    await pipeline.clear_alert("siren", KYIV)
    assert await pipeline.wait(minutes=5) == []


async def test_a_service_back_from_an_outage_reopens_what_a_stranger_ended(
    pipeline: AlertPipeline,
) -> None:
    """Also an alert that began long ago: people believe that it is over."""
    await pipeline.raise_alert("siren", KYIV)
    await pipeline.mark_sent()
    pipeline.unreachable = {"siren", "alerts"}
    await pipeline.wait(minutes=30)
    await pipeline.mark_sent()
    assert all_clear(1) in await pipeline.clear_alert("press", KYIV)
    await pipeline.mark_sent()
    assert await pipeline.wait(minutes=5) == []
    pipeline.unreachable = set()
    reopened = await pipeline.raise_alert("siren", KYIV, published_at=NOW)
    assert reopened == [push(1)]


@pytest.mark.parametrize("published_minutes_ago", [0, 2, 30])
async def test_a_strangers_early_all_clear_does_not_hide_an_official_alert(
    pipeline: AlertPipeline, published_minutes_ago: int
) -> None:
    began = NOW - timedelta(minutes=published_minutes_ago)
    assert await pipeline.clear_alert("press", KYIV) == []
    opened = await pipeline.raise_alert("siren", KYIV, published_at=began)
    assert [view.reason for view in opened] == [
        NotificationReason.OPENED if published_minutes_ago < 15 else NotificationReason.MISSED
    ]


async def test_an_escalation_seen_after_a_gap_makes_a_sound_however_old_the_alert_is(
    pipeline: AlertPipeline,
) -> None:
    """After an outage a service lists the alert again with its start."""
    await pipeline.raise_alert("siren", KYIV, level="yellow")
    await pipeline.mark_sent()
    await pipeline.wait(minutes=40)
    escalated = await pipeline.raise_alert("siren", KYIV, level="red", published_at=NOW)
    assert push(1, reason=NotificationReason.CHANGED) in escalated


@pytest.mark.parametrize("hazard", ["unknown", "custom", "hydrological"])
async def test_an_alert_of_a_new_type_at_three_services_is_one_incident(
    pipeline: AlertPipeline, hazard: str
) -> None:
    """Each service notified, and each gave an all-clear without a duration."""
    more = {"hazard": hazard, "title": "Тривога: м. Київ", "topics": ()}
    assert await pipeline.raise_alert("siren", KYIV, **more) == [push(1)]
    await pipeline.mark_sent()
    assert await pipeline.raise_alert("alerts", KYIV, **more) == [edit(1)]
    await pipeline.mark_sent()
    for source in ("siren", "alerts"):
        await pipeline.clear_alert(source, KYIV, **more)
    ended = await pipeline.wait(seconds=CLOSING_SECONDS)
    assert [view for view in ended if view.lane is Lane.ALERT] == [all_clear(1)]


async def test_a_restart_during_an_outage_notifies_nobody(any_pipeline: AlertPipeline) -> None:
    """The fault: "my sources answer again" while they did not, then "unknown" a second time."""
    await any_pipeline.raise_alert("siren", KYIV)
    await any_pipeline.mark_sent()
    any_pipeline.unreachable = {"siren", "alerts"}
    unknown = push(1, reason=NotificationReason.BECAME_UNKNOWN)
    assert await any_pipeline.wait(minutes=3) == [unknown]
    await any_pipeline.mark_sent()
    for _ in range(2):
        any_pipeline.restart()
        assert await any_pipeline.wait(minutes=3) == []
    any_pipeline.unreachable = {"alerts"}
    known_again = push(1, reason=NotificationReason.KNOWN_AGAIN)
    assert await any_pipeline.wait(seconds=10) == [known_again]


@pytest.mark.parametrize("minutes", [10, 120, 180])
async def test_an_alert_that_starts_in_the_future_ends(
    any_pipeline: AlertPipeline, minutes: int
) -> None:
    """No all-clear ever came: its end was seen before its start."""
    ahead = NOW + timedelta(minutes=minutes)
    assert await any_pipeline.raise_alert("siren", KYIV, published_at=ahead) == [push(1)]
    await any_pipeline.mark_sent()
    (incident,) = await any_pipeline.open_incidents()
    assert incident.opened_at == NOW
    await any_pipeline.wait(minutes=1)
    await any_pipeline.clear_alert("siren", KYIV)
    ended = await any_pipeline.wait(seconds=CLOSING_SECONDS)
    assert [view for view in ended if view.lane is Lane.ALERT] == [all_clear(1)]


async def test_a_message_from_the_future_ends_with_its_own_all_clear(
    pipeline: AlertPipeline,
) -> None:
    ahead = NOW + timedelta(hours=2)
    await pipeline.raise_alert("press", KYIV, published_at=ahead)
    await pipeline.mark_sent()
    pipeline.now += timedelta(minutes=1)
    ended = await pipeline.clear_alert("press", KYIV, published_at=pipeline.now)
    assert all_clear(1) in ended


def test_a_webhook_is_official_only_if_the_configuration_says_so() -> None:
    secret = {"kind": "webhook", "secret": "a-secret-of-sufficient-length"}
    config = Config.model_validate(
        {"source": [{"name": "press", **secret}, {"name": "city", "official": True, **secret}]}
    )
    assert registry.official_webhooks(config.source) == {"city"}


async def test_a_source_that_also_sends_messages_is_not_unknown_between_its_rare_polls(
    any_pipeline: AlertPipeline,
) -> None:
    """While messages arrive, polls are five minutes apart: a minute without one was an outage."""
    interval = timedelta(minutes=5)
    await any_pipeline.raise_alert("siren", KYIV)
    await any_pipeline.mark_sent()
    any_pipeline.unreachable = {"siren", "alerts"}
    async with any_pipeline.database.write() as transaction:
        await sources.record_success(transaction, "siren", {}, any_pipeline.now)
        await sources.record_poll(
            transaction,
            "siren",
            latency=timedelta(seconds=1),
            next_poll_at=any_pipeline.now + interval,
            interval=interval,
        )
    assert await any_pipeline.wait(minutes=14) == []
    unknown = push(1, reason=NotificationReason.BECAME_UNKNOWN)
    assert await any_pipeline.wait(minutes=2) == [unknown]


async def test_a_first_poll_reports_an_escalation_to_those_who_know_of_the_alert_only(
    any_pipeline: AlertPipeline,
) -> None:
    """A first poll notified newcomers of what is old, or nobody of a graver state."""
    await any_pipeline.raise_alert("press", KYIV, level="yellow")
    await any_pipeline.mark_sent()
    any_pipeline.subscribe(2, "Kyiv")
    graver = any_pipeline.bulletin(
        "siren", KYIV, Phase.ACTIVE, level="red", published_at=NOW - timedelta(minutes=1)
    )
    escalated = push(1, reason=NotificationReason.CHANGED)
    assert escalated in await any_pipeline.ingest(graver, baseline=True)
    await any_pipeline.mark_sent()
    same = any_pipeline.bulletin("alerts", KYIV, Phase.ACTIVE, level="red")
    repeated = await any_pipeline.ingest(same, baseline=True)
    assert [view for view in repeated if view.lane is Lane.ALERT] == []


@pytest.mark.parametrize(("minutes", "is_over"), [(3, False), (1, False), (0, True)])
async def test_an_official_end_that_arrives_late_is_refuted_by_later_polls(
    any_pipeline: AlertPipeline, minutes: int, *, is_over: bool
) -> None:
    """Its all-clear was sent at once, although polls had shown the alert long after that end."""
    await any_pipeline.raise_alert("siren", KYIV)
    await any_pipeline.mark_sent()
    await any_pipeline.wait(minutes=4)
    ended_at = any_pipeline.now - timedelta(minutes=minutes)
    cleared = await any_pipeline.clear_alert("hook", KYIV, published_at=ended_at)
    assert [view.lane for view in cleared if view.lane is Lane.ALERT] == [Lane.ALERT] * is_over
    assert bool(await any_pipeline.open_incidents()) is not is_over
    if not is_over:
        await any_pipeline.clear_alert("siren", KYIV)
        ended = await any_pipeline.wait(seconds=CLOSING_SECONDS)
        assert [view for view in ended if view.lane is Lane.ALERT] == [all_clear(1)]
