"""Inline mode: @bot and a query in any chat offer bulletins to share."""

import pytest
from support.conversation_driver import ConversationDriver, user_payload

from handlers.framework.replies import InlineAnswer
from storage.engine.database import Database


async def query_inline(
    driver: ConversationDriver, text: str, *, user: int = 99, language: str = "en"
) -> InlineAnswer:
    query = {"id": "5", "from": user_payload(user, language), "query": text, "offset": ""}
    response = await driver.receive(inline_query=query)
    assert response.replies == ()
    (answer,) = response.immediate_calls
    assert isinstance(answer, InlineAnswer)
    return answer


async def test_the_newest_matching_bulletins_are_offered(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.publish("Concert in Odesa")
    await driver.publish("Bridge closed in Kyiv", "Traffic goes <around>. More tomorrow.")
    await driver.publish("Trams late in Kyiv")
    answer = await query_inline(driver, "kyiv")
    assert answer.query_id == "5"
    assert [result.title for result in answer.results] == [
        "Trams late in Kyiv",
        "Bridge closed in Kyiv",
    ]
    shared = answer.results[1]
    assert shared.description == "Traffic goes <around>. More tomorrow."
    assert "Traffic goes &lt;around&gt;." in shared.content.html
    assert shared.content.buttons == ()


async def test_a_person_who_only_uses_inline_mode_is_not_stored(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await query_inline(driver, "Kyiv")
    assert await driver.find_subscriber(99) is None
    assert await driver.waiting_updates() == []


async def test_an_empty_query_offers_the_newest_bulletins(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for number in range(12):
        await driver.publish(f"Report {number}")
    titles = [result.title for result in (await query_inline(driver, "  ")).results]
    assert titles == [f"Report {number}" for number in range(11, 3, -1)]


@pytest.mark.parametrize("typed", ["(", "NOT", "#nosuch", "in:Nowhereville", "x" * 256])
async def test_an_incomplete_query_offers_nothing(sqlite: Database, typed: str) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Bridge closed in Kyiv")
    assert (await query_inline(driver, typed)).results == ()
