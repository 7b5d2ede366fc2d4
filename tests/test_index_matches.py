"""All subscriptions at once give what each gives alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from support.index_cases import GAZETTEER, QUERIES, READER, READINGS, as_sets, one_by_one

from matching.index.index import Index, Mode
from matching.query.ast import And, Not, PlaceTerm, Query, Word
from matching.reader import Reading

ADDED = st.tuples(st.integers(0, 9), st.integers(0, 4), QUERIES, st.sampled_from(Mode))
CHANGES = st.lists(ADDED | st.integers(0, 9), max_size=25)


@settings(max_examples=400)
@given(CHANGES, READINGS, CHANGES)
def test_the_index_gives_what_evaluating_one_by_one_gives(
    before: list[tuple[int, int, Query, Mode] | int],
    reading: Reading,
    after: list[tuple[int, int, Query, Mode] | int],
) -> None:
    index = Index()
    subscriptions: dict[int, tuple[int, Query, Mode]] = {}
    for changes in (before, after):
        for change in changes:
            if isinstance(change, int):
                index.remove(change)
                subscriptions.pop(change, None)
            else:
                number, subscriber, query, mode = change
                index.add(number, subscriber, query, mode)
                subscriptions[number] = (subscriber, query, mode)
        assert len(index) == len(subscriptions)
        assert as_sets(index.match(reading)) == one_by_one(subscriptions, reading)


def test_a_subscriber_stands_only_in_the_strongest_of_the_modes() -> None:
    index = Index()
    index.add(1, 7, Word("train"), Mode.HELD)
    index.add(2, 7, And((Word("train"), Word("late"))), Mode.RING)
    index.add(3, 8, Word("train"), Mode.SILENT)
    assert as_sets(index.match(READER.read("", "Trains are late"))) == ({7}, {8}, set())
    assert as_sets(index.match(READER.read("", "Trains"))) == (set(), {8}, {7})


def test_one_of_two_equal_subscriptions_may_go_without_the_other() -> None:
    index = Index()
    for number in (1, 2, 3):
        index.add(number, 7, Word("train"), Mode.RING)
    index.remove(1)
    index.remove(2)
    reading = READER.read("", "train")
    assert index.match(reading).ring == BitMap([7])
    index.remove(3)
    index.remove(3)
    assert as_sets(index.match(reading)) == (set(), set(), set())


def test_what_is_matched_stays_as_it_was_when_the_index_changes() -> None:
    index = Index()
    index.add(1, 7, Word("train"), Mode.RING)
    matches = index.match(READER.read("", "train"))
    index.remove(1)
    matches.ring.add(9)
    assert set(matches.ring) == {7, 9}
    assert len(index) == 0


def test_a_query_that_needs_no_term_is_refused() -> None:
    index = Index()
    with pytest.raises(ValueError, match="without any"):
        index.add(1, 7, Not(Word("train")), Mode.RING)
    assert len(index) == 0


def test_a_nationwide_alert_reaches_the_subscribers_of_every_city() -> None:
    index = Index()
    cities = [region for region in GAZETTEER if region.kind == "city"]
    for number, region in enumerate(cities):
        index.add(number, number, PlaceTerm(region.code), Mode.RING)
    ring = index.match(READER.read("Air alert throughout Ukraine", "")).ring
    assert {cities[number].code for number in ring} == {
        region.code for region in cities if "UA" in GAZETTEER.ancestors(region.code)
    }
