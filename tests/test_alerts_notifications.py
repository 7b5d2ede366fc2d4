"""Alert notifications: from the reports of many sources to the few messages of a subscriber."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pyroaring import BitMap
from support.alert_pipeline import NOW, AlertPipeline, all_clear, all_clear_with_edit, edit, push

from alerts.lifecycle import CLEAR_DELAY
from matching.index.index import MatchMode
from storage.engine.database import Database
from storage.inbound import bulletins, incidents
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident, NotificationReason
from storage.outbox import incident_messages, receipts
from storage.outbox.incident_messages import LiveMessage
from storage.outbox.receipts import Receipt
from storage.subscribers import alert_preferences
from storage.subscribers.alert_preferences import AlertUpdates
from storage.values.lanes import Lane

OBLAST, KYIV = "Харківська область", "м. Київ"
CHUHUIV, IZIUM, KUPIANSK = "Чугуївський район", "Ізюмський район", "Куп'янський район"
CLOSING_SECONDS = CLEAR_DELAY.total_seconds() + 10


@pytest.fixture
def pipeline(sqlite: Database) -> AlertPipeline:
    return AlertPipeline(sqlite)


@pytest.fixture
def any_pipeline(database: Database) -> AlertPipeline:
    return AlertPipeline(database)


async def test_the_first_source_notifies_and_others_edit_the_message(
    any_pipeline: AlertPipeline,
) -> None:
    """Several sources that report one alert must not notify several times."""
    any_pipeline.subscribe(1, "Kyiv")
    any_pipeline.subscribe(2, "Kyiv", MatchMode.SILENT)
    any_pipeline.subscribe(3, "Odesa")
    assert await any_pipeline.raise_alert("siren", KYIV) == [push(1, 2, silent=(2,))]
    assert await any_pipeline.raise_alert("alerts", KYIV) == [edit(1, 2)]
    assert await any_pipeline.publish_text("channel", "Повітряна тривога в Києві!") == [edit(1, 2)]
    (incident,) = await any_pipeline.open_incidents()
    assert tuple(incident.sources) == ("siren", "alerts", "channel")


async def test_an_alert_that_only_its_fields_declare_notifies_subscribers_of_its_topic(
    pipeline: AlertPipeline,
) -> None:
    """A webhook's title may be any words, and its topics are its own affair."""
    pipeline.subscribe(1, "(#air_alert OR #all_clear) Kyiv")
    pipeline.subscribe(2, "#artillery Kyiv")
    fields = {"title": "Attention", "topics": ()}
    assert await pipeline.raise_alert("hook", KYIV, **fields, hazard="Air_Raid") == [push(1)]
    assert await pipeline.raise_alert("hook", KYIV, **fields, hazard="artillery_shelling") == [
        push(2)
    ]


async def test_an_all_clear_notifies_subscribers_of_the_alert_and_of_all_clears(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, "Kyiv")
    pipeline.subscribe(2, "#all_clear Kyiv")
    await pipeline.raise_alert("siren", KYIV)
    await pipeline.mark_sent()
    pipeline.subscribe(3, "Kyiv")
    assert await pipeline.clear_alert("siren", KYIV) == []
    assert await pipeline.wait(seconds=CLOSING_SECONDS) == [
        all_clear(1, 2),
        edit(1, reason=NotificationReason.CLOSED),
    ]
    assert await pipeline.open_incidents() == []


async def test_a_declared_all_clear_notifies_at_once(pipeline: AlertPipeline) -> None:
    pipeline.subscribe(1, "Kyiv")
    await pipeline.raise_alert("siren", KYIV)
    await pipeline.mark_sent()
    assert await pipeline.clear_alert("hook", KYIV) == all_clear_with_edit(1)


