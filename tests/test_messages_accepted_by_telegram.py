"""Telegram accepts every message of the bot, in every language and with hostile bulletins.

The tests send every command and press every button of the replies, recursively. The stored
bulletins are made to break a message. All replies go to the stand-in, which parses HTML and counts
as Telegram does.
"""

import re
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.conversation_driver import (
    NOW,
    ConversationDriver,
    Payload,
    Response,
    private_message,
)
from support.shared_resources import catalog, gazetteer, reader, topics
from test_dispatcher_bot_added import channel

from alerts.classification import read_bulletin
from alerts.tally import item_of
from bot.delivery.outcome import Sent
from bot.delivery.sender import Sender
from bot.standin.person import Person
from bot.standin.server import Standin
from handlers.commands.group_added import render_lost_forum_topic
from handlers.commands.sources import render_health, render_outage_notice, render_recovery_notice
from handlers.framework.replies import CallbackAnswer, MessageEdit
from handlers.messages.alert import AlertRenderer, IncidentView
from handlers.messages.bulletin import BulletinRenderer, RenderOptions
from handlers.messages.digest import DigestRenderer
from handlers.registry import BUTTONS, COMMANDS
from handlers.text.html import escape
from handlers.text.i18n import LANGUAGES
from storage.engine.database import Database
from storage.inbound.bulletins import Phase, StoredBulletin
from storage.inbound.incidents import Incident, NotificationReason, SourceReport
from storage.inbound.sources import SourceHealth
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers.subscribers import Detail, Target
from storage.values.lanes import Lane
from storage.values.message import MessageContent

CODES = [language.code for language in LANGUAGES]
MOST_SHAPES = 2_000
"""Kinds of buttons that a crawl may find."""

MARKUP = "<b>Kyiv</i> &amp; <script>&#0; <a href='tg://user?id=1'>"
BACKWARDS = "\u202e\u2066Kyiv \u0628\u064a\u0631\u0648\u062a\u200f \u05d7\u05d9\u05e4\u05d4"
EMOJI = "Kyiv " + "\U0001f468\u200d\U0001f469\u200d\U0001f467" * 300 + "\U0001f1fa\U0001f1e6" * 200
BOOK = "Kyiv. " + "<&\U0001f600 word. " * 9_000
HOSTILE = (MARKUP, BACKWARDS, EMOJI, BOOK)

COMMANDS_SENT = (
    '/import {"tocsin": 1, "subscriptions": [{"written": "Dnipro", "sound": false}]}',
    "/subscriptions",
    *(f"/{command.name}" for command in COMMANDS if command.name != "forget"),
    *("/subscribe Kyiv", "/subscribe Lviv | daily 09:00", "/subscribe Mykolaiv", "/subscribe порт"),
    *("/subscribe ((", "/subscribe Kyiw", "/subscribe NOT Kyiv", "/subscribe Kyiv | daily 25:00"),
    *("/subscribe Kyiv, Lviv", "/subscribe #air_alert Odesa | now", "/subscribe Kyiv"),
    *("/unsubscribe 99", "/unsubscribe x", "/unsubscribe 1", "/subscriptions"),
    *("/latest Kyiv 9", "/latest ((", "/latest word:zebra", "/alerts Khakriv", "/alerts Kyiv"),
    *("/try Rivne", "/try Rivne | silently", "/try ((", "/try #air_alrt", "/try word:zebra"),
    *("/digest daily 09:00", "/digest daily 25:00", "/quiet 22:00-07:00", "/quiet 25:00-26:00"),
    *("/quiet 22:00-22:00", "/quiet off", "/pause 2h", "/pause 0h", "/resume", "/language xx"),
    *(f"/subscribe {n} | hourly" for n in ("Kharkiv", "Odesa", "Poland", "Rivne", "Sumy", "Lutsk")),
    *("/places Mum = Mykolaiv", "/places Dad = Lviv +20km", "/subscribe Mum +20km", "/places"),
    *("/places remove Mum", "/places Mum = Kyiv", "/places x", "/places and = Kyiv", "/alerts Mum"),
    *("/timezone Erewhon", "/timezone Europe/Kiew", "/timezone Kyiv", "/start S3lpdg", "/start %"),
    *("/import {}", '/import {"tocsin": 9}', "/import <opml>", "/export", "/sources", "/nonsense"),
    *("/channel @our_street", "/channel @our_street /latest Kyiv", "/channel @nobody /help"),
    *("/channel @our_street /subscribe Mykolaiv", "/channel @our_street /export", "zebra", "Kyiv"),
    *(
        f"{command}{(MARKUP + BACKWARDS + EMOJI)[:900]}"
        for command in ("", "/subscribe ", "/latest word:", "/alerts ", "/why ", "/timezone ",
                        "/announce ", "/import ", "/channel ", "/pause ", "/start ", "/try ")
    ),
    "/forget",
)  # fmt: skip


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with Standin(limits=None) as running:
        yield running


