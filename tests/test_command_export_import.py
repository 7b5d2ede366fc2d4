"""What is known about a chat can be taken along and brought back, whole or not at all."""

import json
from typing import Any

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    GROUP,
    Heard,
    Payload,
    Talk,
    in_group,
    labelled,
    private,
)
from support.shared_resources import gazetteer, topics
from support.telegram_html import read

from handlers.services.canonical_query import spell
from matching.query.parser import parse
from storage.engine.database import Database
from storage.subscribers.subscribers import Detail

LONG = " OR ".join(f"w{number}{'y' * 50}" for number in range(60))


async def only_ann(chat: int) -> frozenset[int]:
    return frozenset({ANN}) if chat == GROUP else frozenset()


def texts(heard: Heard) -> list[str]:
    """The texts of an export, as Telegram shows them."""
    return [text for reply in heard.replies for tag, text in read(reply.html).marks if tag == "pre"]


async def exported(talk: Talk, user: int = ANN) -> dict[str, Any]:
    (text,) = texts(await talk.say("/export", user=user))
    document: dict[str, Any] = json.loads(text)
    return document


async def kept(talk: Talk, user: int) -> list[tuple[str, str, str, bool]]:
    followed = await talk.followed(user)
    return [(each.written, each.query, str(each.schedule), each.sound) for each in followed]


def an_export(*subscriptions: dict[str, Any], **changes: Any) -> str:
    document = {"tocsin": 1, "subscriptions": list(subscriptions)} | changes
    return json.dumps(document, ensure_ascii=False, indent=1)


async def is_refused(talk: Talk, text: str, said: str) -> None:
    """What is brought is refused with these words, and changes nothing."""
    await talk.say("/subscribe Lviv")
    before = await talk.known(), await talk.followed()
    heard = await talk.say(f"/import {text}")
    assert said in heard.html
    assert read(heard.html).units <= 4_096
    assert (await talk.known(), await talk.followed()) == before


