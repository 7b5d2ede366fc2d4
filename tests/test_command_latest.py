"""The newest of what the sources said: by a command, by free text, and leafed through in place."""

import asyncio
from typing import Any

import pytest
from support.conversation_driver import ANN, NOW, Talk, bot, labelled, labels, private
from support.shared_resources import gazetteer, topics
from support.telegram_html import read

from handlers.services.search import Search
from handlers.telegram.callback_data import carry
from matching.query.ast import Word
from matching.reader import Reader, Reading
from storage.engine.database import Database


async def publish(talk: Talk, *titles: str) -> None:
    for title in titles:
        await talk.publish(title)


async def test_the_newest_come_first(database: Database) -> None:
    talk = Talk(database)
    await publish(talk, "One", "Two", "Three")
    shown = read((await talk.say("/latest 2")).html).text
    assert shown.index("1. Three") < shown.index("2. Two")
    assert "One" not in shown


async def test_only_what_is_asked_for_is_shown(database: Database) -> None:
    talk = Talk(database)
    await publish(talk, "Shelling in Kherson", "Museum opens in Lviv", "Trains to Kherson")
    html = (await talk.say("/latest Kherson")).html
    assert "Trains to Kherson" in html
    assert "Shelling in Kherson" in html
    assert "Museum" not in html


async def test_pages_turn_in_place_and_back(database: Database) -> None:
    talk = Talk(database)
    await publish(talk, *(f"Kherson {number}, Lviv news" for number in range(7)), "Elsewhere")
    first = (await talk.say("/latest Kherson 3")).reply
    assert not [label for label in labels(first) if "Newer" in label]
    second = (await talk.press(labelled(first, "Older"))).edit
    assert [f"Kherson {number}," in second.html for number in (4, 3, 2, 1, 0)] == [
        False, True, True, True, False,
    ]  # fmt: skip
    third = (await talk.press(labelled(second, "Older"))).edit
    assert "Kherson 0," in third.html
    assert not [label for label in labels(third) if "Older" in label]
    assert (await talk.press(labelled(third, "Newer"))).edit == second