async def test_a_subscriber_of_an_oblast_is_notified_once_for_all_its_raions(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, OBLAST)
    pipeline.subscribe(2, CHUHUIV)
    pipeline.subscribe(3, IZIUM)
    pipeline.subscribe(4, f"{CHUHUIV} OR {IZIUM}")
    pipeline.subscribe(5, "Ukraine")
    pipeline.subscribe(6, "#air_alert")
    assert await pipeline.raise_alert("siren", CHUHUIV) == [push(1, 2, 4, 5, 6)]
    assert await pipeline.raise_alert("siren", IZIUM) == [
        push(3, 4),
        edit(1, 5, 6, reason=NotificationReason.OPENED),
    ]
    await pipeline.mark_sent()
    await pipeline.clear_alert("siren", CHUHUIV)
    assert await pipeline.wait(seconds=CLOSING_SECONDS) == [
        all_clear(2, 4),
        edit(1, 2, 4, 5, 6, reason=NotificationReason.CLOSED),
    ]
    await pipeline.mark_sent()
    await pipeline.clear_alert("siren", IZIUM)
    assert await pipeline.wait(seconds=CLOSING_SECONDS) == all_clear_with_edit(1, 3, 4, 5, 6)


async def test_two_raions_that_end_together_are_one_all_clear_for_their_oblast(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, OBLAST)
    await pipeline.raise_alert("siren", CHUHUIV)
    await pipeline.raise_alert("siren", IZIUM)
    await pipeline.mark_sent()
    await pipeline.ingest(
        *(pipeline.bulletin("siren", place, Phase.CLEAR) for place in (CHUHUIV, IZIUM))
    )
    new = await pipeline.wait(seconds=CLOSING_SECONDS)
    assert [view for view in new if view.lane is Lane.ALERT] == [all_clear(1)]


async def test_an_oblast_alert_is_inhibited_by_the_alert_of_a_raion(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, CHUHUIV)
    pipeline.subscribe(2, IZIUM)
    pipeline.subscribe(3, f"{CHUHUIV} OR {IZIUM}")
    pipeline.subscribe(4, OBLAST)
    assert await pipeline.raise_alert("siren", CHUHUIV) == [push(1, 3, 4)]
    assert await pipeline.raise_alert("siren", OBLAST) == [
        push(2, 3),
        edit(1, 4, reason=NotificationReason.OPENED),
    ]
    await pipeline.mark_sent()
    assert await pipeline.clear_alert("siren", CHUHUIV) == []
    assert await pipeline.wait(seconds=CLOSING_SECONDS) == [
        edit(1, 3, 4, reason=NotificationReason.CLOSED)
    ]
    await pipeline.mark_sent()
    await pipeline.clear_alert("siren", OBLAST)
    assert await pipeline.wait(seconds=CLOSING_SECONDS) == all_clear_with_edit(1, 2, 3, 4)


async def test_a_raion_alert_is_inhibited_by_the_alert_of_its_oblast(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, CHUHUIV)
    pipeline.subscribe(2, OBLAST)
    assert await pipeline.raise_alert("siren", OBLAST) == [push(1, 2)]
    assert await pipeline.raise_alert("siren", CHUHUIV) == [
        edit(1, 2, reason=NotificationReason.OPENED)
    ]


async def test_a_more_severe_alert_is_not_inhibited_by_a_less_severe_one(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, OBLAST)
    assert await pipeline.raise_alert("siren", CHUHUIV, level="yellow") == [push(1)]
    assert await pipeline.raise_alert("siren", IZIUM, level="red") == [push(1)]


async def test_alerts_of_two_oblasts_both_notify_a_subscriber_of_the_country(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, "Ukraine")
    assert await pipeline.raise_alert("siren", OBLAST) == [push(1)]
    assert await pipeline.raise_alert("siren", KYIV) == [push(1)]


async def test_the_alert_preference_decides_which_updates_notify(
    any_pipeline: AlertPipeline,
) -> None:
    for number, chosen in enumerate(AlertUpdates, start=1):
        any_pipeline.subscribe(number, "Kyiv")
        async with any_pipeline.database.write() as transaction:
            await alert_preferences.set_preference(transaction, number, chosen)
            assert await alert_preferences.get(transaction, number) is chosen
    assert await any_pipeline.raise_alert("siren", KYIV, level="yellow") == [push(1, 2, 3)]
    changed = NotificationReason.CHANGED
    assert await any_pipeline.update_alert("siren", KYIV, level="red") == [
        push(1, 2, reason=changed),
        edit(3),
    ]
    assert await any_pipeline.update_alert("siren", KYIV, level="yellow") == [
        push(1, reason=changed),
        edit(2, 3),
    ]
    assert await any_pipeline.raise_alert("alerts", KYIV, level="yellow") == [edit(1, 2, 3)]


