"""/export and /import: all data of a chat, restored completely or not at all."""

import json
from typing import Any

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    GROUP,
    ConversationDriver,
    Payload,
    Response,
    button_data,
    group_message,
    private_message,
)
from support.shared_resources import gazetteer, topics
from support.telegram_html import parse_html

from handlers.services.canonical_query import serialize_query
from matching.query.parser import parse
from storage.engine.database import Database
from storage.subscribers.subscribers import Detail

LONG = " OR ".join(f"w{number}{'y' * 50}" for number in range(60))


async def only_ann_in_group(chat: int) -> frozenset[int]:
    return frozenset({ANN}) if chat == GROUP else frozenset()


def exported_texts(response: Response) -> list[str]:
    """Return the texts of an export, as Telegram shows them."""
    return [
        text
        for reply in response.replies
        for tag, text in parse_html(reply.html).entities
        if tag == "pre"
    ]


async def export_document(driver: ConversationDriver, user: int = ANN) -> dict[str, Any]:
    (text,) = exported_texts(await driver.send("/export", user=user))
    document: dict[str, Any] = json.loads(text)
    return document


async def stored_subscriptions(
    driver: ConversationDriver, user: int
) -> list[tuple[str, str, str, bool]]:
    return [
        (
            subscription.query_text,
            subscription.query,
            str(subscription.schedule),
            subscription.has_sound,
        )
        for subscription in await driver.get_subscriptions(user)
    ]


def export_text(*subscriptions: dict[str, Any], **changes: Any) -> str:
    document = {"tocsin": 1, "subscriptions": list(subscriptions)} | changes
    return json.dumps(document, ensure_ascii=False, indent=1)


async def assert_refused(driver: ConversationDriver, text: str, reason: str) -> None:
    """Import a text, and expect a refusal that contains the reason and changes nothing."""
    await driver.send("/subscribe Lviv")
    before = await driver.get_subscriber(), await driver.get_subscriptions()
    response = await driver.send(f"/import {text}")
    assert reason in response.html
    assert parse_html(response.html).utf16_length <= 4_096
    assert (await driver.get_subscriber(), await driver.get_subscriptions()) == before


