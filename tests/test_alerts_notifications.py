"""From what many sources say of one alert to the few messages a person has of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from pyroaring import BitMap
from support.alert_pipeline import NOW, Alarms, edit, ended, over, ring

from alerts.lifecycle import HOLD
from matching.index.index import Mode
from storage.engine.database import Database
from storage.inbound import bulletins, incidents
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident, Telling
from storage.outbox import incident_messages, receipts
from storage.outbox.incident_messages import Message
from storage.outbox.receipts import Receipt
from storage.subscribers import alert_preferences
from storage.subscribers.alert_preferences import Changes
from storage.values.lanes import Lane

OBLAST, KYIV = "Харківська область", "м. Київ"
CHUHUIV, IZIUM, KUPIANSK = "Чугуївський район", "Ізюмський район", "Куп'янський район"
LATER = HOLD.total_seconds() + 10


@pytest.fixture
def alarms(sqlite: Database) -> Alarms:
    return Alarms(sqlite)


@pytest.fixture
def both(database: Database) -> Alarms:
    return Alarms(database)


async def test_the_first_source_rings_and_the_others_confirm(both: Alarms) -> None:
    """Case 47."""
    both.subscribe(1, "Kyiv")
    both.subscribe(2, "Kyiv", Mode.SILENT)
    both.subscribe(3, "Odesa")
    assert await both.on("siren", KYIV) == [ring(1, 2, silent=(2,))]
    assert await both.on("alerts", KYIV) == [edit(1, 2)]
    assert await both.text("channel", "Повітряна тривога в Києві!") == [edit(1, 2)]
    (incident,) = await both.open()
    assert tuple(incident.sources) == ("siren", "alerts", "channel")


async def test_whoever_follows_air_alerts_is_rung_by_one_that_only_its_fields_tell(
    alarms: Alarms,
) -> None:
    """A webhook's title may be any words, and its topics are its own affair."""
    alarms.subscribe(1, "(#air_alert OR #all_clear) Kyiv")
    alarms.subscribe(2, "#artillery Kyiv")
    told = {"title": "Attention", "topics": ()}
    assert await alarms.on("hook", KYIV, **told, hazard="Air_Raid") == [ring(1)]
    assert await alarms.on("hook", KYIV, **told, hazard="artillery_shelling") == [ring(2)]


async def test_an_all_clear_comes_to_who_had_the_alert_and_to_who_asked_for_it(
    alarms: Alarms,
) -> None:
    alarms.subscribe(1, "Kyiv")
    alarms.subscribe(2, "#all_clear Kyiv")
    await alarms.on("siren", KYIV)
    await alarms.is_sent()
    alarms.subscribe(3, "Kyiv")
    assert await alarms.over("siren", KYIV) == []
    assert await alarms.wait(seconds=LATER) == [over(1, 2), edit(1, telling=Telling.CLOSED)]
    assert await alarms.open() == []


async def test_a_declared_all_clear_comes_at_once(alarms: Alarms) -> None:
    alarms.subscribe(1, "Kyiv")
    await alarms.on("siren", KYIV)
    await alarms.is_sent()
    assert await alarms.over("hook", KYIV) == ended(1)


async def test_an_oblast_is_rung_once_for_all_its_raions(alarms: Alarms) -> None:
    alarms.subscribe(1, OBLAST)
    alarms.subscribe(2, CHUHUIV)
    alarms.subscribe(3, IZIUM)
    alarms.subscribe(4, f"{CHUHUIV} OR {IZIUM}")
    alarms.subscribe(5, "Ukraine")
    alarms.subscribe(6, "#air_alert")
    assert await alarms.on("siren", CHUHUIV) == [ring(1, 2, 4, 5, 6)]
    assert await alarms.on("siren", IZIUM) == [
        ring(3, 4),
        edit(1, 5, 6, telling=Telling.OPENED),
    ]
    await alarms.is_sent()
    await alarms.over("siren", CHUHUIV)
    assert await alarms.wait(seconds=LATER) == [
        over(2, 4),
        edit(1, 2, 4, 5, 6, telling=Telling.CLOSED),
    ]
    await alarms.is_sent()
    await alarms.over("siren", IZIUM)
    assert await alarms.wait(seconds=LATER) == ended(1, 3, 4, 5, 6)


