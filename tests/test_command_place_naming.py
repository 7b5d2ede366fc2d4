"""Shared locations: rounded and kept for a day, named by the next message, moved while live."""

from datetime import timedelta
from typing import Any

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    NOW,
    ConversationDriver,
    button_data,
    button_labels,
    private_message,
)
from support.shared_resources import reader

from bot.ops.retention import delete_old_rows
from matching.query.ast import NearTerm, load
from storage import schema
from storage.engine.database import Database
from storage.inbound import update_inbox
from storage.maintenance import dump
from storage.subscribers import saved_places, shared_locations
from storage.subscribers.saved_places import StoredPlace

KHERSON = {"latitude": 46.635412, "longitude": 32.616934}
OCEAN = {"latitude": -60.0, "longitude": -140.0}
DAY = timedelta(days=1)


def shared(location: dict[str, Any] = KHERSON, message_id: int = 7, **more: Any) -> dict[str, Any]:
    message = {**private_message("", user=ANN), "message_id": message_id}
    return {**message, "location": {**location, **more}}


async def get_places(driver: ConversationDriver) -> list[StoredPlace]:
    subscriber = await driver.get_subscriber()
    async with driver.database.read() as transaction:
        return await saved_places.of(transaction, subscriber.number)


async def subscribe_here(driver: ConversationDriver) -> NearTerm:
    """Subscribe to the surroundings of the location, and return the circle."""
    await driver.send("/subscribe here +50km")
    query = load((await driver.get_subscriptions())[-1].query)
    assert isinstance(query, NearTerm)
    return query


async def ask(driver: ConversationDriver, location: dict[str, Any] = KHERSON) -> str:
    """Share a location, press "Save as", and return the question."""
    offer = (await driver.receive(message=shared(location))).reply
    return (await driver.press(button_data(offer, "Save as"))).html


async def test_the_next_message_names_a_shared_location(database: Database) -> None:
    driver = ConversationDriver(database)
    assert "15 minutes" in await ask(driver)
    reply = (await driver.send("Mum")).reply
    assert "Saved: <b>Mum</b> — Kherson, 10 km around" in reply.html
    (place,) = await get_places(driver)
    assert (place.latitude, place.longitude, place.radius_km) == (46.64, 32.62, 10)
    await driver.press(button_data(reply, "Subscribe"))
    (subscription,) = await driver.get_subscriptions()
    assert load(subscription.query) == NearTerm(46.64, 32.62, 10, f"saved:{place.id}")
    assert "Saved" not in (await driver.send("Dad")).html  # a question again


