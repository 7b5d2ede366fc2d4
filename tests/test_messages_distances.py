"""Distances in messages: how far a report is from a place that its reader follows, and where."""

from datetime import timedelta

import pytest
from support.delivery_driver import add_people, now, running_delivery
from support.shared_resources import catalog, gazetteer, reader

from bot.delivery.render_cache import RenderCache
from bot.delivery.sender import Sender
from bot.standin.server import Standin
from handlers.messages.alert import AlertRenderer
from handlers.messages.bulletin import BulletinRenderer
from handlers.messages.place_distance import DistanceRenderer, FollowedCircle
from matching.query.ast import And, NearTerm, TopicTerm, dump
from storage.engine.database import Database
from storage.inbound.bulletins import Bulletin
from storage.subscribers import saved_places, subscriptions
from storage.subscribers.saved_places import Position
from storage.values.schedules import IMMEDIATE

CENTRE = (50.0, 30.0)
MUM = FollowedCircle(NearTerm(*CENTRE, 100, "saved:1"), "Mum <3")


def render(
    point: tuple[float, float] | None = None,
    language: str = "en",
    circle: FollowedCircle = MUM,
    regions: tuple[str, ...] = (),
) -> str:
    latitude, longitude = point or (None, None)
    bulletin = Bulletin(
        source="usgs",
        key="1",
        title="Quake",
        text="",
        received_at=now(),
        latitude=latitude,
        longitude=longitude,
        regions=regions,
    )
    return DistanceRenderer(catalog(), gazetteer()).render(bulletin, [circle], language)


@pytest.mark.parametrize(
    ("point", "direction"),
    [
        ((50.2, 30.0), "22 km north"),
        ((50.2, 30.3), "31 km north-east"),
        ((50.0, 30.3), "21 km east"),
        ((49.8, 30.3), "31 km south-east"),
        ((49.8, 30.0), "22 km south"),
        ((49.8, 29.7), "31 km south-west"),
        ((50.0, 29.7), "21 km west"),
        ((50.2, 29.7), "31 km north-west"),
    ],
)
def test_the_distance_has_a_direction(point: tuple[float, float], direction: str) -> None:
    assert render(point) == f"📍 {direction} of Mum &lt;3"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("uk", "📍 22 км на північ від місця «Mum &lt;3»"),
        ("ru", "📍 22 км к северу от места «Mum &lt;3»"),
        ("it", "📍 22 km a nord di Mum &lt;3"),
    ],
)
def test_the_distance_is_in_the_readers_language(language: str, text: str) -> None:
    assert render((50.2, 30.0), language) == text


def test_the_antimeridian_is_no_border() -> None:
    circle = FollowedCircle(NearTerm(0.0, 179.9, 100, "saved:1"), "Boat")
    assert render((0.0, -179.9), circle=circle) == "📍 22 km east of Boat"


def test_a_report_at_the_place_or_out_of_reach_has_no_direction() -> None:
    assert render(CENTRE) == "📍 Right at Mum &lt;3"
    assert render((52.0, 30.0)) == ""
    assert render(None) == ""


def test_a_single_settlement_is_a_position_and_an_area_is_none() -> None:
    assert "of Mum" in render(regions=("Bila Tserkva",))
    assert render(regions=("Bila Tserkva Raion",)) == ""
    assert render(regions=("Bila Tserkva", "Kyiv")) == ""


def test_the_shared_location_and_a_town_are_named() -> None:
    here = FollowedCircle(NearTerm(*CENTRE, 100, "here"), None)
    assert render((50.2, 30.0), circle=here) == "📍 22 km north of your location"
    kyiv = FollowedCircle(NearTerm(50.45, 30.52, 50, "UA80000000000093317"), None)
    assert render((50.6, 30.52), circle=kyiv) == "📍 17 km north of Kyiv"
    removed = FollowedCircle(NearTerm(*CENTRE, 100, "saved:99"), None)
    assert render((50.2, 30.0), circle=removed) == ""


async def test_each_recipient_reads_the_distance_from_their_own_place(
    standin: Standin, sender: Sender, database: Database
) -> None:
    incidents = AlertRenderer(catalog(), gazetteer())
    cache = RenderCache(BulletinRenderer(catalog(), reader()), incidents, now)
    async with running_delivery(database, sender, render=cache) as outbox:
        people, recipients = await add_people(standin, outbox, 3)
        async with database.write() as transaction:
            for subscriber, latitude in zip(recipients[:2], (50.0, 50.4), strict=True):
                position = Position(latitude=latitude, longitude=30.0, radius_km=100, region=None)
                place = await saved_places.add(
                    transaction, subscriber.number, "Mum", "mum", position
                )
                circle = NearTerm(latitude, 30.0, 100, f"saved:{place.id}")
                await subscriptions.add(
                    transaction,
                    subscriber.number,
                    query=dump(And((TopicTerm("earthquake"), circle))),
                    query_text="#earthquake Mum",
                    schedule=IMMEDIATE,
                    next_due_at=None,
                    now=now() - timedelta(hours=1),
                )
        await outbox.broadcast("Quake", recipients, latitude=50.2, longitude=30.0)
        await outbox.wait_until_sent()
    texts = [person.chat.messages[-1].text for person in people]
    assert "22 km north of Mum" in texts[0]
    assert "22 km south of Mum" in texts[1]
    assert "📍" not in texts[2]