async def test_two_raions_that_end_at_once_are_one_end_to_who_watches_both_as_one(
    alarms: Alarms,
) -> None:
    alarms.subscribe(1, OBLAST)
    await alarms.on("siren", CHUHUIV)
    await alarms.on("siren", IZIUM)
    await alarms.is_sent()
    await alarms.take(*(alarms.said("siren", place, Phase.CLEAR) for place in (CHUHUIV, IZIUM)))
    told = await alarms.wait(seconds=LATER)
    assert [one for one in told if one.lane is Lane.ALERT] == [over(1)]


async def test_a_raion_under_alert_is_not_rung_again_by_its_oblast(alarms: Alarms) -> None:
    alarms.subscribe(1, CHUHUIV)
    alarms.subscribe(2, IZIUM)
    alarms.subscribe(3, f"{CHUHUIV} OR {IZIUM}")
    alarms.subscribe(4, OBLAST)
    assert await alarms.on("siren", CHUHUIV) == [ring(1, 3, 4)]
    assert await alarms.on("siren", OBLAST) == [ring(2, 3), edit(1, 4, telling=Telling.OPENED)]
    await alarms.is_sent()
    assert await alarms.over("siren", CHUHUIV) == []
    assert await alarms.wait(seconds=LATER) == [edit(1, 3, 4, telling=Telling.CLOSED)]
    await alarms.is_sent()
    await alarms.over("siren", OBLAST)
    assert await alarms.wait(seconds=LATER) == ended(1, 2, 3, 4)


async def test_an_oblast_under_alert_is_not_rung_again_by_its_raions(alarms: Alarms) -> None:
    alarms.subscribe(1, CHUHUIV)
    alarms.subscribe(2, OBLAST)
    assert await alarms.on("siren", OBLAST) == [ring(1, 2)]
    assert await alarms.on("siren", CHUHUIV) == [edit(1, 2, telling=Telling.OPENED)]


async def test_a_graver_alert_rings_also_who_was_rung_by_a_lesser_one(alarms: Alarms) -> None:
    alarms.subscribe(1, OBLAST)
    assert await alarms.on("siren", CHUHUIV, level="yellow") == [ring(1)]
    assert await alarms.on("siren", IZIUM, level="red") == [ring(1)]


async def test_two_oblasts_are_two_alerts(alarms: Alarms) -> None:
    alarms.subscribe(1, "Ukraine")
    assert await alarms.on("siren", OBLAST) == [ring(1)]
    assert await alarms.on("siren", KYIV) == [ring(1)]


async def test_what_a_person_wishes_decides_which_changes_ring(both: Alarms) -> None:
    for number, chosen in enumerate(Changes, start=1):
        both.subscribe(number, "Kyiv")
        async with both.database.write() as transaction:
            await alert_preferences.choose(transaction, number, chosen)
            assert await alert_preferences.of(transaction, number) is chosen
    assert await both.on("siren", KYIV, level="yellow") == [ring(1, 2, 3)]
    changed = Telling.CHANGED
    assert await both.changed("siren", KYIV, level="red") == [ring(1, 2, telling=changed), edit(3)]
    assert await both.changed("siren", KYIV, level="yellow") == [
        ring(1, telling=changed),
        edit(2, 3),
    ]
    assert await both.on("alerts", KYIV, level="yellow") == [edit(1, 2, 3)]


async def test_the_message_of_an_alert_is_found_and_that_of_one_it_belongs_with(
    both: Alarms,
) -> None:
    both.subscribe(1, OBLAST)
    both.subscribe(2, IZIUM)
    await both.on("siren", CHUHUIV)
    await both.on("siren", IZIUM)
    first, second, _edit = await both.owed()
    arrived = [
        Receipt(bulletin, number, 500 + number, living=True)
        for number, bulletin in ((1, first.bulletin), (2, second.bulletin))
    ]
    async with both.database.write() as transaction:
        await receipts.put(transaction, arrived, NOW)
        chuhuiv, izium = await incidents.open_now(transaction)
        found = [
            await incident_messages.messages(transaction, incident, BitMap((1, 2, 3)))
            for incident in (chuhuiv, izium)
        ]
    both_of_them = Message(501, (chuhuiv.id, izium.id))
    assert found == [{1: both_of_them}, {1: both_of_them, 2: Message(502, (izium.id,))}]


