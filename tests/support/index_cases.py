"""Index test cases: strategies for queries and readings, and a reference matcher."""

from collections.abc import Mapping

from hypothesis import strategies as st

from matching.index.index import Matches, MatchMode
from matching.query.ast import (
    And,
    Not,
    Or,
    Phrase,
    PlaceTerm,
    Query,
    SourceTerm,
    Term,
    TopicTerm,
    Word,
    requires_positive_term,
)
from matching.query.evaluator import evaluate
from matching.reader import Reading
from support.shared_resources import gazetteer, reader

GAZETTEER = gazetteer()
READER = reader()


def place_term(name: str) -> PlaceTerm:
    """Return the term for the likeliest place of a name."""
    return PlaceTerm(GAZETTEER.find(name)[0].code)


TERMS: list[Term] = [
    *map(Word, ("drone", "drones", "train", "alert", "quiet", "дрон")),
    Phrase(("air", "alert")),
    Phrase(("train", "drone")),
    Phrase(("train", "drone", "alert")),
    Phrase(("drone", "alert", "quiet", "air")),
    *map(TopicTerm, ("air_alert", "drone", "railway")),
    *map(
        place_term, ("Kyiv", "Kharkiv", "Kharkiv Oblast", "Izium", "Ukraine", "Donbas", "Bakhmut")
    ),
    SourceTerm("blog"),
]
QUERIES: st.SearchStrategy[Query] = st.recursive(
    st.sampled_from(TERMS),
    lambda q: (
        st.builds(And, st.lists(q, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(q, min_size=2, max_size=3).map(tuple))
        | st.builds(Not, q)
    ),
    max_leaves=8,
).filter(requires_positive_term)
VOCABULARY = """drone drones train air alert in throughout Ukraine Kyiv Kharkiv Oblast Izium
Bakhmut Donbas quiet дрон"""
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=8).map(" ".join)
READINGS = st.builds(
    READER.read,
    WORDS,
    WORDS,
    source=st.sampled_from(["", "Blog"]),
    regions=st.lists(st.sampled_from(["Kharkiv", "Ukraine", "Kharkiv Oblast"]), max_size=1),
    is_alert=st.sampled_from([None, True, False]),
)


def match_one_by_one(
    subscriptions: Mapping[int, tuple[int, Query, MatchMode]], reading: Reading
) -> tuple[set[int], ...]:
    """Return the matching subscribers of each mode, by evaluating each query alone."""
    strongest: dict[int, MatchMode] = {}
    for subscriber, query, mode in subscriptions.values():
        if evaluate(query, reading):
            strongest[subscriber] = min(mode, strongest.get(subscriber, mode))
    return tuple({s for s, mode in strongest.items() if mode is wanted} for wanted in MatchMode)


def to_sets(matches: Matches) -> tuple[set[int], ...]:
    """Return the matches as sets, in the order of the modes."""
    return set(matches.audible), set(matches.silent), set(matches.digest)
