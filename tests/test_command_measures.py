"""Subscriptions with a distance or a property: the conversation, /why, export and import."""

import json

import pytest
from support.conversation_driver import ConversationDriver, button_data, button_labels
from support.telegram_html import parse_html

from matching.query.ast import NearTerm, load
from storage.engine.database import Database
from storage.inbound.bulletins import Phase


async def test_a_subscription_with_a_distance_is_confirmed_in_words(database: Database) -> None:
    driver = ConversationDriver(database)
    response = await driver.send("/subscribe #earthquake Rome +100km, magnitude>=4.5")
    assert "within 100 km of <b>Rome</b>, magnitude 4.5 or more" in response.html
    (subscription,) = await driver.get_subscriptions()
    assert subscription.query == (
        '["and",["topic","earthquake"],["near",41.892,12.511,100,"gn:3169070"],'
        '["prop","magnitude",">=",4.5]]'
    )
    assert "within 100 km" in (await driver.send("/subscriptions")).html


async def test_a_mistake_is_answered_with_its_place_and_a_button(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/subscribe Kyiv magnitud>=4")
    assert "level, magnitude and depth" in response.html
    assert "<pre>Kyiv magnitud&gt;=4\n     ^^^^^^^^</pre>" in response.html
    assert await driver.get_subscriptions() == []
    await driver.press(button_data(response.reply, button_labels(response.reply)[0]))
    (subscription,) = await driver.get_subscriptions()
    assert subscription.query_text == "Kyiv magnitude>=4"


async def test_here_asks_for_a_location(sqlite: Database) -> None:
    response = await ConversationDriver(sqlite).send("/subscribe here +50km", language="it")
    assert "posizione" in response.html


async def test_another_place_of_the_name_keeps_the_distance(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.send("/subscribe Paris +20km")
    label = next(label for label in button_labels(response.reply) if "Texas" in label)
    await driver.press(button_data(response.reply, label))
    (subscription,) = await driver.get_subscriptions()
    query = load(subscription.query)
    assert isinstance(query, NearTerm)
    assert (round(query.longitude), query.radius_km) == (-96, 20)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("magnitude>=4.5", "It says: magnitude 5.1"),
        ("depth<30 #earthquake", "depth 10 km"),
        ("Rome +100km", "It says: 18 km from Rome"),
        ("magnitude>=6", "Missing: magnitude 6.0 or more"),
        ("Rome +1km", "Missing: within 1 km of Rome"),
    ],
)
async def test_the_values_that_matched_are_explained(
    sqlite: Database, query: str, expected: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/subscribe {query}")
    await driver.publish(
        "M 5.1 earthquake in the hills",
        magnitude=5.1,
        depth_km=10.2,
        latitude=42.05,
        longitude=12.51,
    )
    answer = await driver.send("/why M 5.1 earthquake in the hills")
    assert expected in parse_html(answer.html).text


async def test_a_level_is_explained(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/subscribe Lviv level>=orange")
    await driver.publish("Storm over Lviv", level="red", phase=Phase.WARNING)
    answer = await driver.send("/why storm over lviv")
    assert "“Lviv”, level red" in answer.html


async def test_an_export_restores_distances_and_properties(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/subscribe Kyiv +20km NOT level=yellow")
    await driver.send("/subscribe (Rome, Milan) +50km M>=4.5")
    before = [subscription.query for subscription in await driver.get_subscriptions()]
    exported = await driver.send("/export")
    (text,) = [
        text
        for reply in exported.replies
        for tag, text in parse_html(reply.html).entities
        if tag == "pre"
    ]
    understood = [entry["understood"] for entry in json.loads(text)["subscriptions"]]
    assert understood[0].startswith('near:"50.455,30.524,20,UA80000000000093317" AND NOT')
    await driver.press(button_data((await driver.send("/forget")).reply, "Erase everything"))
    await driver.send(f"/import {text}")
    assert [subscription.query for subscription in await driver.get_subscriptions()] == before


async def test_the_latest_reports_are_found_by_distance_and_level(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.publish("Fire near the lake", latitude=50.5, longitude=30.6)
    await driver.publish("Fire near the sea", latitude=46.5, longitude=30.7, level="orange")
    near_kyiv = (await driver.send("/latest Kyiv +20km")).html
    assert "the lake" in near_kyiv
    assert "the sea" not in near_kyiv
    assert "the sea" in (await driver.send("/latest fire level>=yellow")).html
    assert driver.match_modes("Nothing") == set()
