"""Whatever the bot says, in each language and about whatever it was told: Telegram takes it.

Every command is said and every button that comes back is pressed, and so on, with reports stored
that are made to break a message. What comes back goes to the stand-in, which reads Telegram's HTML
and counts as Telegram does.
"""

import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import NOW, Heard, Payload, Talk
from support.shared_resources import gazetteer, reader, topics, words
from test_conversation_joining import channel

from alerts.tally import item
from bot.delivery.outcome import Sent
from bot.delivery.sender import Sender
from bot.standin.person import Person
from bot.standin.server import Standin
from handlers.commands.sources import back, dead, describe
from handlers.framework.replies import Answer, Edit
from handlers.messages.alert import IncidentMessages, IncidentView
from handlers.messages.bulletin import Audience, Messages
from handlers.messages.digest import Roundup
from handlers.messages.notices import topic_lost
from handlers.registry import BUTTONS, COMMANDS
from handlers.text.html import escape
from handlers.text.i18n import LANGUAGES
from storage.engine.database import Database
from storage.inbound.bulletins import Phase, StoredBulletin
from storage.inbound.incidents import Incident, Telling, Word
from storage.inbound.sources import Health
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers.subscribers import Detail, Target
from storage.values.lanes import Lane
from storage.values.message import Content

CODES = [language.code for language in LANGUAGES]
MARKUP = "<b>Kyiv</i> &amp; <script>&#0; <a href='tg://user?id=1'>"
BACKWARDS = "\u202e\u2066Kyiv \u0628\u064a\u0631\u0648\u062a\u200f \u05d7\u05d9\u05e4\u05d4"
EMOJI = "Kyiv " + "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 300 + "\U0001f1fa\U0001f1e6" * 200
BOOK = "Kyiv. " + "<&\U0001f600 word. " * 9_000
HOSTILE = (MARKUP, BACKWARDS, EMOJI, BOOK)

SAID = (
    '/import {"tocsin": 1, "subscriptions": [{"written": "Dnipro", "sound": false}]}',
    "/subscriptions",
    *(f"/{command.name}" for command in COMMANDS if command.name != "forget"),
    *("/subscribe Kyiv", "/subscribe Lviv | daily 09:00", "/subscribe Mykolaiv", "/subscribe порт"),
    *("/subscribe ((", "/subscribe Kyiw", "/subscribe NOT Kyiv", "/subscribe Kyiv | daily 25:00"),
    *("/subscribe Kyiv", "/unsubscribe 99", "/unsubscribe x", "/unsubscribe 1", "/subscriptions"),
    *("/latest Kyiv 9", "/latest ((", "/latest word:zebra", "/alerts Khakriv", "/alerts Kyiv"),
    *("/digest daily 09:00", "/digest daily 25:00", "/quiet 22:00-07:00", "/quiet 25:00-26:00"),
    *("/quiet 22:00-22:00", "/quiet off", "/pause 2h", "/pause 0h", "/resume", "/language xx"),
    *(f"/subscribe {n} | hourly" for n in ("Kharkiv", "Odesa", "Poland", "Rivne", "Sumy", "Lutsk")),
    *("/timezone Erewhon", "/timezone Europe/Kiew", "/timezone Kyiv", "/start S3lpdg", "/start %"),
    *("/import {}", '/import {"tocsin": 9}', "/import <opml>", "/export", "/sources", "/nonsense"),
    *("/channel @our_street", "/channel @our_street /latest Kyiv", "/channel @nobody /help"),
    *("/channel @our_street /subscribe Mykolaiv", "/channel @our_street /export", "zebra", "Kyiv"),
    *(
        f"{command}{(MARKUP + BACKWARDS + EMOJI)[:900]}"
        for command in ("", "/subscribe ", "/latest word:", "/alerts ", "/why ", "/timezone ",
                        "/announce ", "/import ", "/channel ", "/pause ", "/start ")
    ),
    "/forget",
)  # fmt: skip


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as running:
        yield running