async def test_a_question_is_answered_while_a_name_is_awaited(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await ask(driver)
    for question in ("Kyiv?", "air alert Kyiv", "тривога", "/alerts Kyiv", "x " * 100):
        await driver.send(question)
        assert await get_places(driver) == []
    assert "Saved" in (await driver.send("Mum")).html


async def test_an_unusable_name_is_refused_and_the_next_one_taken(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await ask(driver)
    for name in ("and", "🏠", "here", "x" * 65, "#missile"):
        assert "name" in (await driver.send(name)).html
    assert "Saved" in (await driver.send("Mum")).html


async def test_the_wait_for_a_name_ends_and_can_be_cancelled(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    offer = (await driver.receive(message=shared())).reply
    question = (await driver.press(button_data(offer, "Save as"))).reply
    assert "Not saved" in (await driver.press(button_data(question, "Cancel"))).edit.html
    assert "Saved" not in (await driver.send("Mum")).html
    await driver.press(button_data(offer, "Save as"))
    driver.now += timedelta(minutes=16)
    assert "Saved" not in (await driver.send("Mum")).html
    assert await get_places(driver) == []


async def test_another_person_does_not_name_the_place(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await ask(driver)
    assert "Saved" not in (await driver.send("Mum", user=BEN)).html


async def test_a_known_name_moves_the_place_to_the_location(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/places Mum = Lviv")
    await driver.send("/subscribe Mum")
    await ask(driver)
    assert "follows along" in (await driver.send("mum")).html
    assert len(await get_places(driver)) == 1
    assert driver.match_audible("Kherson") == [(await driver.get_subscriber()).number]


async def test_the_button_saves_its_own_location_not_the_last_one(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    first = (await driver.receive(message=shared())).reply
    await driver.receive(message=shared(OCEAN))
    await driver.press(button_data(first, "Save as"))
    await driver.send("Mum")
    (place,) = await get_places(driver)
    assert place.latitude == 46.64


async def test_a_place_far_from_any_town_is_saved(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await ask(driver, OCEAN)
    assert "-60.00, -140.00" in (await driver.send("Boat")).html
    assert "Boat" in (await driver.send("/places")).html


@pytest.mark.parametrize(
    "data",
    [
        "vn:",
        "vn:1",
        "vn:a:b",
        "vn:99999:1",
        "vn:1:2:3",
        "vn:9100:0",
        "vx:",
        "vx:x",
        "vd:9",
        "vm:1",
        "vm:1:UA",
        "vk:",
        "vc:",
    ],
)
async def test_forged_buttons_are_answered(sqlite: Database, data: str) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.press(data)
    assert response.immediate_calls
    assert await get_places(driver) == []


async def test_a_live_location_moves_here_but_not_a_subscription(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.receive(message=shared(live_period=900))
    first = await subscribe_here(driver)
    assert (first.latitude, first.longitude) == (46.64, 32.62)
    moved = {"latitude": 47.001, "longitude": 32.001}
    response = await driver.receive(edited_message=shared(moved, live_period=900))
    assert response.replies == ()
    second = await subscribe_here(driver)
    assert (second.latitude, second.longitude) == (47.0, 32.0)
    assert load((await driver.get_subscriptions())[0].query) == first
    assert await driver.waiting_updates() == []


async def test_an_older_live_location_moves_nothing(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.receive(message=shared(live_period=900, message_id=7))
    await driver.receive(message=shared(OCEAN, message_id=8))
    await driver.receive(edited_message=shared(KHERSON, message_id=7, live_period=900))
    assert (await subscribe_here(driver)).latitude == -60.0


@pytest.mark.parametrize(
    "edit",
    [
        {"message_id": 7},
        {"location": {"latitude": "x"}},
        {"location": KHERSON, "message_id": None},
        {"location": KHERSON, "chat": {"id": -5, "type": "group"}},
        {"text": "edited"},
    ],
)
async def test_any_other_edit_is_ignored(sqlite: Database, edit: dict[str, Any]) -> None:
    driver = ConversationDriver(sqlite)
    response = await driver.receive(edited_message={**private_message(""), **edit})
    assert response.replies == ()
    assert await driver.waiting_updates() == []


async def test_a_location_is_here_for_a_day_and_then_deleted(database: Database) -> None:
    driver = ConversationDriver(database)
    reply = (await driver.receive(message=shared())).reply
    assert "For a day" in reply.html
    driver.now += DAY - timedelta(minutes=1)
    await subscribe_here(driver)
    driver.now += timedelta(minutes=2)
    assert "location" in (await driver.send("/subscribe here +60km")).html
    assert len(await driver.get_subscriptions()) == 1
    await delete_old_rows(database, timedelta(days=30), lambda: driver.now)
    async with database.read() as transaction:
        assert (await transaction.execute(schema.shared_location.select())).all() == []


async def test_no_exact_location_is_ever_stored(database: Database) -> None:
    """The inbox and the location had the position to the metre."""
    driver = ConversationDriver(database)
    updates: list[dict[str, Any]] = [
        {"update_id": 900, "message": shared()},
        {"update_id": 901, "edited_message": shared(live_period=60)},
        {"update_id": 902, "message": {**private_message("x"), "reply_to_message": shared()}},
        {"update_id": 903, "message": {**shared(), "venue": {"location": KHERSON}}},
    ]
    async with database.write() as transaction:
        await update_inbox.enqueue(transaction, updates, NOW)
    await driver.receive(message=shared())
    async with database.read() as transaction:
        lines = b"\n".join([line async for line in dump.dump_lines(transaction)])
        rows = (await transaction.execute(schema.shared_location.select())).all()
    assert b"46.64" in lines
    assert b"46.6354" not in lines
    assert "46.6354" not in str(rows)
    assert b"shared_location" not in lines  # a backup is kept for longer than a day


async def test_the_question_for_a_name_survives_a_restart(database: Database) -> None:
    await ask(ConversationDriver(database))
    restarted = ConversationDriver(database)
    async with database.read() as transaction:
        subscriber = await restarted.get_subscriber()
        assert await shared_locations.find_unnamed(transaction, subscriber.number, NOW)
    message = private_message("Mum")
    response = await restarted.process_update({"update_id": 5000, "message": message})
    assert "Saved" in response.html


async def test_the_offer_keeps_what_it_offered_before(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    reply = (await driver.receive(message=shared())).reply
    assert button_labels(reply) == ["Kherson", "Kherson Raion", "📍 Save as …"]


async def test_a_radius_reaches_the_alerts_of_the_area_in_a_thinly_settled_one(
    sqlite: Database,
) -> None:
    """Far from all villages a small circle lay outside everything known of its own oblast."""
    driver = ConversationDriver(sqlite)
    await driver.receive(message=shared({"latitude": 48.62, "longitude": 26.36}))
    await driver.send("/places Hut = here +1km")
    await driver.send("/subscribe Hut")
    (place,) = await get_places(driver)
    assert 1 < place.radius_km < 10
    for region in ("Чернівецька область", "Дністровський район"):
        reading = reader().read("", "", regions=[region], topics=["air_alert"], is_alert=True)
        assert driver.index.match(reading).audible, region