async def test_what_came_meanwhile_is_on_the_newer_page(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await publish(talk, "Kherson 1", "Kherson 2")
    first = (await talk.say("/latest Kherson 1")).reply
    second = (await talk.press(labelled(first, "Older"))).edit
    await publish(talk, "Kherson 3")
    third = (await talk.press(labelled(second, "Newer"))).edit
    assert "Kherson 2" in third.html
    fourth = (await talk.press(labelled(third, "Newer"))).edit
    assert "Kherson 3" in fourth.html


async def test_a_single_one_is_shown_whole(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.publish("Railway", "Tracks in Kherson are damaged. Buses run instead.")
    assert "Buses run instead." in (await talk.say("/latest 1")).html
    listed = await talk.say("/latest")
    assert "Buses run instead." not in listed.html
    opened = await talk.press(labelled(listed.reply, "1"))
    assert "Buses run instead." in opened.html


async def test_a_long_one_is_read_on_page_by_page(sqlite: Database) -> None:
    """failures 11"""
    talk = Talk(sqlite)
    await talk.publish(
        "Railway", "Trains from Kyiv to Kherson end in Mykolaiv. " * 150 + "The end."
    )
    page = (await talk.say("/latest 1")).reply
    pages = 1
    while any("Read" in label for label in labels(page)):
        page = (await talk.press(labelled(page, "Read"))).reply
        pages += 1
    assert pages == 3
    assert "The end." in page.html


async def test_free_text_is_looked_up_and_offered_to_be_followed(database: Database) -> None:
    talk = Talk(database)
    await publish(talk, *(f"Kherson {number}" for number in range(5)), "Elsewhere")
    heard = await talk.say("херсон")
    shown = read(heard.html).text
    assert [f"Kherson {number}" in shown for number in (4, 3, 2, 1)] == [True, True, True, False]
    await talk.press(labelled(heard.reply, "Subscribe"))
    assert [each.written for each in await talk.followed()] == ["херсон"]


async def test_what_nobody_spoke_of_can_be_followed_all_the_same(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await publish(talk, "Elsewhere")
    heard = await talk.say("Kherson")
    assert "Nothing so far." in heard.html
    assert labels(heard.reply) == ["Subscribe"]


async def test_free_text_that_cannot_be_read_is_answered_with_the_mistake(
    sqlite: Database,
) -> None:
    assert "<pre>(Kyiv\n^</pre>" in (await Talk(sqlite).say("(Kyiv")).html


async def test_a_query_too_long_for_a_button_is_read_from_the_message(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await publish(talk, "Херсон 1", "Херсон 2")
    query = "Херсон АБО Миколаїв АБО Одеса АБО залізниця АБО протиповітряна"
    page = (await talk.say(f"/latest {query} 1")).reply
    older = labelled(page, "Older")
    assert len(older.encode()) <= 64
    shown = read(page.html)
    (quoted,) = [text for tag, text in shown.marks if tag == "code"]
    under = private(shown.text) | {
        "entities": [{"type": "code", "offset": shown.text.index(quoted), "length": len(quoted)}],
        "from": bot(),
    }
    turned = await talk.press(older, under=under)
    assert "Херсон 1" in turned.edit.html
    await talk.press(labelled(page, "Subscribe"), under=under)
    assert [each.written for each in await talk.followed()] == [query]


@pytest.mark.parametrize("text", ["a" * 61, "ї" * 30, "ї" * 31, "ї" * 62, "😀" * 16, ""])
def test_what_a_button_carries_is_never_more_than_telegram_takes(text: str) -> None:
    """core.telegram.org/bots/api#inlinekeyboardbutton: 1-64 bytes"""
    carried = carry("f:", text)
    assert carried in (f"f:{text}", "f:…")
    assert len(carried.encode()) <= 64
    assert (carried == "f:…") == (len(text.encode()) > 62)


async def test_a_button_whose_message_is_out_of_reach_says_so(sqlite: Database) -> None:
    """core.telegram.org/bots/api#inaccessiblemessage"""
    talk = Talk(sqlite)
    under = {"chat": private("")["chat"], "date": 0}
    assert "too old" in (await talk.press("lo:5:3:…", under=under)).answer
    assert "too old" in (await talk.press("f:…", under=under)).answer


async def test_a_query_too_long_to_look_up_is_refused_kindly(sqlite: Database) -> None:
    heard = await Talk(sqlite).say("Kherson " + "OR Kherson " * 300)
    assert "too long" in heard.html


async def test_the_longest_report_under_the_longest_question_fits_a_message(
    sqlite: Database,
) -> None:
    talk = Talk(sqlite)
    query = " ".join(["Kherson", *(f"-x{'y' * 40}{number}" for number in range(8))])[:400]
    await talk.publish("Kherson " * 60, "Trains end in Mykolaiv today. " * 300, source="s" * 64)
    heard = await talk.say(f"/latest {query} 1")
    assert "Trains end" in heard.html
    assert 3_000 < read(heard.html).units <= 4_096


@pytest.mark.parametrize(
    ("text", "shown"),
    [("/latest 0", 1), ("/latest 99", 10), ("/latest", 5), ("/latest Kherson", 5)],
)
async def test_how_many_are_shown_is_what_a_message_holds(
    sqlite: Database, text: str, shown: int
) -> None:
    talk = Talk(sqlite)
    await publish(talk, *(f"Kherson No {number}" for number in range(12)))
    assert read((await talk.say(text)).html).text.count("Kherson No") == shown


async def test_a_look_far_back_is_bounded_and_can_be_gone_on_with(sqlite: Database) -> None:
    """failures 63"""
    talk = Talk(sqlite)
    await talk.publish("Shelling in Kherson")
    for _ in range(2_050):
        await talk.publish("Elsewhere")
    heard = await talk.say("/latest Kherson")
    assert "go on to older ones" in heard.html
    turned = await talk.press(labelled(heard.reply, "Older"))
    assert "Shelling in Kherson" in turned.edit.html


class Counting(Reader):
    """Counts how many it reads in a row while nobody else gets a turn."""

    in_a_row = 0
    most_in_a_row = 0
    read_in_all = 0

    def read(self, *args: Any, **kwargs: Any) -> Reading:
        self.in_a_row += 1
        self.read_in_all += 1
        self.most_in_a_row = max(self.most_in_a_row, self.in_a_row)
        return super().read(*args, **kwargs)


async def test_a_look_far_back_lets_others_have_their_turn(sqlite: Database) -> None:
    """failures 63"""
    talk = Talk(sqlite)
    for _ in range(150):
        await talk.publish("Elsewhere")
    reader = Counting(gazetteer(), topics())

    async def others() -> None:
        while True:
            reader.in_a_row = 0
            await asyncio.sleep(0)

    waiting = asyncio.create_task(others())
    async with sqlite.read() as transaction:
        await Search(transaction, reader, Word("kherson")).older(3)
    waiting.cancel()
    await asyncio.wait({waiting})
    assert reader.read_in_all == 150
    assert reader.most_in_a_row <= 10


async def test_times_are_in_the_zone_of_the_reader(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await talk.publish("News", published_at=NOW)
    assert "blog · 09:30" in (await talk.say("/latest")).html
    await talk.say("/timezone Europe/Kyiv")
    assert "blog · 11:30" in (await talk.say("/latest")).html


@pytest.mark.parametrize(
    "data", ["lo", "lo:", "lo:x:3:", "ln:1", "lo:1:x:", "lo:1:3:(", "m:1:0", "m:x", "m:9999999:0"]
)
async def test_a_forged_button_is_answered_with_help(sqlite: Database, data: str) -> None:
    """failures 64"""
    heard = await Talk(sqlite).press(data)
    assert "too old" in heard.answer or "no longer kept" in heard.answer
    assert heard.replies == ()


async def test_a_forged_page_of_a_million_is_a_page_of_ten(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await publish(talk, *(f"Kherson No {number}" for number in range(12)))
    turned = await talk.press("lo:99:1000000:", user=ANN)
    assert read(turned.edit.html).text.count("Kherson No") == 10
