"""Command /topics: the tree, its pages, and buttons that subscribe."""

import pytest
from support.conversation_driver import ConversationDriver, button_data
from support.shared_resources import topics

from matching.query.ast import load
from matching.topics.hazards import hazard_tree
from matching.topics.topic import Topic
from storage.engine.database import Database

MAX_BUTTONS = 100


async def test_the_tree_has_every_topic_with_its_tag(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    reply = (await driver.send("/topics")).reply
    for name in ("air_alert", "all_clear", *hazard_tree().names):
        assert f"<code>#{name}</code>" in reply.html
    assert sum(map(len, reply.buttons)) < MAX_BUTTONS


async def test_a_leaf_subscribes_as_typed(database: Database) -> None:
    driver = ConversationDriver(database)
    reply = (await driver.send("/topics")).reply
    assert "Tsunami" in (await driver.press(button_data(reply, "Tsunamis"))).html
    (subscription,) = await driver.get_subscriptions()
    assert subscription.query_text == "#tsunami"


async def test_a_topic_too_long_for_a_button_is_listed_without(
    sqlite: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A button that refers to the message subscribed to the first topic in it, #air_alert."""
    name = "протиповітряна_оборона_та_сирени_міста"
    with_long = topics().with_topics([Topic(name, "bread"), Topic("baking", "bread")])
    monkeypatch.setattr("support.conversation_driver.topics", lambda: with_long)
    reply = (await ConversationDriver(sqlite).send("/topics")).reply
    assert f"<code>#{name}</code>" in reply.html
    data = [button.data or "" for row in reply.buttons for button in row]
    assert "f:#baking" in data
    assert not any("…" in text for text in data)


async def test_pages_lead_down_the_tree_and_back(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    tree = (await driver.send("/topics")).reply
    air = (await driver.press(button_data(tree, "Air threats"))).edit
    assert "Air threats" in air.html
    missiles = (await driver.press(button_data(air, "Missiles"))).edit
    assert "Air threats › Missiles" in missiles.html
    back = (await driver.press(button_data(missiles, "Back"))).edit
    assert back == air
    assert (await driver.press(button_data(back, "Back"))).edit == tree


async def test_all_air_threats_include_alarms_that_name_no_threat(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    tree = (await driver.send("/topics")).reply
    air = (await driver.press(button_data(tree, "Air threats"))).edit
    await driver.press(button_data(air, "All: Air threats"))
    (subscription,) = await driver.get_subscriptions()
    assert "air_alert" in str(load(subscription.query))


@pytest.mark.parametrize("data", ["h:tsunami", "h:nothing", "h:Air", "h:air:missile"])
async def test_a_page_without_children_is_an_outdated_button(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.press(data)
    assert not response.replies
    assert response.answer


@pytest.mark.parametrize(
    ("language", "title"),
    [("uk", "Балістичні ракети"), ("ru", "Баллистические ракеты"), ("it", "Missili balistici")],
)
async def test_the_tree_is_in_the_readers_language(
    sqlite: Database, language: str, title: str
) -> None:
    driver = ConversationDriver(sqlite)
    assert title in (await driver.send("/topics", language=language)).html


async def test_a_property_that_no_source_has_gets_a_warning_with_sources_that_do(
    sqlite: Database,
) -> None:
    driver = ConversationDriver(sqlite, unfilled_properties={"magnitude": ("usgs", "fdsn")})
    html = (await driver.send("/subscribe magnitude>=4.5")).html
    assert "None of my sources regularly gives a magnitude" in html
    assert "usgs, fdsn" in html
    assert "None of my sources" not in (await driver.send("/subscribe level>=orange")).html
