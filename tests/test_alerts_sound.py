"""Sound of alerts: one rule decides for each subscriber whether a message has sound."""

import itertools
from typing import Any

import pytest
from support.alert_pipeline import AlertPipeline, BroadcastView
from support.shared_resources import gazetteer, topics

from handlers.services.subscription_entries import entries
from matching.query.ast import dump, load
from matching.query.parser import parse
from storage.engine.database import Database
from storage.inbound.bulletins import Phase
from storage.subscribers import sound_modes
from storage.subscribers.sound_modes import SoundMode
from storage.subscribers.subscriptions import IndexedSubscription
from storage.values.lanes import Lane

USUAL, SILENT, FROM_RED, ALWAYS, DIGEST = range(1, 6)
BUCHA, VYSHHOROD, CHERNIHIV = "Bucha Raion", "Vyshhorod Raion", "Chernihiv Raion"


class SoundPipeline(AlertPipeline):
    """Alert pipeline with subscriptions that have options."""

    ids = itertools.count(1)

    def follow(self, number: int, query: str, **options: Any) -> None:
        """Add a subscription with the entries that it has in the application."""
        compiled = dump(parse(query, gazetteer(), topics()).query)
        values = {
            "is_immediate": True,
            "has_sound": True,
            "sound_from": None,
            "has_neighbours": False,
            **options,
        }
        subscription = IndexedSubscription(next(self.ids), number, compiled, **values)
        for id_, subscriber, entry, mode in entries(subscription, gazetteer()):
            self.index.add(id_, subscriber, load(entry), mode)

    def follow_in_all_ways(self, query: str) -> None:
        """Follow a query with each choice of sound."""
        self.follow(USUAL, query)
        self.follow(SILENT, query, has_sound=False)
        self.follow(FROM_RED, query, sound_from="red")
        self.follow(ALWAYS, query, sound_from="green")
        self.follow(DIGEST, query, is_immediate=False)

    async def warn(self, level: str | None, phase: Phase = Phase.ACTIVE) -> set[int]:
        """Ingest a storm warning for Lviv; return who got it with sound."""
        facts = {"title": "Storm warning: Lviv", "hazard": "met:1", "topics": (), "level": level}
        return audible(await self.ingest(self.bulletin("met", "Lviv", phase, **facts)))


def audible(broadcasts: list[BroadcastView]) -> set[int]:
    """Return the subscribers that got a new message with sound."""
    messages = [b for b in broadcasts if b.lane is not Lane.EDIT]
    return set().union(*(b.recipients - b.silent for b in messages))


def reached(broadcasts: list[BroadcastView]) -> set[int]:
    """Return the subscribers that got a new message."""
    return set().union(*(b.recipients for b in broadcasts if b.lane is not Lane.EDIT))


@pytest.fixture
def pipeline(database: Database) -> SoundPipeline:
    return SoundPipeline(database)


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("green", {ALWAYS}),
        ("yellow", {ALWAYS}),
        ("orange", {ALWAYS, USUAL}),
        ("red", {ALWAYS, USUAL, FROM_RED}),
        (None, {ALWAYS, USUAL, FROM_RED}),  # an active alert without a level counts as red
    ],
)
async def test_a_warning_has_sound_by_its_level_and_the_choice_of_each_subscriber(
    pipeline: SoundPipeline, level: str | None, expected: set[int]
) -> None:
    pipeline.follow_in_all_ways("Lviv")
    assert await pipeline.warn(level) == expected


async def test_a_warning_of_unknown_level_that_has_not_begun_is_silent_by_default(
    pipeline: SoundPipeline,
) -> None:
    pipeline.follow_in_all_ways("Lviv")
    assert await pipeline.warn(None, Phase.WARNING) == {ALWAYS}


@pytest.mark.parametrize("level", ["yellow", "red", None])
@pytest.mark.parametrize("hazard", ["air_raid", "missile", "drone"])
async def test_an_air_raid_alert_has_sound_at_any_level_unless_a_person_chose(
    pipeline: SoundPipeline, level: str | None, hazard: str
) -> None:
    pipeline.follow_in_all_ways("Lviv")
    raised = await pipeline.raise_alert("siren", "Lviv", level=level, hazard=hazard)
    assert reached(raised) == {USUAL, SILENT, FROM_RED, ALWAYS}
    expected = {USUAL, ALWAYS} if level == "yellow" else {USUAL, ALWAYS, FROM_RED}
    assert audible(raised) == expected


async def test_news_has_sound_unless_a_person_chose_a_level(pipeline: SoundPipeline) -> None:
    pipeline.follow_in_all_ways("Lviv")
    assert audible(await pipeline.publish_text("blog", "Bridge opened in Lviv")) == {USUAL, ALWAYS}