async def test_a_message_is_found_for_its_alert_and_for_related_alerts(
    any_pipeline: AlertPipeline,
) -> None:
    any_pipeline.subscribe(1, OBLAST)
    any_pipeline.subscribe(2, IZIUM)
    await any_pipeline.raise_alert("siren", CHUHUIV)
    await any_pipeline.raise_alert("siren", IZIUM)
    first, second, _edit = await any_pipeline.unfinished_broadcasts()
    arrived = [
        Receipt(bulletin, number, 500 + number, is_live=True)
        for number, bulletin in ((1, first.bulletin), (2, second.bulletin))
    ]
    async with any_pipeline.database.write() as transaction:
        await receipts.put(transaction, arrived, NOW)
        chuhuiv, izium = await incidents.get_open(transaction)
        messages = [
            await incident_messages.find_messages(transaction, incident, BitMap((1, 2, 3)))
            for incident in (chuhuiv, izium)
        ]
    shared = LiveMessage(501, (chuhuiv.id, izium.id))
    assert messages == [{1: shared}, {1: shared, 2: LiveMessage(502, (izium.id,))}]


async def mark_delivered(pipeline: AlertPipeline, message_id: int) -> None:
    """Store a receipt for the only subscriber: all new messages arrived as one."""
    new = [
        Receipt(broadcast.bulletin, 1, message_id, is_live=True)
        for broadcast in await pipeline.unfinished_broadcasts()
        if broadcast.lane is Lane.ALERT
    ]
    async with pipeline.database.write() as transaction:
        await receipts.put(transaction, new, pipeline.now)
    await pipeline.mark_sent()


async def message_of(pipeline: AlertPipeline, incident: Incident) -> LiveMessage | None:
    async with pipeline.database.read() as transaction:
        return (await incident_messages.find_messages(transaction, incident, BitMap((1,)))).get(1)


async def test_a_message_stays_live_through_successive_related_alerts(
    any_pipeline: AlertPipeline,
) -> None:
    any_pipeline.subscribe(1, f"Kyiv OR {OBLAST}")
    await any_pipeline.raise_alert("siren", KYIV)
    await any_pipeline.raise_alert("siren", CHUHUIV)
    await mark_delivered(any_pipeline, 501)
    for region, before in ((IZIUM, CHUHUIV), (KUPIANSK, IZIUM)):
        any_pipeline.now += timedelta(minutes=10)
        await any_pipeline.raise_alert("siren", region)
        any_pipeline.now += timedelta(minutes=10)
        await any_pipeline.clear_alert("hook", before)
    await any_pipeline.mark_sent()
    kyiv, kupiansk = await any_pipeline.open_incidents()
    assert await message_of(any_pipeline, kupiansk) == LiveMessage(
        501, (kyiv.id, 2, 3, kupiansk.id)
    )


async def test_other_messages_of_a_bulletin_are_not_taken_for_the_alert_message(
    any_pipeline: AlertPipeline,
) -> None:
    any_pipeline.subscribe(1, "Kyiv")
    await any_pipeline.raise_alert("siren", KYIV)
    await mark_delivered(any_pipeline, 501)
    (kyiv,) = await any_pipeline.open_incidents()
    news_receipt = Receipt(kyiv.bulletin or 0, 1, 502)
    async with any_pipeline.database.write() as transaction:
        await receipts.put(transaction, [news_receipt], NOW)
    assert await message_of(any_pipeline, kyiv) == LiveMessage(501, (kyiv.id,))