@dataclass
class Walk:
    """Presses every kind of button that what is said brings."""

    standin: Standin
    sender: Sender
    person: Person
    talk: Talk
    language: str
    waiting: deque[tuple[str, Payload]] = field(default_factory=deque)
    pressed: dict[str, tuple[str, Payload]] = field(default_factory=dict)

    async def say(self, text: str) -> None:
        await self.take(await self.talk.say(text, user=self.person.id, language=self.language))

    async def press(self, data: str, under: Payload) -> None:
        heard = await self.talk.press(data, user=self.person.id, under=under)
        assert len(heard.answer) <= 200
        assert [each for each in heard.direct if isinstance(each, Answer)]
        await self.take(heard)

    async def take(self, heard: Heard) -> None:
        edits = [each.content for each in heard.direct if isinstance(each, Edit)]
        for content in (*heard.replies, *edits):
            under = await self.show(content)
            for button in (button for row in content.buttons for button in row):
                shape = _shape(button.data or "")
                if shape not in self.pressed and self.stays(shape):
                    self.pressed[shape] = (button.data or "", under)
                    self.waiting.append(self.pressed[shape])

    async def show(self, content: Content) -> Payload:
        """The message as Telegram has it: it was taken at the first attempt, as it was."""
        outcome = await self.sender.send(Target(self.person.id), content, silent=False)
        assert isinstance(outcome, Sent), (outcome, content)
        call = self.standin.journal[-1]
        assert (call.status, call.params["text"]) == (200, content.html), call.answer
        shown: Payload = call.answer["result"]
        return shown

    def stays(self, shape: str) -> bool:
        """Whether it is spoken as before after such a press."""
        kind, _, code = shape.partition(":")
        return kind != "tl" or code == self.language


def _shape(data: str) -> str:
    """The same of all buttons that differ in a number, in what was typed, or in whose they are."""
    kind, _, what = re.sub(r"\d+", "#", data).rpartition("|")[2].partition(":")
    return f"{kind}:{what if len(what) < 12 and what.isascii() else '…'}"


def _kinds(walk: Walk) -> set[str]:
    """What the buttons begin with that were pressed."""
    return {shape.partition(":")[0] for shape in walk.pressed}


async def begun(database: Database, standin: Standin, sender: Sender, language: str) -> Walk:
    """Ann runs the bot and administers a channel; what is reported is made to break messages."""
    person = standin.people.person("Ann", started=True)

    async def administrators(_chat: int) -> frozenset[int]:
        return frozenset({person.id})

    talk = Talk(database, administrators, operators=[person.id])
    walk = Walk(standin, sender, person, talk, language)
    for at, text in enumerate(HOSTILE):
        await talk.publish(text[:500], text, url=f"https://example.org/?q=<{at}>&b='\"")
    await walk.say("/start")
    number = (await talk.known(person.id)).number
    async with database.write() as transaction:
        for text in HOSTILE:
            lost = NewDelivery(
                subscriber=number, lane=Lane.REPLY, content=Content(escape(text[:900])), due_at=NOW
            )
            (kept,) = await deliveries.enqueue(transaction, [lost], NOW)
            await deliveries.fail(transaction, kept.id, NOW, text)
    added = {"user": person.id, "language": language}
    await walk.take(await talk.membership(channel(MARKUP * 3), "administrator", **added))
    return walk


@pytest.mark.parametrize("language", CODES)
async def test_what_is_answered_to_every_command_and_every_button_is_taken(
    sqlite: Database, standin: Standin, sender: Sender, language: str
) -> None:
    """Cases 11 and 60."""
    walk = await begun(sqlite, standin, sender, language)
    with capture_logs() as logs:
        for text in SAID:
            await walk.say(text)
        while walk.waiting:
            await walk.press(*walk.waiting.popleft())
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    assert {kind.prefix for kind in BUTTONS} - _kinds(walk) == set()


