"""The messages that a person has of an alert, from the first ring to the all-clear."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

import pytest
from pyroaring import BitMap
from support.alert_pipeline import Alarms
from support.delivery_driver import Outbox, at_work, now
from support.shared_resources import gazetteer, reader, topics, words

from alerts.lifecycle import HOLD
from bot.delivery.attempt import Errand
from bot.delivery.cycle import Ledger, play_round
from bot.delivery.outcome import Sent
from bot.delivery.render_cache import Renderer
from bot.delivery.sender import Sender
from bot.standin.errors import BadRequest
from bot.standin.messages import Message
from bot.standin.person import Person
from bot.standin.server import Standin
from handlers.messages.alert import IncidentMessages
from handlers.messages.bulletin import Messages
from matching.index.index import Mode
from storage.engine.database import Database
from storage.inbound.bulletins import Phase
from storage.outbox import broadcasts, incident_messages
from storage.outbox.broadcasts import Broadcast, Progress, Stand
from storage.values.lanes import Lane

KYIV, ODESA, OBLAST = "м. Київ", "Одеса", "Харківська область"
CHUHUIV, IZIUM, KHARKIV = "Чугуївський район", "Ізюмський район", "Харківський район"
LATER = HOLD.total_seconds() + 10


class Night:
    """Sources that speak, and people who listen."""

    def __init__(self, standin: Standin, sender: Sender, database: Database) -> None:
        self.standin = standin
        self.alarms = Alarms(database)
        self.alarms.now = now()
        self._sender = sender
        self._database = database
        self._persons: dict[str, Person] = {}
        self.ids = itertools.count(1)  # of messages that nobody sends in earnest

    async def listener(self, query: str, name: str = "Ann", mode: Mode = Mode.RING) -> Person:
        if name not in self._persons:
            self._persons[name] = self.standin.people.person(name, started=True)
        person = self._persons[name]
        subscriber = await Outbox(self._database, self._sender, 30).subscriber(person.id)
        self.alarms.subscribe(subscriber.number, query, mode)
        return person

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[Outbox]:
        """A courier at work, until nothing is owed."""
        drawn = IncidentMessages(words(), gazetteer(), topics())
        render = Renderer(Messages(words(), reader()), drawn, now)
        async with at_work(self._database, self._sender, 1000, render=render) as outbox:
            yield outbox
            await outbox.settled()

    async def sent(self) -> None:
        """What is owed is sent, by a courier that remembers nothing of the ones before."""
        async with self.sending():
            pass


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as running:
        yield running


@pytest.fixture
def night(standin: Standin, sender: Sender, sqlite: Database) -> Night:
    return Night(standin, sender, sqlite)


@pytest.fixture
def both(standin: Standin, sender: Sender, database: Database) -> Night:
    return Night(standin, sender, database)


def heads(person: Person) -> list[str]:
    """The first line of every message."""
    return [text.split("\n")[0] for text in person.chat.texts]


def last(person: Person) -> Message:
    return person.chat.messages[-1]


async def test_one_message_lives_until_the_all_clear_answers_it_over_restarts(both: Night) -> None:
    """Cases 47 and 51."""
    ann = await both.listener("Kyiv")
    await both.alarms.on("siren", KYIV, level="yellow")
    await both.sent()
    (rung,) = ann.chat.messages
    assert rung.text.startswith("🟡 Air raid alert: Kyiv")
    await both.alarms.on("alerts", KYIV, level="yellow")
    await both.sent()
    assert [message.id for message in ann.chat.messages] == [rung.id]
    assert "siren · confirmed by alerts" in last(ann).text
    await both.alarms.changed("siren", KYIV, level="red")
    await both.sent()
    escalated = last(ann)
    assert (len(ann.chat.messages), escalated.silent) == (2, False)
    assert "Level: red" in escalated.text
    both.alarms.now += timedelta(minutes=65)
    await both.alarms.over("hook", KYIV)
    await both.sent()
    assert len(ann.chat.messages) == 3
    assert last(ann).reply_to == escalated.id
    assert last(ann).text.startswith("🟢 All clear. Air raid alert: Kyiv\n\nIt lasted 1 h 5 min")
    *_, lived, clear = ann.chat.messages
    assert (lived.id, lived.text) == (escalated.id, clear.text)  # nobody reads later that it is on


async def test_an_oblast_hears_of_its_raions_in_one_message(night: Night) -> None:
    ann = await night.listener(OBLAST)
    async with night.sending() as outbox:
        for region in (CHUHUIV, IZIUM, KHARKIV):
            await night.alarms.on("siren", region)
            outbox.bell.set()
    (message,) = ann.chat.messages
    assert [line for line in message.text.split("\n") if line.startswith("🔴")] == [
        "🔴 Air raid alert: Chuhuiv Raion",
        "🔴 Air raid alert: Izium Raion",
        "🔴 Air raid alert: Kharkiv Raion",
    ]
    for region in (CHUHUIV, IZIUM, KHARKIV):
        await night.alarms.over("hook", region)
        await night.sent()
    told, clear = ann.chat.messages
    assert told.id == message.id == clear.reply_to
    assert "🟢 All clear. Air raid alert: Chuhuiv Raion" in told.text
    assert heads(ann)[-1] == "🟢 All clear. Air raid alert: Kharkiv Raion"


async def test_two_alerts_of_one_moment_are_one_message_and_each_has_its_all_clear(
    night: Night,
) -> None:
    ann = await night.listener("Kyiv OR Odesa")
    async with night.sending() as outbox:
        for region in (KYIV, ODESA):
            await night.alarms.on("siren", region)
            outbox.bell.set()
    (message,) = ann.chat.messages
    for place in ("Kyiv", "Odesa"):
        assert f"🔴 Air raid alert: {place}" in message.text
    await night.alarms.on("alerts", ODESA, level="red")
    await night.sent()
    assert "Level: red" in last(ann).text
    for region in (KYIV, ODESA):
        await night.alarms.over("hook", region)
    await night.sent()
    assert [each.reply_to for each in ann.chat.messages[-2:]] == [message.id] * 2


async def test_who_was_told_without_a_sound_is_woken_by_what_follows(night: Night) -> None:
    ann = await night.listener("Kyiv", mode=Mode.SILENT)
    await night.listener("Odesa")
    async with night.sending() as outbox:
        for region in (KYIV, ODESA):
            await night.alarms.on("siren", region)
            outbox.bell.set()
    assert [message.silent for message in ann.chat.messages] == [True, False]


async def test_one_bulletin_for_two_places_names_both(night: Night) -> None:
    ann = await night.listener("Kyiv OR Odesa")
    bob = await night.listener("Odesa", "Bob")
    await night.alarms.on("hook", KYIV, regions=(KYIV, ODESA))
    await night.sent()
    (message,) = ann.chat.messages
    assert "🔴 Air raid alert: Kyiv" in message.text
    assert "🔴 Air raid alert: Odesa" in message.text
    assert heads(bob) == ["🔴 Air raid alert: Odesa, Odesa Oblast"]


async def test_who_is_rung_late_reads_the_newest_text_once(both: Night) -> None:
    ann = await both.listener("Kyiv")
    await both.alarms.on("siren", KYIV, level="red")
    await both.alarms.on("alerts", KYIV, level="red", topics=("air_alert", "missile"))
    await both.sent()
    (message,) = ann.chat.messages
    assert "confirmed by alerts" in message.text
    assert not both.standin.journal.of("editMessageText")


async def test_who_was_not_rung_before_the_end_gets_neither(both: Night) -> None:
    ann = await both.listener("Kyiv")
    await both.alarms.on("siren", KYIV)
    await both.alarms.over("hook", KYIV)
    await both.sent()
    assert ann.chat.messages == []


async def test_a_ring_that_waited_for_its_chat_is_dropped_when_it_is_over(night: Night) -> None:
    ann = await night.listener("Kyiv OR Odesa")
    async with night.sending() as outbox:
        outbox.pacer.leave(ann.id, 600)
        await night.alarms.on("siren", KYIV)
        outbox.bell.set()
        while await night.alarms.owed():  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.02)
        await night.alarms.over("hook", KYIV)
        outbox.bell.set()
    assert ann.chat.messages == []


async def test_what_nobody_knows_is_said_and_what_is_known_again(night: Night) -> None:
    """Case 43."""
    ann = await night.listener("Kyiv")
    await night.alarms.wait(seconds=5)
    await night.alarms.on("siren", KYIV)
    await night.sent()
    night.alarms.dead = {"siren", "alerts"}
    await night.alarms.wait(minutes=3)
    await night.sent()
    assert "no all-clear" in last(ann).text
    night.alarms.dead = set()
    await night.alarms.wait(minutes=1)
    await night.sent()
    assert "answer again, and the alert is still on" in last(ann).text
    known = last(ann)
    await night.alarms.over("hook", KYIV)
    await night.sent()
    assert (len(ann.chat.messages), last(ann).reply_to) == (4, known.id)


async def test_what_was_missed_is_listed_and_no_later_edit_takes_its_place(night: Night) -> None:
    """Case 46."""
    ann = await night.listener("Kyiv OR Odesa")
    old = night.alarms.now - timedelta(hours=2)
    missed = [
        night.alarms.said("siren", region, Phase.ACTIVE, published_at=old)
        for region in (KYIV, ODESA)
    ]
    await night.alarms.take(*missed)
    await night.sent()
    (summary,) = ann.chat.messages
    assert "Kyiv" in summary.text
    assert "Odesa" in summary.text
    assert summary.silent
    await night.alarms.on("alerts", KYIV)
    await night.sent()
    assert ann.chat.messages == [summary]


async def test_who_has_deleted_the_message_does_not_hold_the_others_up(night: Night) -> None:
    ann = await night.listener("Kyiv")
    bob = await night.listener("Kyiv", "Bob")
    await night.alarms.on("siren", KYIV)
    await night.sent()
    gone = BadRequest("message to edit not found")
    night.standin.faults.refuse(gone, method="editMessageText")
    await night.alarms.on("alerts", KYIV)
    await night.sent()
    changed = ["confirmed" in person.chat.texts[0] for person in (ann, bob)]
    assert sorted(changed) == [False, True]


async def test_who_is_being_rung_while_it_changes_gets_the_newest_text_after_it(
    night: Night,
) -> None:
    ann = await night.listener("Kyiv")
    night.standin.faults.slow(0.5, method="sendMessage")
    async with night.sending() as outbox:
        await night.alarms.on("siren", KYIV)
        outbox.bell.set()
        await ann.chat.wait(lambda messages: len(messages) == 1)
        await night.alarms.on("alerts", KYIV)
        outbox.bell.set()
    (message,) = ann.chat.messages
    assert "confirmed by alerts" in message.text


async def test_edits_that_a_kill_interrupts_are_made_again(both: Night) -> None:
    people = [await both.listener("Kyiv", name) for name in ("Ann", "Bob", "Cleo")]
    await both.alarms.on("siren", KYIV)
    await both.sent()
    await both.alarms.on("alerts", KYIV)
    killed = await play_round(both.alarms.database, Ledger(), 2, lambda _: 0.0, now())
    assert len(killed.picked.errands) == 2
    await both.sent()
    assert [len(person.chat.messages) for person in people] == [1, 1, 1]
    assert all("confirmed by alerts" in person.chat.texts[0] for person in people)


async def test_an_edit_that_newer_ones_replace_is_not_begun_again(both: Night) -> None:
    ann = await both.listener("Kyiv")
    await both.alarms.on("siren", KYIV)
    await both.sent()
    await both.alarms.on("alerts", KYIV)
    ledger = Ledger()
    await play_round(both.alarms.database, ledger, 0, lambda _: 0.0, now())
    (held,) = ledger.broadcasts
    await both.alarms.text("channel", "Повітряна тривога в Києві!")
    turn = await play_round(both.alarms.database, ledger, 9, lambda _: 0.0, now())
    (errand,) = turn.picked.errands
    assert errand.broadcast not in (held, None)
    assert errand.told
    assert errand.told.edits == last(ann).id


async def told_at(night: Night, ledger: Ledger, moment: datetime) -> list[Errand]:
    """What a round sends, to chats that may have a message; all of it arrives."""
    turn = await play_round(night.alarms.database, ledger, 9, lambda _: 0.0, moment)
    for errand in turn.picked.errands:
        edited = errand.told.edits if errand.told else None
        errand.outcome = Sent(edited or next(night.ids))
        ledger.under_way.discard(errand)
        ledger.finished.append(errand)
    return turn.picked.errands


async def test_two_ends_of_one_bulletin_that_wait_for_their_chat_are_both_told(
    both: Night,
) -> None:
    await both.listener("Kyiv OR Odesa")
    for region in (KYIV, ODESA):
        await both.alarms.on("siren", region)
    await both.sent()
    await both.alarms.over("hook", KYIV, regions=(KYIV, ODESA))
    ledger = Ledger()
    await play_round(both.alarms.database, ledger, 9, lambda _: 5.0, now())
    rounds = [await told_at(both, ledger, now() + timedelta(minutes=n)) for n in range(1, 6)]
    told = [(e.lane, e.told.scene.views[0].incident.id) for es in rounds for e in es if e.told]
    assert sorted(id_ for lane, id_ in told if lane is Lane.ALERT) == [1, 2]


async def test_all_messages_of_an_alert_that_is_over_say_so(both: Night) -> None:
    await both.listener("Kyiv")
    ledger, begin = Ledger(), now()
    await both.alarms.on("siren", KYIV, level="yellow")
    await told_at(both, ledger, begin)
    await both.alarms.changed("siren", KYIV, level="red")
    await told_at(both, ledger, begin + timedelta(minutes=1))
    await both.alarms.over("hook", KYIV)
    rounds = [await told_at(both, ledger, begin + timedelta(minutes=n)) for n in range(2, 6)]
    edited = [e.told.edits for errands in rounds for e in errands if e.is_edit and e.told]
    assert sorted(filter(None, edited)) == [1, 2]


async def test_the_end_of_one_alert_does_not_drop_the_ring_of_another_in_its_bulletin(
    both: Night,
) -> None:
    await both.listener("Kyiv")
    bob = await both.listener("Odesa", "Bob")
    await both.alarms.on("hook", KYIV, regions=(KYIV, ODESA))
    await play_round(both.alarms.database, Ledger(), 9, lambda _: 0.1, now())
    await both.alarms.over("hook", KYIV)
    await both.sent()
    assert heads(bob) == ["🔴 Air raid alert: Odesa, Odesa Oblast"]


@pytest.fixture
async def rung(
    standin: Standin, sender: Sender, postgresql_url: str
) -> AsyncIterator[tuple[Database, Broadcast]]:
    """A ring that is owed, in a database where two can write side by side."""
    postgresql = Database(postgresql_url)
    night = Night(standin, sender, postgresql)
    await night.listener("Kyiv")
    await night.alarms.on("siren", KYIV)
    (ring,) = await night.alarms.owed()
    yield postgresql, ring
    await postgresql.close()


async def test_a_ring_that_is_over_while_a_round_waits_is_not_begun(
    rung: tuple[Database, Broadcast],
) -> None:
    """Whoever ends an alert and whoever sends it agree on who has had it."""
    postgresql, ring = rung
    async with postgresql.write() as deciding:
        await incident_messages.cut(deciding, ring.incident or 0, now())
        turn = await play_round(postgresql, Ledger(), 9, lambda _: 0.0, now())
        assert turn.picked.errands == []


async def test_who_is_being_rung_while_it_ends_counts_as_one_who_had_it(
    rung: tuple[Database, Broadcast],
) -> None:
    postgresql, ring = rung

    async def end() -> BitMap:
        async with postgresql.write() as deciding:
            return await incident_messages.cut(deciding, ring.incident or 0, now())

    async with postgresql.write() as sending:
        assert await broadcasts.hold(sending, [ring.id]) == {ring.id: Stand.OWED}
        ending = asyncio.create_task(end())
        await asyncio.sleep(0.2)  # it waits for the lock by now
        await broadcasts.record(sending, [Progress(ring.id, 1, BitMap([1]))])
    assert await ending == BitMap()


async def test_who_is_told_late_reads_how_late_and_the_operator_sees_it(night: Night) -> None:
    ann = await night.listener("Kyiv")
    async with night.sending() as outbox:
        said_at = now() - timedelta(minutes=3)
        await night.alarms.on("hook", KYIV, published_at=said_at)
        outbox.bell.set()
        await ann.chat.wait(lambda messages: len(messages) == 1)
    assert "reached you after 3 min" in last(ann).text
    count = outbox.registry.get_sample_value("tocsin_alert_latency_seconds_count")
    total = outbox.registry.get_sample_value("tocsin_alert_latency_seconds_sum")
    assert count == 1
    assert 180 <= (total or 0) < 240