async def test_a_subscriber_with_a_cancelled_update_gets_the_all_clear(
    any_pipeline: AlertPipeline,
) -> None:
    any_pipeline.subscribe(1, IZIUM)
    await any_pipeline.raise_alert("hook", IZIUM, level="yellow")
    await any_pipeline.raise_alert("siren", OBLAST, level="yellow")
    await any_pipeline.mark_sent()
    any_pipeline.now += timedelta(minutes=1)
    await any_pipeline.update_alert("siren", OBLAST, level="red")
    assert all_clear(1) in await any_pipeline.clear_alert("hook", OBLAST)


async def test_a_subscriber_of_a_related_alert_gets_the_all_clear_of_an_unsent_one(
    any_pipeline: AlertPipeline,
) -> None:
    any_pipeline.subscribe(1, IZIUM)
    await any_pipeline.raise_alert("siren", OBLAST, level="yellow")
    await mark_delivered(any_pipeline, 501)
    await any_pipeline.raise_alert("siren", IZIUM, level="red")
    any_pipeline.now += timedelta(minutes=1)
    assert all_clear(1) in await any_pipeline.clear_alert("hook", OBLAST)


async def test_an_absence_from_a_poll_does_not_end_the_alert_of_a_larger_region(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, IZIUM)
    pipeline.subscribe(2, f"#all_clear {IZIUM}")
    await pipeline.raise_alert("hook", OBLAST)
    assert await pipeline.clear_alert("siren", IZIUM) == []


async def test_newer_edits_supersede_unsent_edits(any_pipeline: AlertPipeline) -> None:
    any_pipeline.subscribe(1, "Kyiv")
    any_pipeline.subscribe(2, "Kyiv")
    await any_pipeline.raise_alert("siren", KYIV)
    await any_pipeline.raise_alert("alerts", KYIV)
    await any_pipeline.publish_text("channel", "Повітряна тривога в Києві!")
    unfinished = await any_pipeline.unfinished_broadcasts()
    edits = [broadcast for broadcast in unfinished if broadcast.lane is Lane.EDIT]
    assert [set(broadcast.recipients) for broadcast in edits] == [{1, 2}]


async def test_a_closed_alert_that_was_not_sent_is_cancelled_with_its_all_clear(
    any_pipeline: AlertPipeline,
) -> None:
    for number in (1, 2, 3):
        any_pipeline.subscribe(number, "Kyiv")
    await any_pipeline.raise_alert("siren", KYIV)
    await any_pipeline.mark_sent(up_to=2)
    assert await any_pipeline.clear_alert("hook", KYIV) == [
        all_clear(1, 2),
        edit(1, 2, 3, reason=NotificationReason.CLOSED),
    ]
    assert [broadcast.reason for broadcast in await any_pipeline.unfinished_broadcasts()] == [
        NotificationReason.CLOSED
    ] * 2


async def test_a_cancelled_alert_reveals_the_related_alert_that_continues(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, OBLAST)
    pipeline.subscribe(2, OBLAST)
    await pipeline.raise_alert("siren", CHUHUIV)
    await pipeline.mark_sent(up_to=1)
    await pipeline.raise_alert("siren", IZIUM)
    new = await pipeline.clear_alert("hook", CHUHUIV)
    assert push(2) in new
    assert all_clear(2) not in new


async def test_a_restart_during_an_alert_notifies_nobody_again(pipeline: AlertPipeline) -> None:
    pipeline.subscribe(1, "Kyiv")
    await pipeline.raise_alert("siren", KYIV)
    await pipeline.mark_sent()
    pipeline.restart()
    assert await pipeline.raise_alert("alerts", KYIV) == [edit(1)]
    await pipeline.mark_sent()
    pipeline.restart()
    await pipeline.clear_alert("siren", KYIV)
    await pipeline.clear_alert("alerts", KYIV)
    assert await pipeline.wait(seconds=CLOSING_SECONDS) == all_clear_with_edit(1)


