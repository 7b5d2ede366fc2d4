"""Saved places: saved, moved, used in queries, removed; names that are not names."""

import json
from typing import Any

import pytest
from support.conversation_driver import (
    ANN,
    BEN,
    GROUP,
    ConversationDriver,
    Response,
    button_data,
    button_labels,
    group_message,
    private_message,
)
from support.shared_resources import gazetteer, reader
from support.telegram_html import parse_html

from handlers.services.saved_places import MAX_PLACES
from matching.query.ast import NearTerm, Not, load, terms
from matching.query.evaluator import evaluate
from storage import schema
from storage.engine.database import Database
from storage.subscribers import saved_places
from storage.subscribers.saved_places import StoredPlace

KYIV, LVIV = (50.45, 30.52), (49.84, 24.02)
EXACT = {"latitude": 50.123456, "longitude": 30.654321}
LOCATION = {**private_message("", user=ANN), "location": EXACT}


async def get_places(driver: ConversationDriver, chat: int = ANN) -> list[StoredPlace]:
    subscriber = await driver.get_subscriber(chat)
    async with driver.database.read() as transaction:
        return await saved_places.of(transaction, subscriber.number)


async def get_circles(driver: ConversationDriver, chat: int = ANN) -> list[NearTerm]:
    queries = [load(s.query) for s in await driver.get_subscriptions(chat)]
    return [term for query in queries for term in terms(query) if isinstance(term, NearTerm)]


def matches(driver: ConversationDriver, region: str, **fields: Any) -> bool:
    """Return whether anybody hears of an air alert in a region."""
    reading = reader().read(
        "Alert", "", regions=[region], topics=["air_alert"], is_alert=True, **fields
    )
    recipients = driver.index.match(reading)
    return bool(recipients.audible | recipients.silent)


async def export_document(driver: ConversationDriver) -> dict[str, Any]:
    replies = (await driver.send("/export")).replies[1:]
    document: dict[str, Any] = json.loads("".join(parse_html(r.html).text for r in replies))
    return document


async def test_a_place_is_saved_listed_and_removed(database: Database) -> None:
    driver = ConversationDriver(database)
    assert "no saved places" in (await driver.send("/places")).html
    assert (
        "Saved: <b>Mum</b> — Kyiv, 10 km around" in (await driver.send("/places Mum = Kyiv")).html
    )
    saved = await driver.send("/places Grandma Olha = Lviv +25km")
    assert "Lviv, 25 km" in saved.html
    assert [(p.name, p.radius_km) for p in await get_places(driver)] == [
        ("Mum", 10),
        ("Grandma Olha", 25),
    ]
    listing = (await driver.send("/places")).reply
    assert button_labels(listing) == ["✕ Mum", "✕ Grandma Olha"]
    assert "Removed" in (await driver.press(button_data(listing, "Mum"))).edit.html
    assert "Removed" in (await driver.send("/places remove grandma olha")).html
    assert await get_places(driver) == []


