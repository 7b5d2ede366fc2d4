"""A drill comes the way an alert comes, and nobody can take it for one."""

import pytest
from support.conversation_driver import ANN, BEN, GROUP, Talk
from support.shared_resources import words
from support.telegram_html import read

from handlers.text.i18n import LANGUAGES
from storage.engine.database import Database
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.values.lanes import Lane
from storage.values.message import Content

CODES = [language.code for language in LANGUAGES]


async def only_ann(chat: int) -> frozenset[int]:
    return frozenset({ANN}) if chat == GROUP else frozenset()


def drills(talk: Talk) -> list[tuple[int, bool]]:
    """To whom they came, and whether without sound."""
    return [(each.subscriber, each.silent) for each in talk.rung]


async def test_a_drill_goes_to_this_chat_alone_in_the_lane_of_alerts(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    await talk.say("/subscribe Kyiv", user=BEN)
    heard = await talk.say("/test")
    assert heard.replies == ()
    assert drills(talk) == [((await talk.known(ANN)).number, False)]
    assert talk.rung[0].lane is Lane.ALERT
    assert talk.rung[0].due_at == talk.now


@pytest.mark.parametrize("code", CODES)
async def test_whoever_reads_it_reads_that_it_is_a_test(sqlite: Database, code: str) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv", language=code)
    await talk.say("/test", language=code)
    (rung,) = talk.rung
    assert rung.content is not None
    shown = read(rung.content.html).text
    lines = shown.splitlines()
    assert lines[0] == lines[-1] == "🧪 TEST · ТЕСТ · PROVA"
    for other in CODES:
        if other != code:
            assert words().voice(other).say("drill-short") in shown
    assert read(words().voice(code).say("drill")).text in shown
    assert not set(shown) & set("🔴🟡🟢🚨")
    assert rung.content.buttons == ()


async def test_it_comes_with_and_without_sound_as_alerts_do(database: Database) -> None:
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    await talk.press(f"sh:{(await talk.followed())[0].id}:0")
    await talk.say("/test")
    assert [silent for _, silent in drills(talk)] == [True]
    await talk.say("/subscribe Lviv")
    talk.rung.clear()
    await talk.say("/test")
    assert [silent for _, silent in drills(talk)] == [False, True]
    with_sound, without = (each.content.html for each in talk.rung if each.content)
    assert "with the sound you have set" in with_sound
    assert "without sound: that is how you have set it" in without


async def test_a_digest_says_nothing_of_how_alerts_sound(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Lviv")
    await talk.say("/subscribe Kyiv | daily 09:00")
    await talk.press(f"sh:{(await talk.followed())[1].id}:0")
    await talk.say("/test")
    assert [silent for _, silent in drills(talk)] == [False]


@pytest.mark.parametrize(
    ("before", "said"),
    [
        ("/start", "it follows nothing yet"),
        ("/subscribe Kyiv | daily 09:00", "gathered for later"),
    ],
)
async def test_where_no_alert_would_ring_the_drill_does_not_promise_one(
    sqlite: Database, before: str, said: str
) -> None:
    talk = Talk(sqlite)
    await talk.say(before)
    assert said in (await talk.say("/test")).html
    assert len(talk.rung) == 1


async def test_one_drill_waits_at_a_time(database: Database) -> None:
    """failures 63"""
    talk = Talk(database)
    await talk.say("/subscribe Kyiv")
    number, later = (await talk.known()).number, talk.now.replace(hour=23)
    content = Content("a test")
    new = NewDelivery(subscriber=number, lane=Lane.ALERT, content=content, due_at=later)
    async with database.write() as transaction:
        (waiting,) = await deliveries.enqueue(transaction, [new], talk.now)
    assert "has not arrived yet" in (await talk.say("/test")).html
    assert talk.rung == []
    async with database.write() as transaction:
        await deliveries.fail(transaction, waiting.id, talk.now, "rejected")
    await talk.say("/test")
    assert len(talk.rung) == 1


async def test_an_alert_that_is_on_its_way_keeps_nobody_from_a_drill(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.say("/subscribe Kyiv")
    bulletin = await talk.publish("Air alert in Kyiv")
    number, later = (await talk.known()).number, talk.now.replace(hour=23)
    new = NewDelivery(subscriber=number, lane=Lane.ALERT, bulletin=bulletin.id, due_at=later)
    async with sqlite.write() as transaction:
        await deliveries.enqueue(transaction, [new], talk.now)
    await talk.say("/test")
    assert len(talk.rung) == 1


async def test_in_a_group_only_an_administrator_starts_one(sqlite: Database) -> None:
    talk = Talk(sqlite, only_ann)
    heard = await talk.say_in_group("/test", user=BEN)
    assert heard.html.startswith("Only administrators")
    assert talk.rung == []
    await talk.say_in_group("/test", thread=4)
    assert drills(talk) == [((await talk.known(GROUP, 4)).number, False)]