async def test_a_restart_after_a_long_outage_polls_before_the_state_becomes_unknown(
    pipeline: AlertPipeline,
) -> None:
    """Sources count as unreachable only after the restarted bot had time to poll them."""
    pipeline.subscribe(1, "Kyiv")
    await pipeline.raise_alert("siren", KYIV)
    await pipeline.mark_sent()
    pipeline.now += timedelta(hours=1)
    pipeline.restart()
    pipeline.unreachable = {"siren", "alerts"}
    assert await pipeline.wait(seconds=50) == []
    assert await pipeline.wait(minutes=1) == [push(1, reason=NotificationReason.BECAME_UNKNOWN)]


async def test_an_alert_does_not_include_places_that_its_text_only_mentions(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, "Kyiv")
    pipeline.subscribe(2, "Odesa")
    new = await pipeline.publish_text("blog", "Air alert in Kyiv", text="Trains to Odesa are late.")
    assert [(view.reason, set(view.recipients)) for view in new] == [
        (NotificationReason.OPENED, {1}),
        (None, {2}),
    ]


async def test_a_baseline_alert_opens_an_incident_and_notifies_nobody(
    pipeline: AlertPipeline,
) -> None:
    """The first poll of a source finds alerts that began earlier and are no news."""
    pipeline.subscribe(1, "Kyiv")
    began = pipeline.bulletin("siren", KYIV, Phase.ACTIVE, published_at=NOW - timedelta(hours=1))
    assert await pipeline.ingest(began, baseline=True) == []
    assert [incident.opened_at for incident in await pipeline.open_incidents()] == [
        NOW - timedelta(hours=1)
    ]
    await pipeline.clear_alert("siren", KYIV)
    assert await pipeline.wait(seconds=CLOSING_SECONDS) == []


async def test_permanent_alerts_notify_nobody(pipeline: AlertPipeline) -> None:
    pipeline.subscribe(1, "Luhansk Oblast")
    assert await pipeline.publish_text("channel", "Повітряна тривога в Луганській області!") == []
    assert await pipeline.raise_alert("siren", "Сіверськодонецький район") == [push(1)]


async def test_a_drill_opens_no_incident(pipeline: AlertPipeline) -> None:
    """A drill is sent silently as news, never as a real alert."""
    pipeline.subscribe(1, "Kyiv")
    (drill,) = await pipeline.raise_alert(
        "hook", KYIV, title="Навчальна повітряна тривога: м. Київ"
    )
    assert (drill.lane, set(drill.silent)) == (Lane.NEWS, {1})
    assert await pipeline.open_incidents() == []


async def test_an_outage_of_all_sources_notifies_once_that_the_state_is_unknown(
    pipeline: AlertPipeline,
) -> None:
    """Silence of the sources must not look like an all-clear."""
    pipeline.subscribe(1, "Kyiv")
    await pipeline.raise_alert("siren", KYIV)
    pipeline.unreachable = {"siren", "alerts"}
    assert await pipeline.wait(minutes=10) == [push(1, reason=NotificationReason.BECAME_UNKNOWN)]


async def test_an_alert_that_is_known_again_notifies(pipeline: AlertPipeline) -> None:
    """Each loss and each return of the sources is notified, and the all-clear still arrives."""
    pipeline.subscribe(1, "Kyiv")
    await pipeline.wait(seconds=5)
    await pipeline.raise_alert("siren", KYIV)
    pipeline.unreachable = {"siren", "alerts"}
    assert await pipeline.wait(minutes=10) == [push(1, reason=NotificationReason.BECAME_UNKNOWN)]
    pipeline.unreachable = set()
    assert await pipeline.wait(minutes=1) == [push(1, reason=NotificationReason.KNOWN_AGAIN)]
    pipeline.unreachable = {"siren", "alerts"}
    assert await pipeline.wait(minutes=2) == [push(1, reason=NotificationReason.BECAME_UNKNOWN)]
    pipeline.unreachable = set()
    await pipeline.mark_sent()
    await pipeline.clear_alert("siren", KYIV)
    assert await pipeline.wait(minutes=1) == all_clear_with_edit(1)