@dataclass
class ButtonCrawler:
    """Crawler that sends commands and collects one button of each kind in the replies."""

    standin: Standin
    sender: Sender
    person: Person
    driver: ConversationDriver
    language: str
    waiting: deque[tuple[str, Payload]] = field(default_factory=deque)
    pressed: dict[str, tuple[str, Payload]] = field(default_factory=dict)

    async def send(self, text: str) -> None:
        await self.collect(
            await self.driver.send(text, user=self.person.id, language=self.language)
        )

    async def press(self, data: str, under: Payload) -> None:
        response = await self.driver.press(data, user=self.person.id, under=under)
        assert len(response.answer) <= 200
        assert [call for call in response.immediate_calls if isinstance(call, CallbackAnswer)]
        await self.collect(response)

    async def collect(self, response: Response) -> None:
        edits = [call.content for call in response.immediate_calls if isinstance(call, MessageEdit)]
        for content in (*response.replies, *edits):
            under = await self.deliver(content)
            for button in (button for row in content.buttons for button in row):
                shape = _shape(button.data or "")
                if shape not in self.pressed and self.keeps_language(shape):
                    assert len(self.pressed) < MOST_SHAPES, "new kinds of buttons without end"
                    self.pressed[shape] = (button.data or "", under)
                    self.waiting.append(self.pressed[shape])

    async def deliver(self, content: MessageContent) -> Payload:
        """Send a message and return it; fails unless Telegram accepts it unchanged at once."""
        outcome = await self.sender.send(Target(self.person.id), content, silent=False)
        assert isinstance(outcome, Sent), (outcome, content)
        call = self.standin.journal[-1]
        assert (call.status, call.params["text"]) == (200, content.html), call.answer
        message: Payload = call.answer["result"]
        return message

    def keeps_language(self, shape: str) -> bool:
        """Return whether such a button leaves the language of the chat unchanged."""
        kind, _, code = shape.partition(":")
        return kind != "tl" or code == self.language


def _shape(data: str) -> str:
    """Return the kind of a button: its data without numbers, typed text and channel prefix."""
    kind, _, payload = re.sub(r"\d+", "#", data).rpartition("|")[2].partition(":")
    return f"{kind}:{payload if len(payload) < 12 and payload.isascii() else '…'}"


def _pressed_prefixes(crawler: ButtonCrawler) -> set[str]:
    """Return the prefixes of the buttons that were pressed."""
    return {shape.partition(":")[0] for shape in crawler.pressed}


async def start_crawler(
    database: Database, standin: Standin, sender: Sender, language: str
) -> ButtonCrawler:
    """Return a crawler for Ann: an operator who administers a channel, with hostile bulletins."""
    person = standin.people.person("Ann", started=True)

    async def administrators(_chat: int) -> frozenset[int]:
        return frozenset({person.id})

    driver = ConversationDriver(database, administrators, operators=[person.id])
    crawler = ButtonCrawler(standin, sender, person, driver, language)
    for position, text in enumerate(HOSTILE):
        await driver.publish(text[:500], text, url=f"https://example.org/?q=<{position}>&b='\"")
    for position in range(24):
        await driver.publish(("Drones over Rivne", "Trains to Rivne")[position % 2])
    await crawler.send("/start")
    number = (await driver.get_subscriber(person.id)).number
    async with database.write() as transaction:
        for text in HOSTILE:
            dead_letter = NewDelivery(
                subscriber=number,
                lane=Lane.REPLY,
                content=MessageContent(escape(text[:900])),
                due_at=NOW,
            )
            (stored,) = await deliveries.enqueue(transaction, [dead_letter], NOW)
            await deliveries.fail(transaction, stored.id, NOW, text)
    shared = private_message("", user=person.id, language=language)
    location = {"latitude": 46.6354, "longitude": 32.6169}
    await crawler.collect(await driver.receive(message={**shared, "location": location}))
    added = {"user": person.id, "language": language}
    await crawler.collect(
        await driver.change_membership(channel(MARKUP * 3), "administrator", **added)
    )
    return crawler


@pytest.mark.parametrize("language", CODES)
async def test_telegram_accepts_the_reply_to_every_command_and_button(
    sqlite: Database, standin: Standin, sender: Sender, language: str
) -> None:
    """Telegram refuses a message that is too long or has invalid markup."""
    crawler = await start_crawler(sqlite, standin, sender, language)
    with capture_logs() as logs:
        for text in COMMANDS_SENT:
            await crawler.send(text)
        while crawler.waiting:
            await crawler.press(*crawler.waiting.popleft())
    assert [entry for entry in logs if entry["log_level"] == "error"] == []
    assert {kind.prefix for kind in BUTTONS} - _pressed_prefixes(crawler) == set()