async def arrived(alarms: Alarms, message_id: int) -> None:
    """What rings has reached its only listener, in one message."""
    new = [
        Receipt(one.bulletin, 1, message_id, living=True)
        for one in await alarms.owed()
        if one.lane is Lane.ALERT
    ]
    async with alarms.database.write() as transaction:
        await receipts.put(transaction, new, alarms.now)
    await alarms.is_sent()


async def message_of(alarms: Alarms, incident: Incident) -> Message | None:
    async with alarms.database.read() as transaction:
        return (await incident_messages.messages(transaction, incident, BitMap((1,)))).get(1)


async def test_a_message_lives_through_alerts_that_follow_each_other(both: Alarms) -> None:
    both.subscribe(1, f"Kyiv OR {OBLAST}")
    await both.on("siren", KYIV)
    await both.on("siren", CHUHUIV)
    await arrived(both, 501)
    for region, before in ((IZIUM, CHUHUIV), (KUPIANSK, IZIUM)):
        both.now += timedelta(minutes=10)
        await both.on("siren", region)
        both.now += timedelta(minutes=10)
        await both.over("hook", before)
    await both.is_sent()
    kyiv, kupiansk = await both.open()
    assert await message_of(both, kupiansk) == Message(501, (kyiv.id, 2, 3, kupiansk.id))


async def test_what_else_a_bulletin_brings_is_not_taken_for_the_message_of_its_alert(
    both: Alarms,
) -> None:
    both.subscribe(1, "Kyiv")
    await both.on("siren", KYIV)
    await arrived(both, 501)
    (kyiv,) = await both.open()
    news_or_an_all_clear = Receipt(kyiv.bulletin or 0, 1, 502)
    async with both.database.write() as transaction:
        await receipts.put(transaction, [news_or_an_all_clear], NOW)
    assert await message_of(both, kyiv) == Message(501, (kyiv.id,))


async def test_who_was_to_be_rung_again_by_what_ends_gets_the_all_clear(both: Alarms) -> None:
    both.subscribe(1, IZIUM)
    await both.on("hook", IZIUM, level="yellow")
    await both.on("siren", OBLAST, level="yellow")
    await both.is_sent()
    both.now += timedelta(minutes=1)
    await both.changed("siren", OBLAST, level="red")
    assert over(1) in await both.over("hook", OBLAST)


async def test_who_was_told_by_one_gets_the_end_of_a_graver_one_that_did_not_ring_yet(
    both: Alarms,
) -> None:
    both.subscribe(1, IZIUM)
    await both.on("siren", OBLAST, level="yellow")
    await arrived(both, 501)
    await both.on("siren", IZIUM, level="red")
    both.now += timedelta(minutes=1)
    assert over(1) in await both.over("hook", OBLAST)


async def test_what_a_poll_does_not_show_any_more_is_no_end_of_what_is_on_around_it(
    alarms: Alarms,
) -> None:
    alarms.subscribe(1, IZIUM)
    alarms.subscribe(2, f"#all_clear {IZIUM}")
    await alarms.on("hook", OBLAST)
    assert await alarms.over("siren", IZIUM) == []


async def test_edits_that_are_not_done_are_replaced_by_newer_ones(both: Alarms) -> None:
    both.subscribe(1, "Kyiv")
    both.subscribe(2, "Kyiv")
    await both.on("siren", KYIV)
    await both.on("alerts", KYIV)
    await both.text("channel", "Повітряна тривога в Києві!")
    edits = [one for one in await both.owed() if one.lane is Lane.EDIT]
    assert [set(one.recipients) for one in edits] == [{1, 2}]


async def test_who_has_not_had_an_alert_that_is_over_gets_neither_it_nor_its_end(
    both: Alarms,
) -> None:
    for number in (1, 2, 3):
        both.subscribe(number, "Kyiv")
    await both.on("siren", KYIV)
    await both.is_sent(up_to=2)
    assert await both.over("hook", KYIV) == [over(1, 2), edit(1, 2, 3, telling=Telling.CLOSED)]
    assert [one.telling for one in await both.owed()] == [Telling.CLOSED] * 2