async def test_an_export_has_all_data_of_the_chat(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe railway Kherson | daily 09:00")
    await driver.send("/subscribe #air_alert <Lviv>")
    await driver.press(f"sh:{(await driver.get_subscriptions())[1].id}:0")
    document = await export_document(driver)
    assert document["chat"] == {
        "id": ANN,
        "topic": 0,
        "since": "2023-02-14T09:30:00+00:00",
        "kind": "private",
        "title": None,
        "username": None,
        "channels": [],
    }
    assert document["settings"] == {
        "language": "en",
        "zone": "Europe/Kyiv",
        "detail": "full",
        "digest": "now",
        "told_nothing": False,
        "quiet": None,
        "quiet_alerts": "ring",
        "paused_until": None,
        "alert_updates": "graver",
        "sound": "everything",
    }
    first, second = document["subscriptions"]
    assert first["written"] == "railway Kherson"
    assert first["understood"].startswith('word:"railway" AND in:"UA')
    assert (first["when"], first["sound"]) == ("daily 09:00", True)
    assert second["written"] == "#air_alert <Lviv>"
    assert (second["when"], second["sound"]) == ("now", False)


async def test_a_chat_without_subscriptions_has_an_export(sqlite: Database) -> None:
    assert (await export_document(ConversationDriver(sqlite)))["subscriptions"] == []


async def test_an_export_restores_a_chat_after_forget(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/language it")
    await driver.send("/timezone Europe/Rome")
    await driver.press("td:short")
    await driver.send("/subscribe railway Kherson | daily 09:00")
    response = await driver.send('/subscribe Mykolaiv OR ("power station" -Poland)')
    await driver.press(button_data(response.reply, "Invece Oblast di Mykolaiv"))
    await driver.press(f"sh:{(await driver.get_subscriptions())[1].id}:0")
    before = await stored_subscriptions(driver, ANN)
    (text,) = exported_texts(await driver.send("/export"))
    await driver.press(button_data((await driver.send("/forget")).reply, "Cancella"))
    assert driver.match_modes("Railway in Kherson") == set()
    response = await driver.send(f"/import {text}")
    assert "2 cose nuove da seguire" in response.html
    assert await stored_subscriptions(driver, ANN) == before
    assert driver.match_modes("Railway in Kherson") == {"digest"}
    assert driver.match_modes("Shelling in Bashtanka Raion") == {"silent"}
    restored = await driver.get_subscriber()
    assert (restored.language, restored.zone, restored.detail) == (
        "it",
        "Europe/Rome",
        Detail.SHORT,
    )


async def test_an_export_is_imported_into_another_chat_by_a_reply(database: Database) -> None:
    driver = ConversationDriver(database, only_ann_in_group)
    await driver.send("/subscribe Kyiv | weekly fri 18:30")
    (text,) = exported_texts(await driver.send("/export"))
    message = group_message("/import")
    message["reply_to_message"] = group_message(text) | {"message_id": 4}
    response = await driver.receive(message=message)
    assert "one thing to follow" in response.html
    assert await stored_subscriptions(driver, GROUP) == await stored_subscriptions(driver, ANN)


async def test_existing_subscriptions_stay_and_take_the_imported_schedule_and_sound(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Lviv")
    await driver.send("/subscribe Kyiv")
    entry = {"written": "Київ", "when": "daily 07:00", "sound": False}
    response = await driver.send(f"/import {export_text(entry, entry | {'written': 'Odesa'})}")
    assert "one thing to follow. Followed before: 1." in response.html
    schedules = [
        (text, when, sound) for text, _, when, sound in await stored_subscriptions(driver, ANN)
    ]
    assert schedules == [
        ("Lviv", "now", True),
        ("Kyiv", "daily 07:00", False),
        ("Odesa", "daily 07:00", False),
    ]


async def test_an_import_takes_the_time_zone_of_its_first_place(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    entries = [{"written": "Poland", "when": "daily 09:00"}, {"written": "Kyiv"}]
    await driver.send(f"/import {export_text(*entries)}")
    assert (await driver.get_subscriber()).zone == "Europe/Warsaw"


async def test_a_long_export_is_several_messages_that_can_be_imported_independently(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    for number in range(40):
        await driver.send(f"/subscribe word:drone{number} OR Kherson OR Mykolaiv | daily 09:00")
    response = await driver.send("/export")
    pieces = exported_texts(response)
    assert len(pieces) > 2
    assert f"each of the {len(pieces)} messages below" in response.replies[0].html
    for content, piece in zip(response.replies[1:], pieces, strict=True):
        assert parse_html(content.html).utf16_length <= 4_096
        assert len(f"/import {piece}".encode("utf-16-le")) // 2 <= 4_096
        await driver.send(f"/import {piece}", user=BEN)
    assert await stored_subscriptions(driver, BEN) == await stored_subscriptions(driver, ANN)


async def test_a_subscription_too_long_for_a_message_is_exported_in_pieces(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe {LONG}")
    response = await driver.send("/export")
    assert "comes in pieces" in response.replies[0].html
    pieces = exported_texts(response)
    assert len(pieces) > 1
    assert all(parse_html(content.html).utf16_length <= 4_096 for content in response.replies)
    assert json.loads("".join(pieces))["subscriptions"][0]["written"] == LONG


@pytest.mark.parametrize(
    "query_text",
    [
        "Kyiv", "van", '"power station"', "#air_alert Lviv", 'from:"blog" drone', "F-35 OR MiG-31K",
        "drone -Poland", "(Kyiv OR Lviv) (drone OR missile) -(football OR word:or)", "бар'єр",
        "NOT (Kyiv OR Lviv) missile", "x OR y z OR NOT (u v) w", "word:not", LONG, "ціна’и",
        "in:Mykolaiv OR Sakko i Vantsetti", "dell'Ucraina",
    ],
)  # fmt: skip
def test_a_canonical_query_parses_to_the_same_query(query_text: str) -> None:
    parsed = parse(query_text, gazetteer(), topics())
    for ambiguity in parsed.ambiguities:
        canonical = serialize_query(ambiguity.meaning)
        assert parse(canonical, gazetteer(), topics()).query == ambiguity.meaning
    assert parse(serialize_query(parsed.query), gazetteer(), topics()).query == parsed.query


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (export_text({"written": "Kyiv", "when": "daily 25:00"}),
         "<code>subscriptions › 1 › when</code> is <code>&quot;daily 25:00&quot;</code>"),
        (export_text({"written": "Kyiv"}, {"written": "Lviv", "sound": "yes"}),
         "<code>subscriptions › 2 › sound</code> is <code>&quot;yes&quot;</code>"),
        (export_text({"written": "Kyiv", "sond": True}),
         "do not know what this means: <code>subscriptions › 1 › sond</code>"),
        (export_text({"when": "now"}), "is missing: <code>subscriptions › 1 › written</code>"),
        (export_text({"written": "Kyiv AND (drone"}), "<code>subscriptions › 1 › written</code>"),
        (export_text({"written": "Kyiv", "understood": 'in:"nowhere"'}),
         "<code>subscriptions › 1 › understood</code>"),
        (export_text({"written": "Kyiv", "understood": 'NOT in:"PL"'}),
         "only what you do not want"),
        (export_text({"written": ""}), "is <code>&quot;&quot;</code>"),
        (export_text(subscriptions={}), "<code>subscriptions</code> is <code>{}</code>"),
        (export_text(settings={"language": "xx"}), "<code>settings › language</code>"),
        (export_text(settings={"zone": "Mars"}),
         "<code>settings › zone</code> is <code>&quot;Mars&quot;</code>"),
        (export_text(settings={"detail": 5}), "<code>settings › detail</code> is <code>5</code>"),
        (export_text(tocsin=2), "another version of me (2), and I read only 1"),
        (export_text(tocsin=[]), "another version of me ([])"),
        (export_text({"written": "Kyiv"})[:-4], "wrong with the text at the mark"),
        ('{"tocsin": 1, "settings" {}}', "^</pre>"),
        ('{"tocsin": 1, "subscriptions": [{"written": "Ky\\u0000iv"}]}', "at the mark"),
        ('{"a":' * 700, "at the mark"),
        ('{"a":' * 2_000, "at the mark"),
        ('{"hello": "world"}', "not what /export gives"),
        ("[1, 2]", "not what /export gives"),
        ("Kyiv", "not what /export gives"),
        ("", "Paste what /export gave"),
        ('<?xml version="1.0"?><opml version="2.0"><body/></opml>', "a list of feeds"),
    ],
)  # fmt: skip
async def test_a_refused_import_shows_the_position_of_the_error_and_changes_nothing(
    sqlite: Database, text: str, reason: str
) -> None:
    await assert_refused(ConversationDriver(sqlite), text, reason)


async def test_an_import_of_megabytes_is_refused(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    feeds = '<opml version="2.0">' + "<outline/>" * 1_000_000
    await assert_refused(driver, feeds, "a list of feeds")
    long_export = json.dumps({"tocsin": 1, "subscriptions": [{"written": "Kyiv"}] * 500_000})
    await assert_refused(driver, long_export, "too long to have come from /export")


async def test_an_invalid_entry_leaves_subscriptions_and_settings_unchanged(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    entries = [{"written": "Kyiv"}, {"written": "Lviv"}, {"written": "(((("}]
    await driver.send(f"/import {export_text(*entries, settings={'language': 'uk'})}")
    assert await driver.get_subscriptions() == []
    assert (await driver.get_subscriber()).language == "en"
    assert driver.match_modes("News from Kyiv") == set()


async def test_an_import_over_the_quota_changes_nothing(database: Database) -> None:
    driver = ConversationDriver(database, quota=3)
    await driver.send("/subscribe Kyiv")
    four = export_text(*({"written": place} for place in ("Kyiv", "Lviv", "Odesa", "Kherson")))
    response = await driver.send(f"/import {four}")
    assert "would follow 4 things, and it may follow 3" in response.html
    assert len(await driver.get_subscriptions()) == 1
    three = export_text(*({"written": place} for place in ("Kyiv", "Lviv", "Odesa", "Lviv")))
    await driver.send(f"/import {three}")
    assert [subscription.query_text for subscription in await driver.get_subscriptions()] == [
        "Kyiv",
        "Lviv",
        "Odesa",
    ]


def file_message(name: str, **fields: object) -> Payload:
    document = {"file_id": "x", "file_unique_id": "y", "file_name": name, "file_size": 10_000_000}
    return {**private_message(""), "text": None, "document": document, **fields}


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        (file_message("tocsin.json"), "I cannot open files yet"),
        (file_message("tocsin.json", caption="/import"), "I cannot open files yet"),
        (file_message("feeds.opml", caption="/import"), "a list of feeds"),
        (file_message("Feeds.XML"), "a list of feeds"),
        (
            private_message("/import") | {"reply_to_message": file_message("tocsin.json")},
            "I cannot open files",
        ),
    ],
)
async def test_a_file_is_answered_with_an_alternative(
    sqlite: Database, message: Payload, answer: str
) -> None:
    assert answer in (await ConversationDriver(sqlite).receive(message=message)).html


async def test_a_file_in_a_group_is_ignored(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite, only_ann_in_group)
    message = file_message("cats.json", caption="look") | {"chat": group_message("")["chat"]}
    assert (await driver.receive(message=message)).replies == ()


async def test_only_an_administrator_imports_in_a_group(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite, only_ann_in_group)
    text = export_text({"written": "Kyiv"})
    refused = await driver.send_in_group(f"/import {text}", user=BEN)
    assert refused.html.startswith("Only administrators")
    await driver.send_in_group(f"/import\n{text}")
    assert len(await driver.get_subscriptions(GROUP)) == 1