async def test_a_bulletin_for_many_regions_notifies_a_subscriber_once(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, "Ukraine")
    pipeline.subscribe(2, "Odesa OR Kyiv")
    pipeline.subscribe(3, "Odesa")
    new = await pipeline.publish_text("channel", "Повітряна тривога: Київ, Одеса, Львів.")
    notified = [number for view in new if view.lane is Lane.ALERT for number in view.recipients]
    assert sorted(notified) == [1, 2, 3]
    assert len(await pipeline.open_incidents()) == 3


async def test_a_text_all_clear_for_an_oblast_closes_the_alerts_of_its_raions(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, CHUHUIV)
    await pipeline.publish_text("channel", "Повітряна тривога: Чугуївський район.")
    await pipeline.mark_sent()
    pipeline.now += timedelta(minutes=1)
    new = await pipeline.publish_text("other", "Відбій повітряної тривоги: Харківська область.")
    assert new == all_clear_with_edit(1)


async def test_a_long_report_of_an_active_alert_is_pushed_as_news(pipeline: AlertPipeline) -> None:
    pipeline.subscribe(1, "Kyiv")
    await pipeline.raise_alert("siren", KYIV)
    words = "Explosions were heard in several districts of the city during the night. " * 5
    (edited, news) = await pipeline.publish_text("blog", "Air alert in Kyiv", text=words)
    assert edited == edit(1)
    assert (news.lane, set(news.recipients)) == (Lane.NEWS, {1})


async def test_missed_alerts_are_summarized_in_one_message(any_pipeline: AlertPipeline) -> None:
    """After an outage, old alerts must not be pushed as new."""
    any_pipeline.subscribe(1, "Kyiv")
    any_pipeline.subscribe(2, OBLAST)
    old = NOW - timedelta(hours=2)
    late = [
        any_pipeline.bulletin("siren", region, Phase.ACTIVE, published_at=old)
        for region in (KYIV, CHUHUIV)
    ]
    (summary,) = await any_pipeline.ingest(*late)
    assert (summary.reason, summary.lane) == (NotificationReason.MISSED, Lane.NEWS)
    assert set(summary.recipients) == {1, 2}
    await any_pipeline.mark_sent()
    await any_pipeline.clear_alert("siren", KYIV)
    assert await any_pipeline.wait(seconds=CLOSING_SECONDS) == [
        all_clear(1, silent=(1,)),
        edit(1, reason=NotificationReason.CLOSED),
    ]


async def test_an_old_bulletin_opens_no_incident(pipeline: AlertPipeline) -> None:
    pipeline.subscribe(1, "Kyiv")
    old = NOW - timedelta(days=900)
    assert await pipeline.publish_text("blog", "Air alert in Kyiv", published_at=old) == []
    assert await pipeline.open_incidents() == []


async def test_a_failed_transaction_leaves_no_decision_behind(pipeline: AlertPipeline) -> None:
    pipeline.subscribe(1, "Kyiv")
    broken = replace(pipeline.bulletin("siren", KYIV, Phase.ACTIVE), url=object())  # type: ignore[arg-type]
    with pytest.raises(Exception, match="."):
        await pipeline.ingest(broken)
    assert await pipeline.raise_alert("siren", KYIV) == [push(1)]


async def test_bulletins_of_an_open_incident_are_not_purged_and_a_closed_one_outlives_them(
    pipeline: AlertPipeline,
) -> None:
    pipeline.subscribe(1, "Kyiv")
    tomorrow = NOW + timedelta(days=1)
    await pipeline.raise_alert("siren", KYIV)
    await pipeline.mark_sent()
    async with pipeline.database.write() as transaction:
        assert await bulletins.purge(transaction, tomorrow, limit=9) == 0
    assert await pipeline.clear_alert("hook", KYIV) == all_clear_with_edit(1)
    await pipeline.mark_sent()
    async with pipeline.database.write() as transaction:
        assert await bulletins.purge(transaction, tomorrow, limit=9) == 2
        (incident,) = (await incidents.last_closed(transaction, NOW - timedelta(days=9))).values()
        assert (incident.bulletin, incident.last_bulletin) == (None, None)
        await incidents.purge(transaction, tomorrow)
        assert await incidents.last_closed(transaction, NOW - timedelta(days=9)) == {}
