"""Messages about an alert, from the first warning to the all-clear."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from pyroaring import BitMap
from support.alert_pipeline import AlertPipeline
from support.delivery_driver import Outbox, now, running_delivery
from support.shared_resources import catalog, gazetteer, reader

from alerts.lifecycle import CLEAR_DELAY
from bot.delivery.attempt import Attempt
from bot.delivery.cycle import InFlight, run_cycle
from bot.delivery.outcome import Sent
from bot.delivery.render_cache import RenderCache
from bot.delivery.sender import Sender
from bot.standin.errors import BadRequest
from bot.standin.messages import Message
from bot.standin.person import Person
from bot.standin.server import Standin
from handlers.messages.alert import AlertRenderer
from handlers.messages.bulletin import BulletinRenderer
from matching.index.index import MatchMode
from storage.engine.database import Database
from storage.inbound.bulletins import Phase
from storage.outbox import broadcasts, incident_broadcasts
from storage.outbox.broadcasts import Broadcast, BroadcastState, Progress
from storage.values.lanes import Lane

KYIV, ODESA, OBLAST = "м. Київ", "Одеса", "Харківська область"
CHUHUIV, IZIUM, KHARKIV = "Чугуївський район", "Ізюмський район", "Харківський район"
AFTER_HOLD = CLEAR_DELAY.total_seconds() + 10


class AlertDelivery:
    """Alert pipeline with listeners, and a delivery worker."""

    def __init__(self, standin: Standin, sender: Sender, database: Database) -> None:
        self.standin = standin
        self.pipeline = AlertPipeline(database)
        self.pipeline.now = now()
        self._sender = sender
        self._database = database
        self._people: dict[str, Person] = {}
        self.message_ids = itertools.count(1)  # of messages that are not really sent

    async def add_listener(
        self, query: str, name: str = "Ann", mode: MatchMode = MatchMode.AUDIBLE
    ) -> Person:
        if name not in self._people:
            self._people[name] = self.standin.people.person(name, started=True)
        person = self._people[name]
        subscriber = await Outbox(self._database, self._sender, 30).subscriber(person.id)
        self.pipeline.subscribe(subscriber.number, query, mode)
        return person

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Outbox]:
        """Run a delivery worker; leave when everything is sent."""
        incident_renderer = AlertRenderer(catalog(), gazetteer())
        render = RenderCache(BulletinRenderer(catalog(), reader()), incident_renderer, now)
        async with running_delivery(self._database, self._sender, 1000, render=render) as outbox:
            yield outbox
            await outbox.wait_until_sent()

    async def deliver(self) -> None:
        """Send everything with a new delivery worker, as after a restart."""
        async with self.running():
            pass


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as running:
        yield running


@pytest.fixture
def delivery(standin: Standin, sender: Sender, sqlite: Database) -> AlertDelivery:
    return AlertDelivery(standin, sender, sqlite)


@pytest.fixture
def engine_delivery(standin: Standin, sender: Sender, database: Database) -> AlertDelivery:
    """Run the test on each database engine."""
    return AlertDelivery(standin, sender, database)


def first_lines(person: Person) -> list[str]:
    """Return the first line of every message."""
    return [text.split("\n")[0] for text in person.chat.texts]


def last_message(person: Person) -> Message:
    return person.chat.messages[-1]


async def test_a_message_is_updated_until_the_all_clear_replies_to_it_over_restarts(
    engine_delivery: AlertDelivery,
) -> None:
    """Neither a second source nor a restart notifies about the same alert again."""
    ann = await engine_delivery.add_listener("Kyiv")
    await engine_delivery.pipeline.raise_alert("siren", KYIV, level="yellow")
    await engine_delivery.deliver()
    (warning,) = ann.chat.messages
    assert warning.text.startswith("🟡 Air raid alert: Kyiv")
    await engine_delivery.pipeline.raise_alert("alerts", KYIV, level="yellow")
    await engine_delivery.deliver()
    assert [message.id for message in ann.chat.messages] == [warning.id]
    assert "siren · confirmed by alerts" in last_message(ann).text
    await engine_delivery.pipeline.update_alert("siren", KYIV, level="red")
    await engine_delivery.deliver()
    escalated = last_message(ann)
    assert (len(ann.chat.messages), escalated.silent) == (2, False)
    assert "Level: red" in escalated.text
    engine_delivery.pipeline.now += timedelta(minutes=65)
    await engine_delivery.pipeline.clear_alert("hook", KYIV)
    await engine_delivery.deliver()
    assert len(ann.chat.messages) == 3
    assert last_message(ann).reply_to == escalated.id
    assert last_message(ann).text.startswith(
        "🟢 All clear. Air raid alert: Kyiv\n\nIt lasted 1 h 5 min"
    )
    first, live, _ = ann.chat.messages
    for message in (first, live):  # they no longer show an active alert, and erase nothing
        assert message.text.startswith("🟢 Air raid alert: Kyiv\n\nIt lasted 1 h 5 min")
        assert "Level: red" in message.text
        assert "All clear" not in message.text


async def test_alerts_in_raions_of_an_oblast_share_one_message(delivery: AlertDelivery) -> None:
    ann = await delivery.add_listener(OBLAST)
    async with delivery.running() as outbox:
        for region in (CHUHUIV, IZIUM, KHARKIV):
            await delivery.pipeline.raise_alert("siren", region)
            outbox.wakeup.set()
    (message,) = ann.chat.messages
    assert [line for line in message.text.split("\n") if line.startswith("🔴")] == [
        "🔴 Air raid alert: Chuhuiv Raion",
        "🔴 Air raid alert: Izium Raion",
        "🔴 Air raid alert: Kharkiv Raion",
    ]
    for region in (CHUHUIV, IZIUM, KHARKIV):
        await delivery.pipeline.clear_alert("hook", region)
        await delivery.deliver()
    updated, clear = ann.chat.messages
    assert updated.id == message.id == clear.reply_to
    assert "🟢 Air raid alert: Chuhuiv Raion\nIt lasted" in updated.text
    assert first_lines(ann)[-1] == "🟢 All clear. Air raid alert: Kharkiv Raion"


async def test_simultaneous_alerts_share_one_message_and_each_has_its_all_clear(
    delivery: AlertDelivery,
) -> None:
    ann = await delivery.add_listener("Kyiv OR Odesa")
    async with delivery.running() as outbox:
        for region in (KYIV, ODESA):
            await delivery.pipeline.raise_alert("siren", region)
            outbox.wakeup.set()
    (message,) = ann.chat.messages
    for place in ("Kyiv", "Odesa"):
        assert f"🔴 Air raid alert: {place}" in message.text
    await delivery.pipeline.raise_alert("alerts", ODESA, level="red")
    await delivery.deliver()
    assert "Level: red" in last_message(ann).text
    for region in (KYIV, ODESA):
        await delivery.pipeline.clear_alert("hook", region)
    await delivery.deliver()
    assert [reply.reply_to for reply in ann.chat.messages[-2:]] == [message.id] * 2


async def test_a_warning_with_sound_is_not_merged_into_a_silent_one(
    delivery: AlertDelivery,
) -> None:
    ann = await delivery.add_listener("Kyiv", mode=MatchMode.SILENT)
    await delivery.add_listener("Odesa")
    async with delivery.running() as outbox:
        for region in (KYIV, ODESA):
            await delivery.pipeline.raise_alert("siren", region)
            outbox.wakeup.set()
    assert [message.silent for message in ann.chat.messages] == [True, False]


async def test_a_bulletin_for_two_places_names_both(delivery: AlertDelivery) -> None:
    ann = await delivery.add_listener("Kyiv OR Odesa")
    bob = await delivery.add_listener("Odesa", "Bob")
    await delivery.pipeline.raise_alert("hook", KYIV, regions=(KYIV, ODESA))
    await delivery.deliver()
    (message,) = ann.chat.messages
    assert "🔴 Air raid alert: Kyiv" in message.text
    assert "🔴 Air raid alert: Odesa" in message.text
    assert first_lines(bob) == ["🔴 Air raid alert: Odesa, Odesa Oblast"]


async def test_a_late_warning_shows_the_current_state_once(engine_delivery: AlertDelivery) -> None:
    ann = await engine_delivery.add_listener("Kyiv")
    await engine_delivery.pipeline.raise_alert("siren", KYIV, level="red")
    await engine_delivery.pipeline.raise_alert(
        "alerts", KYIV, level="red", topics=("air_alert", "missile")
    )
    await engine_delivery.deliver()
    (message,) = ann.chat.messages
    assert "confirmed by alerts" in message.text
    assert not engine_delivery.standin.journal.of("editMessageText")


async def test_an_alert_that_ends_before_its_warning_is_sent_sends_nothing(
    engine_delivery: AlertDelivery,
) -> None:
    ann = await engine_delivery.add_listener("Kyiv")
    await engine_delivery.pipeline.raise_alert("siren", KYIV)
    await engine_delivery.pipeline.clear_alert("hook", KYIV)
    await engine_delivery.deliver()
    assert ann.chat.messages == []


async def test_a_deferred_warning_is_dropped_when_the_alert_is_over(
    delivery: AlertDelivery,
) -> None:
    ann = await delivery.add_listener("Kyiv OR Odesa")
    async with delivery.running() as outbox:
        outbox.rate_limiter.pause_chat(ann.id, 600)
        await delivery.pipeline.raise_alert("siren", KYIV)
        outbox.wakeup.set()
        async with asyncio.timeout(30):
            while await delivery.pipeline.unfinished_broadcasts():  # noqa: ASYNC110 - no event
                await asyncio.sleep(0.02)
        await delivery.pipeline.clear_alert("hook", KYIV)
        outbox.wakeup.set()
    assert ann.chat.messages == []


async def test_a_message_says_when_sources_fail_and_when_they_answer_again(
    delivery: AlertDelivery,
) -> None:
    """Silence of the sources must not look like an all-clear."""
    ann = await delivery.add_listener("Kyiv")
    await delivery.pipeline.wait(seconds=5)
    await delivery.pipeline.raise_alert("siren", KYIV)
    await delivery.deliver()
    delivery.pipeline.unreachable = {"siren", "alerts"}
    await delivery.pipeline.wait(minutes=3)
    await delivery.deliver()
    assert "no all-clear" in last_message(ann).text
    delivery.pipeline.unreachable = set()
    await delivery.pipeline.wait(minutes=1)
    await delivery.deliver()
    assert "answer again, and the alert is still on" in last_message(ann).text
    resumed = last_message(ann)
    await delivery.pipeline.clear_alert("hook", KYIV)
    await delivery.deliver()
    assert (len(ann.chat.messages), last_message(ann).reply_to) == (4, resumed.id)


async def test_missed_alerts_are_summarized_and_the_summary_is_not_edited(
    delivery: AlertDelivery,
) -> None:
    """After an outage, old alerts must not be pushed as new."""
    ann = await delivery.add_listener("Kyiv OR Odesa")
    two_hours_ago = delivery.pipeline.now - timedelta(hours=2)
    missed = [
        delivery.pipeline.bulletin("siren", region, Phase.ACTIVE, published_at=two_hours_ago)
        for region in (KYIV, ODESA)
    ]
    await delivery.pipeline.ingest(*missed)
    await delivery.deliver()
    (summary,) = ann.chat.messages
    assert "Kyiv" in summary.text
    assert "Odesa" in summary.text
    assert summary.silent
    await delivery.pipeline.raise_alert("alerts", KYIV)
    await delivery.deliver()
    assert ann.chat.messages == [summary]


async def test_a_deleted_message_does_not_block_other_edits(delivery: AlertDelivery) -> None:
    ann = await delivery.add_listener("Kyiv")
    bob = await delivery.add_listener("Kyiv", "Bob")
    await delivery.pipeline.raise_alert("siren", KYIV)
    await delivery.deliver()
    missing = BadRequest("message to edit not found")
    delivery.standin.faults.refuse(missing, method="editMessageText")
    await delivery.pipeline.raise_alert("alerts", KYIV)
    await delivery.deliver()
    changed = ["confirmed" in person.chat.texts[0] for person in (ann, bob)]
    assert sorted(changed) == [False, True]


async def test_a_change_during_the_warning_edits_it_afterwards(
    delivery: AlertDelivery,
) -> None:
    ann = await delivery.add_listener("Kyiv")
    delivery.standin.faults.slow(0.5, method="sendMessage")
    async with delivery.running() as outbox:
        await delivery.pipeline.raise_alert("siren", KYIV)
        outbox.wakeup.set()
        await ann.chat.wait(lambda messages: len(messages) == 1)
        await delivery.pipeline.raise_alert("alerts", KYIV)
        outbox.wakeup.set()
    (message,) = ann.chat.messages
    assert "confirmed by alerts" in message.text


async def test_edits_interrupted_by_a_crash_are_repeated(engine_delivery: AlertDelivery) -> None:
    people = [await engine_delivery.add_listener("Kyiv", name) for name in ("Ann", "Bob", "Cleo")]
    await engine_delivery.pipeline.raise_alert("siren", KYIV)
    await engine_delivery.deliver()
    await engine_delivery.pipeline.raise_alert("alerts", KYIV)
    interrupted = await run_cycle(
        engine_delivery.pipeline.database, InFlight(), 2, lambda _: 0.0, now()
    )
    assert len(interrupted.claims.attempts) == 2
    await engine_delivery.deliver()
    assert [len(person.chat.messages) for person in people] == [1, 1, 1]
    assert all("confirmed by alerts" in person.chat.texts[0] for person in people)


async def test_an_edit_that_was_superseded_is_not_started(engine_delivery: AlertDelivery) -> None:
    ann = await engine_delivery.add_listener("Kyiv")
    await engine_delivery.pipeline.raise_alert("siren", KYIV)
    await engine_delivery.deliver()
    await engine_delivery.pipeline.raise_alert("alerts", KYIV)
    in_flight = InFlight()
    await run_cycle(engine_delivery.pipeline.database, in_flight, 0, lambda _: 0.0, now())
    (superseded,) = in_flight.broadcasts
    await engine_delivery.pipeline.publish_text("channel", "Повітряна тривога в Києві!")
    result = await run_cycle(engine_delivery.pipeline.database, in_flight, 9, lambda _: 0.0, now())
    (attempt,) = result.claims.attempts
    assert attempt.broadcast_id not in (superseded, None)
    assert attempt.incident_message
    assert attempt.incident_message.edited_message_id == last_message(ann).id


async def run_cycle_at(
    delivery: AlertDelivery, in_flight: InFlight, sent_at: datetime
) -> list[Attempt]:
    """Run a cycle for chats that are free; every message arrives."""
    result = await run_cycle(delivery.pipeline.database, in_flight, 9, lambda _: 0.0, sent_at)
    for attempt in result.claims.attempts:
        edited = attempt.incident_message.edited_message_id if attempt.incident_message else None
        attempt.outcome = Sent(edited or next(delivery.message_ids))
        in_flight.attempts.discard(attempt)
        in_flight.finished.append(attempt)
    return result.claims.attempts


async def test_two_all_clears_of_one_bulletin_that_wait_for_their_chat_are_both_sent(
    engine_delivery: AlertDelivery,
) -> None:
    await engine_delivery.add_listener("Kyiv OR Odesa")
    for region in (KYIV, ODESA):
        await engine_delivery.pipeline.raise_alert("siren", region)
    await engine_delivery.deliver()
    await engine_delivery.pipeline.clear_alert("hook", KYIV, regions=(KYIV, ODESA))
    in_flight = InFlight()
    await run_cycle(engine_delivery.pipeline.database, in_flight, 9, lambda _: 5.0, now())
    cycles = [
        await run_cycle_at(engine_delivery, in_flight, now() + timedelta(minutes=n))
        for n in range(1, 6)
    ]
    sent = [
        (a.lane, a.incident_message.snapshot.views[0].incident.id)
        for attempts in cycles
        for a in attempts
        if a.incident_message
    ]
    assert sorted(id_ for lane, id_ in sent if lane is Lane.ALERT) == [1, 2]


async def test_all_messages_of_an_alert_show_that_it_is_over(
    engine_delivery: AlertDelivery,
) -> None:
    await engine_delivery.add_listener("Kyiv")
    in_flight, begin = InFlight(), now()
    await engine_delivery.pipeline.raise_alert("siren", KYIV, level="yellow")
    await run_cycle_at(engine_delivery, in_flight, begin)
    await engine_delivery.pipeline.update_alert("siren", KYIV, level="red")
    await run_cycle_at(engine_delivery, in_flight, begin + timedelta(minutes=1))
    await engine_delivery.pipeline.clear_alert("hook", KYIV)
    cycles = [
        await run_cycle_at(engine_delivery, in_flight, begin + timedelta(minutes=n))
        for n in range(2, 6)
    ]
    edited = [
        a.incident_message.edited_message_id
        for attempts in cycles
        for a in attempts
        if a.is_edit and a.incident_message
    ]
    assert sorted(filter(None, edited)) == [1, 2]


async def test_an_all_clear_does_not_drop_the_warning_of_another_alert_in_the_bulletin(
    engine_delivery: AlertDelivery,
) -> None:
    await engine_delivery.add_listener("Kyiv")
    bob = await engine_delivery.add_listener("Odesa", "Bob")
    await engine_delivery.pipeline.raise_alert("hook", KYIV, regions=(KYIV, ODESA))
    await run_cycle(engine_delivery.pipeline.database, InFlight(), 9, lambda _: 0.1, now())
    await engine_delivery.pipeline.clear_alert("hook", KYIV)
    await engine_delivery.deliver()
    assert first_lines(bob) == ["🔴 Air raid alert: Odesa, Odesa Oblast"]


@pytest.fixture
async def pending_warning(
    standin: Standin, sender: Sender, postgresql_url: str
) -> AsyncIterator[tuple[Database, Broadcast]]:
    """A warning to be sent, in a database with concurrent writers."""
    postgresql = Database(postgresql_url)
    delivery = AlertDelivery(standin, sender, postgresql)
    await delivery.add_listener("Kyiv")
    await delivery.pipeline.raise_alert("siren", KYIV)
    (warning,) = await delivery.pipeline.unfinished_broadcasts()
    yield postgresql, warning
    await postgresql.close()


async def test_a_warning_cancelled_while_a_cycle_waits_is_not_started(
    pending_warning: tuple[Database, Broadcast],
) -> None:
    """The resolver of an alert and its sender agree on who was notified."""
    postgresql, warning = pending_warning
    async with postgresql.write() as deciding:
        await incident_broadcasts.cancel(deciding, warning.incident or 0, now())
        result = await run_cycle(postgresql, InFlight(), 9, lambda _: 0.0, now())
        assert result.claims.attempts == []


async def test_a_recipient_whose_call_is_recorded_before_the_end_counts_as_notified(
    pending_warning: tuple[Database, Broadcast],
) -> None:
    postgresql, warning = pending_warning

    async def end() -> BitMap:
        async with postgresql.write() as deciding:
            return await incident_broadcasts.cancel(deciding, warning.incident or 0, now())

    async with postgresql.write() as sending:
        assert await broadcasts.lock(sending, [warning.id]) == {warning.id: BroadcastState.ACTIVE}
        ending = asyncio.create_task(end())
        await asyncio.sleep(0.2)  # until it waits for the lock
        await broadcasts.record_progress(sending, [Progress(warning.id, 1, BitMap([1]))])
    assert await ending == BitMap()


async def test_a_late_warning_shows_its_delay_and_the_metrics_count_it(
    delivery: AlertDelivery,
) -> None:
    ann = await delivery.add_listener("Kyiv")
    async with delivery.running() as outbox:
        published_at = now() - timedelta(minutes=3)
        await delivery.pipeline.raise_alert("hook", KYIV, published_at=published_at)
        outbox.wakeup.set()
        await ann.chat.wait(lambda messages: len(messages) == 1)
    assert "reached you after 3 min" in last_message(ann).text
    count = outbox.registry.get_sample_value("tocsin_alert_latency_seconds_count")
    total = outbox.registry.get_sample_value("tocsin_alert_latency_seconds_sum")
    assert count == 1
    assert 180 <= (total or 0) < 240