async def test_every_button_is_answered_a_second_time_and_a_month_later(
    sqlite: Database, standin: Standin, sender: Sender
) -> None:
    """Case 64."""
    walk = await begun(sqlite, standin, sender, "en")
    with capture_logs() as logs:
        for command in COMMANDS:
            await walk.say(f"/{command.name}")
        await walk.say("/announce something")
        while walk.waiting:
            data, under = walk.waiting.popleft()
            await walk.press(data, under)
            await walk.press(data, under)
        walk.talk.now = NOW + timedelta(days=30)
        for data, under in list(walk.pressed.values()):
            await walk.press(data, under)
    assert [entry for entry in logs if entry["log_level"] == "error"] == []


@pytest.mark.parametrize("language", CODES)
async def test_what_it_says_of_its_own_accord_is_taken(
    standin: Standin, sender: Sender, language: str
) -> None:
    """Cases 11 and 60: pushes, alerts, digests, the end of quiet, and pages about sources."""
    person = standin.people.person("Ann", started=True)
    voice = words().voice(language)
    told: list[Content] = [topic_lost(voice)]
    for detail in Detail:
        told += _pushes(Audience(language, "Europe/Kyiv", detail))
    for text in HOSTILE:
        one = _health(text)
        told += [Content(describe(one, NOW, None, voice)), Content(dead(one, NOW, None, voice))]
        told.append(Content(back(one, NOW, voice)))
    for content in told:
        outcome = await sender.send(Target(person.id), content, silent=False)
        call = standin.journal[-1]
        assert isinstance(outcome, Sent), outcome
        assert (call.status, call.params["text"]) == (200, content.html), call.answer


def _pushes(audience: Audience) -> list[Content]:
    drawn = Messages(words(), reader())
    alerts = IncidentMessages(words(), gazetteer(), topics())
    reports = [_report(at, text) for at, text in enumerate(HOSTILE, 1)]
    told = [drawn.bulletin(each, audience, NOW) for each in reports]
    lives = [_life(each, **more) for each in reports for more in _STATES]
    for each in reports:
        for telling in Telling:
            views = [
                IncidentView(
                    incident=life, telling=telling, bulletin=each, delay=timedelta(hours=3)
                )
                for life in lives[:4]
            ]
            told += [alerts.draw([view], audience, NOW) for view in views]
            told += [alerts.draw(views, audience, NOW), alerts.draw(views * 9, audience, NOW)]
    missed = [IncidentView(incident=life, telling=Telling.MISSED) for life in lives]
    told.append(alerts.summary(missed * 3, audience, NOW))
    roundup = Roundup(words(), gazetteer(), topics(), drawn)
    items = [item(each, reader(), gazetteer(), topics()) for each in reports]
    told += [roundup.nothing(audience), *roundup.digest(items * 15, audience, NOW)]
    return [*told, *roundup.after_quiet(items, items, audience, NOW).contents]


_STATES: tuple[dict[str, Any], ...] = (
    {},
    {"level": "red", "threats": ("missile", "drone")},
    {"unknown_since": NOW},
    {"closed_at": NOW},
)


def _report(number: int, text: str) -> StoredBulletin:
    phase = (Phase.ACTIVE, Phase.CLEAR, None, None)[number % 4]
    return StoredBulletin(
        id=number,
        source="blog",
        key=str(number),
        title=text[:400],
        text=text,
        url="https://example.org/?q=" + "%26" * 300,
        phase=phase,
        received_at=NOW,
        also=("other",) * 3,
    )


def _life(report: StoredBulletin, **more: Any) -> Incident:
    sources = {"siren": Word(on=True, at=NOW), "blog": Word(on=True, at=NOW)}
    return Incident(
        region="UA63000000000041885",
        hazard="air_raid" if report.phase else "something:<new>",
        opened_at=NOW - timedelta(days=40),
        sources=sources,
        **more,
    )


def _health(text: str) -> Health:
    return Health(
        name="blog",
        kind="liveblog",
        every=timedelta(seconds=30),
        watched_at=NOW - timedelta(days=1),
        polled_at=NOW,
        succeeded_at=NOW - timedelta(hours=1),
        error=text,
        errors=9,
        latency=timedelta(seconds=1.5),
        next_at=NOW,
        paged_at=NOW - timedelta(hours=2),
        unknown=(text[:90],) * 20,
    )
