"""@bot and some words, typed in any chat, offer what can be shared there."""

import pytest
from support.conversation_driver import Talk, person

from handlers.framework.replies import Suggest
from storage.engine.database import Database


async def ask(talk: Talk, text: str, *, user: int = 99, language: str = "en") -> Suggest:
    query = {"id": "5", "from": person(user, language), "query": text, "offset": ""}
    heard = await talk.update(inline_query=query)
    assert heard.replies == ()
    (suggest,) = heard.direct
    assert isinstance(suggest, Suggest)
    return suggest


async def test_the_newest_that_is_asked_for_is_offered_to_be_shared(database: Database) -> None:
    talk = Talk(database)
    await talk.publish("Concert in Odesa")
    await talk.publish("Bridge closed in Kyiv", "Traffic goes <around>. More tomorrow.")
    await talk.publish("Trams late in Kyiv")
    suggest = await ask(talk, "kyiv")
    assert suggest.query_id == "5"
    assert [each.title for each in suggest.suggestions] == [
        "Trams late in Kyiv",
        "Bridge closed in Kyiv",
    ]
    shared = suggest.suggestions[1]
    assert shared.about == "Traffic goes <around>. More tomorrow."
    assert "Traffic goes &lt;around&gt;." in shared.content.html
    assert shared.content.buttons == ()


async def test_nothing_is_kept_of_somebody_who_only_shares(sqlite: Database) -> None:
    talk = Talk(sqlite)
    await ask(talk, "Kyiv")
    assert await talk.subscriber(99) is None
    assert await talk.open_updates() == []


async def test_without_words_the_newest_of_all_is_offered(sqlite: Database) -> None:
    talk = Talk(sqlite)
    for number in range(12):
        await talk.publish(f"Report {number}")
    titles = [each.title for each in (await ask(talk, "  ")).suggestions]
    assert titles == [f"Report {number}" for number in range(11, 3, -1)]


@pytest.mark.parametrize("typed", ["(", "NOT", "#nosuch", "in:Nowhereville", "x" * 256])
async def test_what_cannot_be_read_yet_offers_nothing(sqlite: Database, typed: str) -> None:
    talk = Talk(sqlite)
    await talk.publish("Bridge closed in Kyiv")
    assert (await ask(talk, typed)).suggestions == ()
