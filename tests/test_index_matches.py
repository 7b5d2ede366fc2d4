"""Index matches: matching all subscriptions together equals evaluating each query alone."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyroaring import BitMap
from support.index_cases import GAZETTEER, QUERIES, READER, READINGS, match_one_by_one, to_sets

from matching.index.index import Index, MatchMode
from matching.query.ast import And, Not, PlaceTerm, Query, Word
from matching.reader import Reading

ADDED = st.tuples(st.integers(0, 9), st.integers(0, 4), QUERIES, st.sampled_from(MatchMode))
CHANGES = st.lists(ADDED | st.integers(0, 9), max_size=25)


@settings(max_examples=400)
@given(CHANGES, READINGS, CHANGES)
def test_an_index_matches_like_the_evaluator(
    before: list[tuple[int, int, Query, MatchMode] | int],
    reading: Reading,
    after: list[tuple[int, int, Query, MatchMode] | int],
) -> None:
    index = Index()
    subscriptions: dict[int, tuple[int, Query, MatchMode]] = {}
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
        assert to_sets(index.match(reading)) == match_one_by_one(subscriptions, reading)


def test_a_subscriber_appears_only_in_its_strongest_mode() -> None:
    index = Index()
    index.add(1, 7, Word("train"), MatchMode.DIGEST)
    index.add(2, 7, And((Word("train"), Word("late"))), MatchMode.AUDIBLE)
    index.add(3, 8, Word("train"), MatchMode.SILENT)
    assert to_sets(index.match(READER.read("", "Trains are late"))) == (set(), {7}, {8}, set())
    assert to_sets(index.match(READER.read("", "Trains"))) == (set(), set(), {8}, {7})


def test_removing_one_of_several_equal_subscriptions_keeps_the_others() -> None:
    index = Index()
    for number in (1, 2, 3):
        index.add(number, 7, Word("train"), MatchMode.AUDIBLE)
    index.remove(1)
    index.remove(2)
    reading = READER.read("", "train")
    assert index.match(reading).audible == BitMap([7])
    index.remove(3)
    index.remove(3)
    assert to_sets(index.match(reading)) == (set(), set(), set(), set())


def test_matches_and_index_do_not_share_bitmaps() -> None:
    index = Index()
    index.add(1, 7, Word("train"), MatchMode.AUDIBLE)
    matches = index.match(READER.read("", "train"))
    index.remove(1)
    matches.audible.add(9)
    assert set(matches.audible) == {7, 9}
    assert len(index) == 0


def test_an_index_refuses_a_query_without_a_positive_term() -> None:
    index = Index()
    with pytest.raises(ValueError, match="none of its terms"):
        index.add(1, 7, Not(Word("train")), MatchMode.AUDIBLE)
    assert len(index) == 0


def test_a_nationwide_alert_reaches_the_subscribers_of_every_city() -> None:
    index = Index()
    cities = [region for region in GAZETTEER if region.kind == "city"]
    for number, region in enumerate(cities):
        index.add(number, number, PlaceTerm(region.code), MatchMode.AUDIBLE)
    ring = index.match(READER.read("Air alert throughout Ukraine", "")).audible
    assert {cities[number].code for number in ring} == {
        region.code for region in cities if "UA" in GAZETTEER.ancestors(region.code)
    }