async def test_a_warning_that_becomes_severe_has_sound_from_then_on_to_its_end(
    pipeline: SoundPipeline,
) -> None:
    pipeline.follow_in_all_ways("Lviv")
    assert await pipeline.warn("yellow") == {ALWAYS}
    await pipeline.mark_sent()
    assert await pipeline.warn("orange", Phase.UPDATE) == {ALWAYS, USUAL}
    await pipeline.mark_sent()
    assert await pipeline.warn("red", Phase.UPDATE) == {ALWAYS, USUAL, FROM_RED}
    await pipeline.mark_sent()
    assert await pipeline.warn(None, Phase.CLEAR) == {ALWAYS, USUAL, FROM_RED}


async def test_a_silent_warning_ends_silently(pipeline: SoundPipeline) -> None:
    pipeline.follow_in_all_ways("Lviv")
    await pipeline.warn("yellow")
    await pipeline.mark_sent()
    assert await pipeline.warn("yellow", Phase.CLEAR) == {ALWAYS}


async def test_the_end_of_an_air_raid_has_sound_for_those_whose_alert_had_it(
    pipeline: SoundPipeline,
) -> None:
    pipeline.follow_in_all_ways("Lviv")
    await pipeline.raise_alert("hook", "Lviv")
    await pipeline.mark_sent()
    assert audible(await pipeline.clear_alert("hook", "Lviv")) == {USUAL, ALWAYS, FROM_RED}


async def test_the_mode_of_a_chat_silences_news_or_everything(pipeline: SoundPipeline) -> None:
    for number in (1, 2, 3):
        pipeline.follow(number, "Lviv", sound_from="green")
    async with pipeline.database.write() as transaction:
        await sound_modes.set_mode(transaction, 2, SoundMode.ALERTS)
        await sound_modes.set_mode(transaction, 3, SoundMode.NOTHING)
    news = await pipeline.publish_text("blog", "Bridge opened in Lviv")
    assert (reached(news), audible(news)) == ({1, 2, 3}, {1})
    raised = await pipeline.raise_alert("hook", "Lviv")
    assert (reached(raised), audible(raised)) == ({1, 2, 3}, {1, 2})
    async with pipeline.database.write() as transaction:
        await sound_modes.set_mode(transaction, 3, SoundMode.EVERYTHING)
        await sound_modes.set_mode(transaction, 1, SoundMode.NOTHING)
    again = await pipeline.publish_text("blog", "Another theatre opened in Lviv")
    assert audible(again) == {3}


async def test_an_alert_next_door_comes_silently_and_news_from_there_do_not(
    pipeline: SoundPipeline,
) -> None:
    pipeline.follow(1, BUCHA, has_neighbours=True)
    pipeline.follow(2, BUCHA)
    assert reached(await pipeline.publish_text("blog", f"Bridge opened in {VYSHHOROD}")) == set()
    raised = await pipeline.raise_alert("hook", VYSHHOROD)
    assert (reached(raised), audible(raised)) == ({1}, set())
    await pipeline.mark_sent()
    ended = await pipeline.clear_alert("hook", VYSHHOROD)
    assert (reached(ended), audible(ended)) == ({1}, set())
    assert reached(await pipeline.raise_alert("siren", CHERNIHIV)) == set()


async def test_an_alert_next_door_does_not_replace_the_alert_of_the_place_itself(
    pipeline: SoundPipeline,
) -> None:
    pipeline.follow(1, BUCHA, has_neighbours=True)
    await pipeline.raise_alert("hook", VYSHHOROD)
    assert audible(await pipeline.raise_alert("siren", BUCHA)) == {1}


async def test_an_alert_of_the_oblast_has_sound_after_one_next_door(
    pipeline: SoundPipeline,
) -> None:
    pipeline.follow(1, BUCHA, has_neighbours=True)
    await pipeline.raise_alert("hook", VYSHHOROD)
    assert audible(await pipeline.raise_alert("siren", "Kyiv Oblast")) == {1}


async def test_a_place_under_not_is_not_extended_to_its_neighbours(
    pipeline: SoundPipeline,
) -> None:
    pipeline.follow(1, f"#air_alert {BUCHA} -{VYSHHOROD}", has_neighbours=True)
    pipeline.follow(2, f"#air_alert -{BUCHA}", has_neighbours=True)
    assert reached(await pipeline.raise_alert("hook", VYSHHOROD)) == {2}
    assert 1 in reached(await pipeline.raise_alert("siren", "Fastiv Raion"))
