"""Index entries of a subscription: together they match as its options say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.alert_pipeline import NOW
from support.index_cases import GAZETTEER, QUERIES, READINGS
from support.shared_resources import topics

from handlers import subscription_index
from handlers.services.subscription_entries import ENTRY_STRIDE, entries
from matching.index.index import Index, MatchMode
from matching.places.neighbours import neighbours_of
from matching.query.ast import ALERT_TOPIC, PropertyTerm, Query, TopicTerm, dump, load
from matching.query.evaluator import evaluate
from matching.query.neighbour_query import extend_to_neighbours
from matching.query.parser import parse
from matching.query.properties import LEVELS
from matching.reader import Reading
from storage.engine.database import Database
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscribers import ChatKind, Target
from storage.subscribers.subscriptions import IndexedSubscription, Sound
from storage.values.schedules import IMMEDIATE

OPTIONS = st.tuples(
    st.booleans(), st.booleans(), st.none() | st.sampled_from(LEVELS), st.booleans()
)


def expected_mode(subscription: IndexedSubscription, reading: Reading) -> MatchMode | None:
    """Return the mode of a subscription for a reading, by the rule; None if it does not match."""
    query = load(subscription.query)
    if evaluate(query, reading):
        if not subscription.is_immediate:
            return MatchMode.DIGEST
        if not subscription.has_sound:
            return MatchMode.SILENT
        if subscription.sound_from is None:
            return MatchMode.AUDIBLE
        rank = LEVELS.index(subscription.sound_from)
        is_loud = rank == 0 or evaluate(PropertyTerm("level", ">=", rank), reading)
        return MatchMode.AUDIBLE_ALWAYS if is_loud else MatchMode.SILENT
    extended = extend_to_neighbours(query, GAZETTEER)
    has_neighbours = subscription.has_neighbours and subscription.is_immediate
    if has_neighbours and extended and evaluate(extended, reading):
        return MatchMode.SILENT
    return None


@given(st.lists(st.tuples(QUERIES, OPTIONS), min_size=1, max_size=6), READINGS, st.booleans())
def test_entries_match_as_the_options_say(
    chosen: list[tuple[Query, tuple[bool, bool, str | None, bool]]],
    reading: Reading,
    is_loaded: bool,  # noqa: FBT001 - drawn
) -> None:
    index = Index()
    followed = [
        IndexedSubscription(number, number, dump(query), *options)
        for number, (query, options) in enumerate(chosen, start=1)
    ]
    new_entries = [entry for subscription in followed for entry in entries(subscription, GAZETTEER)]
    if is_loaded:
        index.load(new_entries)
    else:
        for number, subscriber, query, mode in new_entries:
            index.add(number, subscriber, load(query), mode)
    matches = index.match(reading)
    modes = (matches.audible_always, matches.audible, matches.silent, matches.digest)
    for subscription in followed:
        wanted = expected_mode(subscription, reading)
        in_modes = [
            m for m, numbers in zip(MatchMode, modes, strict=True) if subscription.id in numbers
        ]
        assert in_modes == ([] if wanted is None else [wanted])


@given(QUERIES, READINGS)
def test_every_alert_has_the_topic_of_alerts(query: Query, reading: Reading) -> None:
    assert evaluate(TopicTerm(ALERT_TOPIC), reading) is reading.is_alert


async def test_a_changed_subscription_leaves_no_entry_behind(database: Database) -> None:
    index = Index()
    query = dump(parse("Bucha Raion", GAZETTEER, topics()).query)
    async with database.write() as transaction:
        owner = await subscribers.get_or_create(transaction, Target(7), ChatKind.PRIVATE, "en", NOW)
        added = await subscriptions.add(
            transaction,
            owner.number,
            query=query,
            query_text="Bucha Raion",
            schedule=IMMEDIATE,
            next_due_at=None,
            now=NOW,
        )
        loud = await subscriptions.change(
            transaction, added, sound=Sound(sound_from="red"), has_neighbours=True
        )
    for subscription, count in ((added, 1), (loud, 3), (added, 1), (loud, 3)):
        subscription_index.put(index, subscription, GAZETTEER)
        assert len(index) == count
    subscription_index.remove(index, added.id)
    assert len(index) == 0


def test_an_id_beyond_the_stride_is_refused() -> None:
    subscription = IndexedSubscription(
        ENTRY_STRIDE,
        1,
        '["word","a"]',
        is_immediate=True,
        has_sound=True,
        sound_from=None,
        has_neighbours=False,
    )
    with pytest.raises(ValueError, match="not the id of a subscription"):
        entries(subscription, GAZETTEER)


@pytest.mark.parametrize(
    ("place", "neighbour", "stranger"),
    [
        ("Kyiv", "Brovary Raion", "Chernihiv Raion"),
        ("Kyiv Oblast", "Zhytomyr Oblast", "Lviv Oblast"),
        ("Irpin", "Vyshhorod Raion", "Bucha Raion"),
        ("Perekop Raion", "Kakhovka Raion", "Yalta Raion"),
        ("Texas", "Louisiana", "Florida"),
    ],
)
def test_neighbours_are_the_regions_across_the_border(
    place: str, neighbour: str, stranger: str
) -> None:
    names = [
        GAZETTEER.name(code, "en")
        for code in neighbours_of(GAZETTEER.find(place)[0].code, GAZETTEER)
    ]
    assert neighbour in names
    assert stranger not in names


def test_every_raion_and_oblast_of_ukraine_has_neighbours() -> None:
    regions = [r for r in GAZETTEER if r.is_home and r.kind in ("raion", "oblast")]
    for region in regions:
        neighbours = neighbours_of(region.code, GAZETTEER)
        assert 1 <= len(neighbours) <= 12, region
        assert all(
            region.code in neighbours_of(code, GAZETTEER) or region.kind == "oblast"
            for code in neighbours
        )
    assert neighbours_of("US-48201", GAZETTEER)  # Harris County
    assert not neighbours_of("UA", GAZETTEER)