@pytest.mark.parametrize(
    ("command", "language"),
    [
        ("/places видалити Мама", "uk"),
        ("/places Удалить мама", "ru"),
        ("/places rimuovi Мама", "it"),
        ("/places delete МАМА", "en"),
    ],
)
async def test_removal_has_words_in_four_languages(
    sqlite: Database, command: str, language: str
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/places Мама = Київ", language=language)
    assert len(await get_places(driver)) == 1
    await driver.send(command, language=language)
    assert await get_places(driver) == []


async def test_a_query_names_a_saved_place_with_and_without_a_distance(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/places Mum = Kyiv +15km")
    reply = (await driver.send("/subscribe Mum")).html
    assert "within 15 km of <b>Mum</b>" in reply
    await driver.send("/subscribe #missile Mum +40km")
    (place,) = await get_places(driver)
    assert [(c.reference, c.radius_km) for c in await get_circles(driver)] == [
        (f"saved:{place.id}", 15),
        (f"saved:{place.id}", 40),
    ]
    assert "<b>Mum</b>" in (await driver.send("/subscriptions")).html
    assert "<b>Mum</b>" in (await driver.send("/latest Mum")).html


@pytest.mark.parametrize(
    ("place", "regions"),
    [
        ("Bila Tserkva", ("Bila Tserkva Raion", "Kyiv Oblast", "Bila Tserkva")),
        ("Slavutych", ("Vyshhorod Raion", "Kyiv Oblast")),  # an enclave in another oblast
        ("Prymorsk", ("Berdiansk Raion", "Zaporizhzhia Oblast")),
        ("Kyiv", ("Kyiv",)),
    ],
)
async def test_an_alert_for_the_area_around_a_saved_place_is_heard(
    sqlite: Database, place: str, regions: tuple[str, ...]
) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send(f"/places Home = {place} +1km")
    await driver.send("/subscribe Home")
    for region in regions:
        assert matches(driver, region), region
        assert matches(driver, region, point=LVIV), region  # also if the threat is seen elsewhere
    assert not matches(driver, "Lviv Raion")
    assert not matches(driver, "Odesa Oblast")


def test_every_town_is_in_the_area_of_its_raion() -> None:
    """A place without a certain position is refused, so no saved place can miss its raion."""
    places = gazetteer()
    for code, kind, latitude, longitude in places.coordinates():
        raions = [c for c in places.ancestors(code) if places.region(c).kind == "raion"]
        if kind != "city" or not raions or not code.startswith("UA"):
            continue
        reading = reader().read("", "", regions=raions[:1], topics=["air_alert"], is_alert=True)
        circle = NearTerm(round(latitude, 2), round(longitude, 2), 1, "here")
        assert evaluate(circle, reading), places.name(code, "en")


async def test_a_moved_place_takes_its_subscriptions_along(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/places Mum = Kyiv")
    await driver.send("/subscribe Mum")
    await driver.send("/subscribe #missile Mum +40km -test")
    await driver.send("/subscribe Odesa")
    assert matches(driver, "Kyiv")
    html = (await driver.send("/places mum = Lviv")).html
    assert "2 subscriptions follow along" in html
    assert "within 40 km of <b>mum</b>" in html
    assert {(c.latitude, c.longitude) for c in await get_circles(driver)} == {LVIV}
    assert [c.radius_km for c in await get_circles(driver)] == [10, 40]
    assert not matches(driver, "Kyiv")
    assert matches(driver, "Lviv")
    assert matches(driver, "Lviv Raion")


async def test_a_radius_changes_by_typing_it(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/places Mum = Kyiv")
    await driver.send("/subscribe Mum")
    await driver.send("/subscribe Mum +50km")
    assert "20 km" in (await driver.send("/places Mum +20km")).html
    assert [c.radius_km for c in await get_circles(driver)] == [20, 50]
    for wrong in ("/places Mum +900km", "/places Mum", "/places Dad +5km", "/places what is this"):
        assert (
            "For example" in (await driver.send(wrong)).html
            or "Changed" in (await driver.send(wrong)).html
        )
    assert [p.name for p in await get_places(driver)] == ["Mum"]


async def test_removing_a_place_in_use_asks_first(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.send("/places Mum = Kyiv")
    await driver.send("/subscribe Mum")
    await driver.send("/subscribe Odesa")
    question = (await driver.send("/places remove Mum")).reply
    assert "one subscription" in question.html
    kept = await driver.press(button_data(question, "Keep"))
    assert "Mum" in kept.edit.html
    assert len(await get_places(driver)) == 1
    assert matches(driver, "Kyiv")
    removed = await driver.press(button_data(question, "Remove with"))
    assert "Removed" in removed.edit.html
    assert await get_places(driver) == []
    assert [s.query_text for s in await driver.get_subscriptions()] == ["Odesa"]
    assert not matches(driver, "Kyiv")
    assert (await driver.press(button_data(question, "Remove with"))).answer


async def test_a_saved_name_goes_before_the_gazetteer_with_the_other_as_a_button(
    database: Database,
) -> None:
    driver = ConversationDriver(database)
    await driver.send("/places Odesa = Lviv")
    reply = (await driver.send("/subscribe Odesa")).reply
    assert "within 10 km of <b>Odesa</b>" in reply.html
    changed = await driver.press(button_data(reply, "Odesa"))
    assert "everything about <b>Odesa</b>" in changed.edit.html
    assert matches(driver, "Odesa")
    alerts = (await driver.send("/alerts Odesa")).reply
    assert any("Odesa" in label for label in button_labels(alerts))


@pytest.mark.parametrize(
    "name",
    ["Я", "Mum and Dad", "<b>Mum</b>", "🏠 Home", "בית", "subscribe", "O'Neill", "x" * 64, "Kyiv"],
)
async def test_an_unusual_name_is_saved_and_works(sqlite: Database, name: str) -> None:
    driver = ConversationDriver(sqlite)
    saved = (await driver.send(f"/places {name} = Lviv")).reply
    parse_html(saved.html)
    (place,) = await get_places(driver)
    assert place.name == name
    await driver.send(f"/subscribe {name}")
    assert [c.reference for c in await get_circles(driver)] == [f"saved:{place.id}"]
    parse_html((await driver.send("/places")).html)


@pytest.mark.parametrize(
    "name",
    [
        "and",
        "NOT",
        "та",
        "#missile",
        "here",
        "тут",
        "🏠",
        "",
        "5",
        "x" * 65,
        "/stop",
        "a|b",
        "+20km",
        "in:Kyiv",
        "magnitude>=5",
        '"',
        "(",
        "a" * 3000,
        "-Mum",
        "Mum, Dad OR",
    ],
)
async def test_a_name_that_means_something_else_is_refused_with_a_sentence(
    sqlite: Database, name: str
) -> None:
    driver = ConversationDriver(sqlite)
    html = (await driver.send(f"/places {name} = Lviv")).html
    assert "name" in html
    assert len(html) < 500
    assert await get_places(driver) == []


async def test_hidden_characters_are_removed_from_a_name(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/places \u202eMu\u200bm\u202c = Lviv")
    assert [place.name for place in await get_places(driver)] == ["Mum"]


@pytest.mark.parametrize(
    "text",
    [
        "Kyiv, Lviv",
        "#missile",
        "",
        "Kyiv Oblast",
        "Qwertyuiop",
        "here",
        "Kyiv +900km",
        "=",
        "a = b",
        "NOT Kyiv",
        'in:"UA14100090020076279"',
    ],
)
async def test_what_is_not_one_town_is_refused_with_a_sentence(sqlite: Database, text: str) -> None:
    driver = ConversationDriver(sqlite)
    html = (await driver.send(f"/places Mum = {text}")).html
    parse_html(html)
    assert "Saved" not in html
    assert await get_places(driver) == []


async def test_another_town_of_the_same_name_is_a_button(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    reply = (await driver.send("/places Mum = Mykolaiv")).reply
    (before,) = await get_places(driver)
    label = next(label for label in button_labels(reply) if "instead" in label)
    changed = await driver.press(button_data(reply, label))
    (after,) = await get_places(driver)
    assert changed.edit.html.startswith("✅")
    assert before.id == after.id
    assert before.region != after.region


async def test_a_chat_has_at_most_twenty_places(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for number in range(MAX_PLACES):
        await driver.send(f"/places Place {'abcdefghijklmnopqrstuvwxyz'[number]}x = Lviv")
    assert "20" in (await driver.send("/places One more = Lviv")).html
    assert len(await get_places(driver)) == MAX_PLACES
    assert "Changed" in (await driver.send("/places Place ax = Kyiv")).html
    assert len((await driver.send("/places")).html) < 4096


async def test_only_administrators_of_a_group_change_places(sqlite: Database) -> None:
    async def administrators(_chat: int) -> frozenset[int]:
        return frozenset((BEN,))

    driver = ConversationDriver(sqlite, administrators)
    assert "administrators" in (await driver.send_in_group("/places Mum = Kyiv")).html
    assert "Saved" in (await driver.send_in_group("/places Mum = Kyiv", user=BEN)).html
    (place,) = await get_places(driver, GROUP)
    under = group_message("", user=ANN)
    assert "administrators" in (await driver.press(f"vx:{place.id}", under=under)).answer
    assert len(await get_places(driver, GROUP)) == 1
    assert (await driver.press(f"vx:{place.id}", user=BEN)).answer  # of another chat
    assert len(await get_places(driver, GROUP)) == 1


async def test_a_place_is_exported_imported_and_forgotten(database: Database) -> None:
    driver = ConversationDriver(database)
    await driver.receive(message=LOCATION)
    await driver.send("/places Mum = Kyiv +15km")
    await driver.send("/places Dad = here")
    await driver.send("/subscribe Mum")
    await driver.send("/subscribe #missile Dad +40km")
    document = await export_document(driver)
    assert [place["name"] for place in document["places"]] == ["Mum", "Dad"]
    assert document["places"][1]["latitude"] == 50.12
    assert (document["location"]["latitude"], document["location"]["longitude"]) == (50.12, 30.65)
    forget = (await driver.send("/forget")).reply
    await driver.press(button_data(forget, "Erase everything"))
    async with database.read() as transaction:
        for table in (schema.saved_place, schema.shared_location, schema.place_draft):
            assert (await transaction.execute(table.select())).all() == []
    await driver.send("/places Other = Lviv", user=BEN)
    response = await driver.send(f"/import {json.dumps(document)}", user=BEN)
    assert "/subscriptions" in response.html
    other, mum, dad = await get_places(driver, BEN)
    assert (other.name, mum.name, mum.radius_km, dad.name) == ("Other", "Mum", 15, "Dad")
    assert [(c.reference, c.radius_km) for c in await get_circles(driver, BEN)] == [
        (f"saved:{mum.id}", 15),
        (f"saved:{dad.id}", 40),
    ]
    await driver.send("/places Mum = Lviv", user=BEN)
    assert matches(driver, "Lviv")
    again = await driver.send(f"/import {json.dumps(document)}", user=BEN)
    assert "/subscriptions" in again.html
    assert len(await get_places(driver, BEN)) == 3
    assert len(await driver.get_subscriptions(BEN)) == 2


async def test_places_move_with_a_group_that_becomes_a_supergroup(database: Database) -> None:
    async def administrators(_chat: int) -> frozenset[int]:
        return frozenset((ANN,))

    driver = ConversationDriver(database, administrators)
    old, new = -5, -1005

    def message(chat: int, text: str) -> dict[str, Any]:
        kind = "group" if chat == old else "supergroup"
        return {**private_message(text), "chat": {"id": chat, "type": kind, "title": "G"}}

    await driver.receive(message=message(old, "/places Mum = Kyiv"))
    await driver.receive(message=message(old, "/subscribe Mum"))
    await driver.receive(message=message(new, "/places Mum = Lviv"))
    await driver.receive(message={**message(old, ""), "migrate_to_chat_id": new})
    kyiv, lviv = await get_places(driver, new)
    assert (kyiv.name, lviv.name) == ("Mum 2", "Mum")
    assert [c.reference for c in await get_circles(driver, new)] == [f"saved:{kyiv.id}"]
    assert matches(driver, "Kyiv")
    moved: Response = await driver.receive(message=message(new, "/places Mum 2 = Odesa"))
    assert "follows along" in moved.html
    assert not matches(driver, "Kyiv")


async def test_active_alerts_are_shown_at_a_saved_place(database: Database) -> None:
    driver = ConversationDriver(database, state_sources=["blog"])
    await driver.send("/places Home = Bila Tserkva +3km")
    empty = (await driver.send("/alerts Home")).html
    assert "Home" in empty or "cannot tell" in empty
    question = (await driver.send("Home?")).html
    assert "Home" in question


async def test_privacy_says_what_is_kept(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    for language, word in (("en", "1 km"), ("uk", "1 км"), ("ru", "1 км"), ("it", "1 km")):
        await driver.send(f"/language {language}")
        assert word in (await driver.send("/privacy")).html
        assert "/places" in (await driver.send("/privacy")).html


async def test_a_negated_place_moves_too(sqlite: Database) -> None:
    driver = ConversationDriver(sqlite)
    await driver.send("/places Mum = Kyiv")
    await driver.send("/subscribe #missile -Mum")
    await driver.send("/places Mum = Lviv")
    (subscription,) = await driver.get_subscriptions()
    (negated,) = [p for p in load(subscription.query).parts if isinstance(p, Not)]  # type: ignore[union-attr]
    assert (negated.part.latitude, negated.part.longitude) == LVIV  # type: ignore[union-attr]