async def test_an_export_tells_all_that_is_known(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe railway Kherson | daily 09:00")
    await talk.say("/subscribe #air_alert <Lviv>")
    await talk.press(f"sh:{(await talk.followed())[1].id}:0")
    document = await exported(talk)
    assert document["chat"] == {
        "id": ANN,
        "topic": 0,
        "since": "2023-02-14T09:30:00+00:00",
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
    }
    first, second = document["subscriptions"]
    assert first["written"] == "railway Kherson"
    assert first["understood"].startswith('word:"railway" AND in:"UA')
    assert (first["when"], first["sound"]) == ("daily 09:00", True)
    assert second["written"] == "#air_alert <Lviv>"
    assert (second["when"], second["sound"]) == ("now", False)


async def test_nothing_followed_is_an_export_too(sqlite: Database) -> None:
    assert (await exported(Talk(sqlite)))["subscriptions"] == []


async def test_what_was_exported_comes_back_after_everything_was_erased(
    database: Database,
) -> None:
    talk = Talk(database)
    await talk.say("/language it")
    await talk.say("/timezone Europe/Rome")
    await talk.press("td:short")
    await talk.say("/subscribe railway Kherson | daily 09:00")
    heard = await talk.say('/subscribe Mykolaiv OR ("power station" -Poland)')
    await talk.press(labelled(heard.reply, "Invece Oblast di Mykolaiv"))
    await talk.press(f"sh:{(await talk.followed())[1].id}:0")
    before = await kept(talk, ANN)
    (text,) = texts(await talk.say("/export"))
    await talk.press(labelled((await talk.say("/forget")).reply, "Cancella"))
    assert talk.hears("Railway in Kherson") == set()
    heard = await talk.say(f"/import {text}")
    assert "2 cose nuove da seguire" in heard.html
    assert await kept(talk, ANN) == before
    assert talk.hears("Railway in Kherson") == {"held"}
    assert talk.hears("Shelling in Bashtanka Raion") == {"silent"}
    back = await talk.known()
    assert (back.language, back.zone, back.detail) == ("it", "Europe/Rome", Detail.SHORT)


async def test_it_can_be_brought_to_another_chat_by_a_reply(database: Database) -> None:
    talk = Talk(database, only_ann)
    await talk.say("/subscribe Kyiv | weekly fri 18:30")
    (text,) = texts(await talk.say("/export"))
    message = in_group("/import")
    message["reply_to_message"] = in_group(text) | {"message_id": 4}
    heard = await talk.update(message=message)
    assert "one thing to follow" in heard.html
    assert await kept(talk, GROUP) == await kept(talk, ANN)


async def test_what_was_there_stays_and_takes_the_hour_and_sound_that_come(
    database: Database,
) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Lviv")
    await talk.say("/subscribe Kyiv")
    entry = {"written": "Київ", "when": "daily 07:00", "sound": False}
    heard = await talk.say(f"/import {an_export(entry, entry | {'written': 'Odesa'})}")
    assert "one thing to follow. Followed before: 1." in heard.html
    hours = [(written, when, sound) for written, _, when, sound in await kept(talk, ANN)]
    assert hours == [
        ("Lviv", "now", True),
        ("Kyiv", "daily 07:00", False),
        ("Odesa", "daily 07:00", False),
    ]


async def test_the_zone_is_that_of_the_first_place_that_comes(sqlite: Database) -> None:
    talk = Talk(sqlite)
    entries = [{"written": "Poland", "when": "daily 09:00"}, {"written": "Kyiv"}]
    await talk.say(f"/import {an_export(*entries)}")
    assert (await talk.known()).zone == "Europe/Warsaw"


async def test_a_long_export_is_several_messages_each_of_which_comes_back(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite)
    for number in range(40):
        await talk.say(f"/subscribe word:drone{number} OR Kherson OR Mykolaiv | daily 09:00")
    heard = await talk.say("/export")
    pieces = texts(heard)
    assert len(pieces) > 2
    assert f"each of the {len(pieces)} messages below" in heard.replies[0].html
    for content, piece in zip(heard.replies[1:], pieces, strict=True):
        assert read(content.html).units <= 4_096
        assert len(f"/import {piece}".encode("utf-16-le")) // 2 <= 4_096
        await talk.say(f"/import {piece}", user=BEN)
    assert await kept(talk, BEN) == await kept(talk, ANN)


async def test_what_is_too_long_for_any_message_is_shown_in_pieces_all_the_same(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite)
    await talk.say(f"/subscribe {LONG}")
    heard = await talk.say("/export")
    assert "comes in pieces" in heard.replies[0].html
    pieces = texts(heard)
    assert len(pieces) > 1
    assert all(read(content.html).units <= 4_096 for content in heard.replies)
    assert json.loads("".join(pieces))["subscriptions"][0]["written"] == LONG


@pytest.mark.parametrize(
    "written",
    [
        "Kyiv", "van", '"power station"', "#air_alert Lviv", 'from:"blog" drone', "F-35 OR MiG-31K",
        "drone -Poland", "(Kyiv OR Lviv) (drone OR missile) -(football OR word:or)", "бар'єр",
        "NOT (Kyiv OR Lviv) missile", "x OR y z OR NOT (u v) w", "word:not", LONG, "ціна’и",
        "in:Mykolaiv OR Sakko i Vantsetti", "dell'Ucraina",
    ],
)  # fmt: skip
def test_what_is_spelled_out_means_just_what_it_was(written: str) -> None:
    for choice in (query := parse(written, gazetteer(), topics())).choices:
        assert parse(spell(choice.chosen), gazetteer(), topics()).query == choice.chosen
    assert parse(spell(query.query), gazetteer(), topics()).query == query.query


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (an_export({"written": "Kyiv", "when": "daily 25:00"}),
         "<code>subscriptions › 1 › when</code> is <code>&quot;daily 25:00&quot;</code>"),
        (an_export({"written": "Kyiv"}, {"written": "Lviv", "sound": "yes"}),
         "<code>subscriptions › 2 › sound</code> is <code>&quot;yes&quot;</code>"),
        (an_export({"written": "Kyiv", "sond": True}),
         "do not know what this means: <code>subscriptions › 1 › sond</code>"),
        (an_export({"when": "now"}), "is missing: <code>subscriptions › 1 › written</code>"),
        (an_export({"written": "Kyiv AND (drone"}), "<code>subscriptions › 1 › written</code>"),
        (an_export({"written": "Kyiv", "understood": 'in:"nowhere"'}),
         "<code>subscriptions › 1 › understood</code>"),
        (an_export({"written": "Kyiv", "understood": 'NOT in:"PL"'}), "only what you do not want"),
        (an_export({"written": ""}), "is <code>&quot;&quot;</code>"),
        (an_export(subscriptions={}), "<code>subscriptions</code> is <code>{}</code>"),
        (an_export(settings={"language": "xx"}), "<code>settings › language</code>"),
        (an_export(settings={"zone": "Mars"}),
         "<code>settings › zone</code> is <code>&quot;Mars&quot;</code>"),
        (an_export(settings={"detail": 5}), "<code>settings › detail</code> is <code>5</code>"),
        (an_export(tocsin=2), "another version of me (2), and I read only 1"),
        (an_export(tocsin=[]), "another version of me ([])"),
        (an_export({"written": "Kyiv"})[:-4], "wrong with the text at the mark"),
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
async def test_what_cannot_be_brought_back_is_told_with_its_place_and_changes_nothing(
    sqlite: Database, text: str, said: str
) -> None:
    await is_refused(Talk(sqlite), text, said)


async def test_megabytes_are_refused_like_any_other_text(sqlite: Database) -> None:
    talk = Talk(sqlite)
    feeds = '<opml version="2.0">' + "<outline/>" * 1_000_000
    await is_refused(talk, feeds, "a list of feeds")
    much = json.dumps({"tocsin": 1, "subscriptions": [{"written": "Kyiv"}] * 500_000})
    await is_refused(talk, much, "too long to have come from /export")


async def test_one_bad_entry_leaves_even_the_settings_as_they_were(database: Database) -> None:
    talk = Talk(database)
    entries = [{"written": "Kyiv"}, {"written": "Lviv"}, {"written": "(((("}]
    await talk.say(f"/import {an_export(*entries, settings={'language': 'uk'})}")
    assert await talk.followed() == []
    assert (await talk.known()).language == "en"
    assert talk.hears("News from Kyiv") == set()


async def test_a_quota_is_kept_as_a_whole(database: Database) -> None:
    """failures 62"""
    talk = Talk(database, quota=3)
    await talk.say("/subscribe Kyiv")
    four = an_export(*({"written": place} for place in ("Kyiv", "Lviv", "Odesa", "Kherson")))
    heard = await talk.say(f"/import {four}")
    assert "would follow 4 things, and it may follow 3" in heard.html
    assert len(await talk.followed()) == 1
    three = an_export(*({"written": place} for place in ("Kyiv", "Lviv", "Odesa", "Lviv")))
    await talk.say(f"/import {three}")
    assert [each.written for each in await talk.followed()] == ["Kyiv", "Lviv", "Odesa"]


def a_file(name: str, **more: object) -> Payload:
    document = {"file_id": "x", "file_unique_id": "y", "file_name": name, "file_size": 10_000_000}
    return {**private(""), "text": None, "document": document, **more}


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (a_file("tocsin.json"), "I cannot open files yet"),
        (a_file("tocsin.json", caption="/import"), "I cannot open files yet"),
        (a_file("feeds.opml", caption="/import"), "a list of feeds"),
        (a_file("Feeds.XML"), "a list of feeds"),
        (private("/import") | {"reply_to_message": a_file("tocsin.json")}, "I cannot open files"),
    ],
)
async def test_a_file_is_answered_with_what_to_do_instead(
    sqlite: Database, message: Payload, said: str
) -> None:
    assert said in (await Talk(sqlite).update(message=message)).html


async def test_a_file_that_people_send_each_other_is_none_of_its_business(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite, only_ann)
    message = a_file("cats.json", caption="look") | {"chat": in_group("")["chat"]}
    assert (await talk.update(message=message)).replies == ()


async def test_in_a_group_only_an_administrator_brings_something(sqlite: Database) -> None:
    talk = Talk(sqlite, only_ann)
    text = an_export({"written": "Kyiv"})
    refused = await talk.say_in_group(f"/import {text}", user=BEN)
    assert refused.html.startswith("Only administrators")
    await talk.say_in_group(f"/import\n{text}")
    assert len(await talk.followed(GROUP)) == 1