async def test_who_has_not_had_the_alert_that_ends_is_rung_for_the_one_that_goes_on(
    alarms: Alarms,
) -> None:
    alarms.subscribe(1, OBLAST)
    alarms.subscribe(2, OBLAST)
    await alarms.on("siren", CHUHUIV)
    await alarms.is_sent(up_to=1)
    await alarms.on("siren", IZIUM)
    told = await alarms.over("hook", CHUHUIV)
    assert ring(2) in told
    assert over(2) not in told


async def test_a_restart_in_the_middle_of_an_alert_rings_nobody_again(alarms: Alarms) -> None:
    """Case 51."""
    alarms.subscribe(1, "Kyiv")
    await alarms.on("siren", KYIV)
    await alarms.is_sent()
    alarms.restart()
    assert await alarms.on("alerts", KYIV) == [edit(1)]
    await alarms.is_sent()
    alarms.restart()
    await alarms.over("siren", KYIV)
    await alarms.over("alerts", KYIV)
    assert await alarms.wait(seconds=LATER) == ended(1)


async def test_after_a_long_absence_the_sources_are_asked_before_the_state_is_unknown(
    alarms: Alarms,
) -> None:
    """Case 51."""
    alarms.subscribe(1, "Kyiv")
    await alarms.on("siren", KYIV)
    await alarms.is_sent()
    alarms.now += timedelta(hours=1)
    alarms.restart()
    alarms.dead = {"siren", "alerts"}
    assert await alarms.wait(seconds=50) == []
    assert await alarms.wait(minutes=1) == [ring(1, telling=Telling.UNKNOWN)]


async def test_a_place_a_text_only_mentions_is_not_under_its_alert(alarms: Alarms) -> None:
    alarms.subscribe(1, "Kyiv")
    alarms.subscribe(2, "Odesa")
    told = await alarms.text("blog", "Air alert in Kyiv", text="Trains to Odesa are late.")
    assert [(one.telling, set(one.who)) for one in told] == [(Telling.OPENED, {1}), (None, {2})]


async def test_what_was_on_before_we_came_is_known_and_rings_nobody(alarms: Alarms) -> None:
    """Case 51."""
    alarms.subscribe(1, "Kyiv")
    began = alarms.said("siren", KYIV, Phase.ACTIVE, published_at=NOW - timedelta(hours=1))
    assert await alarms.take(began, baseline=True) == []
    assert [one.opened_at for one in await alarms.open()] == [NOW - timedelta(hours=1)]
    await alarms.over("siren", KYIV)
    assert await alarms.wait(seconds=LATER) == []


async def test_permanent_alerts_ring_nobody(alarms: Alarms) -> None:
    alarms.subscribe(1, "Luhansk Oblast")
    assert await alarms.text("channel", "Повітряна тривога в Луганській області!") == []
    assert await alarms.on("siren", "Сіверськодонецький район") == [ring(1)]


async def test_a_drill_is_no_alert(alarms: Alarms) -> None:
    """Case 54."""
    alarms.subscribe(1, "Kyiv")
    (told,) = await alarms.on("hook", KYIV, title="Навчальна повітряна тривога: м. Київ")
    assert (told.lane, set(told.silent)) == (Lane.NEWS, {1})
    assert await alarms.open() == []


async def test_when_no_source_answers_it_is_said_once_that_nobody_knows(alarms: Alarms) -> None:
    """Case 43."""
    alarms.subscribe(1, "Kyiv")
    await alarms.on("siren", KYIV)
    alarms.dead = {"siren", "alerts"}
    assert await alarms.wait(minutes=10) == [ring(1, telling=Telling.UNKNOWN)]


async def test_what_is_known_again_is_said(alarms: Alarms) -> None:
    """Case 43."""
    alarms.subscribe(1, "Kyiv")
    await alarms.wait(seconds=5)
    await alarms.on("siren", KYIV)
    alarms.dead = {"siren", "alerts"}
    assert await alarms.wait(minutes=10) == [ring(1, telling=Telling.UNKNOWN)]
    alarms.dead = set()
    assert await alarms.wait(minutes=1) == [ring(1, telling=Telling.KNOWN)]
    alarms.dead = {"siren", "alerts"}
    assert await alarms.wait(minutes=2) == [ring(1, telling=Telling.UNKNOWN)]
    alarms.dead = set()
    await alarms.is_sent()
    await alarms.over("siren", KYIV)
    assert await alarms.wait(minutes=1) == ended(1)