async def test_every_button_is_answered_again_and_a_month_later(
    sqlite: Database, standin: Standin, sender: Sender
) -> None:
    """Chats keep old buttons, and their data may name something long deleted."""
    crawler = await start_crawler(sqlite, standin, sender, "en")
    with capture_logs() as logs:
        for command in COMMANDS:
            await crawler.send(f"/{command.name}")
        await crawler.send("/announce something")
        while crawler.waiting:
            data, under = crawler.waiting.popleft()
            await crawler.press(data, under)
            await crawler.press(data, under)
        crawler.driver.now = NOW + timedelta(days=30)
        for data, under in list(crawler.pressed.values()):
            await crawler.press(data, under)
    assert [entry for entry in logs if entry["log_level"] == "error"] == []


@pytest.mark.parametrize("language", CODES)
async def test_telegram_accepts_messages_that_are_no_replies(
    standin: Standin, sender: Sender, language: str
) -> None:
    """Pushes, alerts, digests, quiet summaries and notices about sources are valid, too."""
    person = standin.people.person("Ann", started=True)
    translator = catalog().translator(language)
    contents: list[MessageContent] = [render_lost_forum_topic(translator)]
    for detail in Detail:
        contents += _pushes(RenderOptions(language, "Europe/Kyiv", detail))
    for text in HOSTILE:
        health = _health(text)
        contents += [
            MessageContent(render_health(health, NOW, None, translator)),
            MessageContent(render_outage_notice(health, NOW, None, translator)),
            MessageContent(render_recovery_notice(health, NOW, translator)),
        ]
    for content in contents:
        outcome = await sender.send(Target(person.id), content, silent=False)
        call = standin.journal[-1]
        assert isinstance(outcome, Sent), outcome
        assert (call.status, call.params["text"]) == (200, content.html), call.answer


def _pushes(options: RenderOptions) -> list[MessageContent]:
    bulletin_renderer = BulletinRenderer(catalog(), reader())
    alert_renderer = AlertRenderer(catalog(), gazetteer())
    bulletins = [_bulletin(number, text) for number, text in enumerate(HOSTILE, 1)]
    contents = [bulletin_renderer.render(bulletin, options, NOW) for bulletin in bulletins]
    incidents = [_incident(bulletin, **state) for bulletin in bulletins for state in _STATES]
    for bulletin in bulletins:
        for reason in NotificationReason:
            views = [
                IncidentView(
                    incident=incident, reason=reason, bulletin=bulletin, delay=timedelta(hours=3)
                )
                for incident in incidents[:4]
            ]
            contents += [alert_renderer.render([view], options, NOW) for view in views]
            contents.append(alert_renderer.render(views, options, NOW))
            contents.append(alert_renderer.render(views * 9, options, NOW))
    missed = [
        IncidentView(incident=incident, reason=NotificationReason.MISSED) for incident in incidents
    ]
    contents.append(alert_renderer.render_missed_summary(missed * 3, options, NOW))
    digest_renderer = DigestRenderer(catalog(), gazetteer(), topics(), bulletin_renderer)
    items = [
        item_of(bulletin, read_bulletin(reader(), bulletin), gazetteer(), topics())
        for bulletin in bulletins
    ]
    contents.append(digest_renderer.render_empty(options))
    contents += digest_renderer.render_digest(items * 15, options, NOW)
    summary = digest_renderer.render_quiet_summary(items, items, options, NOW)
    return [*contents, *summary.contents]


_STATES: tuple[dict[str, Any], ...] = (
    {},
    {"level": "red", "threats": ("missile", "drone")},
    {"unknown_since": NOW},
    {"closed_at": NOW},
)


def _bulletin(number: int, text: str) -> StoredBulletin:
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
        duplicate_sources=("other",) * 3,
    )


def _incident(bulletin: StoredBulletin, **fields: Any) -> Incident:
    sources = {
        "siren": SourceReport(is_active=True, reported_at=NOW),
        "blog": SourceReport(is_active=True, reported_at=NOW),
    }
    return Incident(
        region="UA63000000000041885",
        hazard="air_raid" if bulletin.phase else "something:<new>",
        opened_at=NOW - timedelta(days=40),
        sources=sources,
        **fields,
    )


def _health(text: str) -> SourceHealth:
    return SourceHealth(
        name="blog",
        kind="liveblog",
        interval=timedelta(seconds=30),
        registered_at=NOW - timedelta(days=1),
        polled_at=NOW,
        succeeded_at=NOW - timedelta(hours=1),
        error=text,
        consecutive_errors=9,
        latency=timedelta(seconds=1.5),
        next_poll_at=NOW,
        outage_notified_at=NOW - timedelta(hours=2),
        unknown_places=(text[:90],) * 20,
    )
