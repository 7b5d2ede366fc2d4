"""Index test cases: strategies for queries and readings, and a reference matcher."""

from collections.abc import Mapping

from hypothesis import strategies as st

from matching.index.index import Matches, MatchMode
from matching.query.ast import (
    ALERT_TOPIC,
    And,
    NearTerm,
    Not,
    Or,
    Phrase,
    PlaceTerm,
    PropertyTerm,
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
    *map(Word, ("train-drone", "air-train-drone", "f-16", "f16", "mig-31", "mig-31k", "16")),
    Phrase(("train-drone", "alert")),
    Phrase(("f", "16", "drone")),
    *map(TopicTerm, ("air_alert", "drone", "railway", ALERT_TOPIC)),
    *map(
        place_term, ("Kyiv", "Kharkiv", "Kharkiv Oblast", "Izium", "Ukraine", "Donbas", "Bakhmut")
    ),
    SourceTerm("blog"),
    *(PropertyTerm("level", sign, rank) for sign in (">=", "<=") for rank in (1, 3)),
    *(PropertyTerm("magnitude", sign, value) for sign in (">=", "<=") for value in (0.0, 4.5, 4.6)),
    *(PropertyTerm("depth", sign, value) for sign in (">=", "<=") for value in (0, 30, 800)),
]
POLE, ANTIMERIDIAN = (90.0, 0.0), (0.0, 180.0)
CENTRES = [
    *(POLE, (-90.0, 12.0), ANTIMERIDIAN, (0.0, -180.0), (0.0, -179.9), (50.455, 30.524)),
    *((49.207, 37.277), (49.99, 36.23), (0.0, 0.0)),
]
CIRCLES = st.builds(
    lambda centre, radius, reference: NearTerm(centre[0], centre[1], radius, reference),
    st.sampled_from(CENTRES),
    st.sampled_from([1, 2, 5, 11, 12, 111, 112, 500]) | st.integers(1, 500),
    st.sampled_from(["here", "UA80000000000093317"]),
)
"""Circles around the poles, the antimeridian and cities that the readings name."""

POSITIONS = st.sampled_from(CENTRES) | st.tuples(
    st.sampled_from([89.9, 89.0, -89.99, 0.1, -1.0, 50.5, 49.2]),
    st.sampled_from([0.0, 180.0, -180.0, 179.9, -179.0, 30.5, 37.3]),
)
MEASURES = st.fixed_dictionaries(
    {},
    optional={
        "level": st.integers(0, 3),
        "magnitude": st.sampled_from([0, 4.44, 4.5, 4.55, 4.6, 9.9, 11, -1]),
        "depth": st.sampled_from([0, 29.6, 30, 30.4, 800, 900]),
    },
)
QUERIES: st.SearchStrategy[Query] = st.recursive(
    st.sampled_from(TERMS) | CIRCLES,
    lambda q: (
        st.builds(And, st.lists(q, min_size=2, max_size=3).map(tuple))
        | st.builds(Or, st.lists(q, min_size=2, max_size=3).map(tuple))
        | st.builds(Not, q)
    ),
    max_leaves=8,
).filter(requires_positive_term)
VOCABULARY = """drone drones train air alert in throughout Ukraine Kyiv Kharkiv Oblast Izium
Bakhmut Donbas quiet дрон train-drone air-train-drone drone-alert F16 F-16 F 16 160 MiG-31K 31K"""
WORDS = st.lists(st.sampled_from(VOCABULARY.split()), max_size=8).map(" ".join)
READINGS = st.builds(
    READER.read,
    WORDS,
    WORDS,
    source=st.sampled_from(["", "Blog"]),
    regions=st.lists(st.sampled_from(["Kharkiv", "Ukraine", "Kharkiv Oblast"]), max_size=1),
    is_alert=st.sampled_from([None, True, False]),
    measures=MEASURES,
    point=st.none() | POSITIONS,
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
    modes = (matches.audible_always, matches.audible, matches.silent, matches.digest)
    return tuple(map(set, modes))