async def test_one_bulletin_for_many_regions_rings_once(alarms: Alarms) -> None:
    alarms.subscribe(1, "Ukraine")
    alarms.subscribe(2, "Odesa OR Kyiv")
    alarms.subscribe(3, "Odesa")
    told = await alarms.text("channel", "Повітряна тривога: Київ, Одеса, Львів.")
    rung = [number for one in told if one.lane is Lane.ALERT for number in one.who]
    assert sorted(rung) == [1, 2, 3]
    assert len(await alarms.open()) == 3


async def test_a_channel_that_ends_it_in_an_oblast_ends_it_in_its_raions(alarms: Alarms) -> None:
    alarms.subscribe(1, CHUHUIV)
    await alarms.text("channel", "Повітряна тривога: Чугуївський район.")
    await alarms.is_sent()
    alarms.now += timedelta(minutes=1)
    told = await alarms.text("other", "Відбій повітряної тривоги: Харківська область.")
    assert told == ended(1)


async def test_a_long_report_of_an_alert_comes_as_news_to_who_knows_of_it(alarms: Alarms) -> None:
    alarms.subscribe(1, "Kyiv")
    await alarms.on("siren", KYIV)
    words = "Explosions were heard in several districts of the city during the night. " * 5
    (edited, news) = await alarms.text("blog", "Air alert in Kyiv", text=words)
    assert edited == edit(1)
    assert (news.lane, set(news.who)) == (Lane.NEWS, {1})


async def test_what_was_missed_is_summed_up_in_one_message(both: Alarms) -> None:
    """Case 46."""
    both.subscribe(1, "Kyiv")
    both.subscribe(2, OBLAST)
    old = NOW - timedelta(hours=2)
    late = [
        both.said("siren", region, Phase.ACTIVE, published_at=old) for region in (KYIV, CHUHUIV)
    ]
    (summary,) = await both.take(*late)
    assert (summary.telling, summary.lane) == (Telling.MISSED, Lane.NEWS)
    assert set(summary.who) == {1, 2}
    await both.is_sent()
    await both.over("siren", KYIV)
    assert await both.wait(seconds=LATER) == ended(1)


async def test_an_old_file_opens_nothing(alarms: Alarms) -> None:
    alarms.subscribe(1, "Kyiv")
    old = NOW - timedelta(days=900)
    assert await alarms.text("blog", "Air alert in Kyiv", published_at=old) == []
    assert await alarms.open() == []


async def test_what_cannot_be_stored_is_decided_anew(alarms: Alarms) -> None:
    alarms.subscribe(1, "Kyiv")
    broken = replace(alarms.said("siren", KYIV, Phase.ACTIVE), url=object())  # type: ignore[arg-type]
    with pytest.raises(Exception, match="."):
        await alarms.take(broken)
    assert await alarms.on("siren", KYIV) == [ring(1)]


async def test_bulletins_of_an_alert_that_is_on_are_kept_and_it_outlives_them(
    alarms: Alarms,
) -> None:
    alarms.subscribe(1, "Kyiv")
    tomorrow = NOW + timedelta(days=1)
    await alarms.on("siren", KYIV)
    await alarms.is_sent()
    async with alarms.database.write() as transaction:
        assert await bulletins.forget(transaction, tomorrow, limit=9) == 0
    assert await alarms.over("hook", KYIV) == ended(1)
    await alarms.is_sent()
    async with alarms.database.write() as transaction:
        assert await bulletins.forget(transaction, tomorrow, limit=9) == 2
        (incident,) = (await incidents.ended(transaction, NOW - timedelta(days=9))).values()
        assert (incident.bulletin, incident.newest) == (None, None)
        await incidents.forget(transaction, tomorrow)
        assert await incidents.ended(transaction, NOW - timedelta(days=9)) == {}
