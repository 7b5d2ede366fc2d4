"""Hazard words: the hazard that typed words name, such as earthquake, terremoto, балістичні ракети.

A source that declares a hazard seldom repeats it in its text ("M 5.1 - 12 km SE of Norcia, Italy"),
so such words ask for the topic as well as for the words.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files

from matching.morphology.piece_forms import piece_forms, query_pieces
from matching.text.tokenizer import split_words
from matching.topics.hazards import Hazard, hazard_tree

_NATURAL = ("weather", "earthquake", "tsunami", "volcano")
_Names = dict[tuple[str, ...], str]


def find_hazard(words: Sequence[str]) -> str | None:
    """Return the hazard with this name or title in any inflected form, None if there is none."""
    names = _names()
    forms = [piece_forms(piece) for piece in query_pieces(tuple(words))]
    first_words = forms[0] & _first_words().keys() if forms else frozenset[str]()
    candidates = (name for first in sorted(first_words) for name in _first_words()[first])
    return next(
        (
            names[name]
            for name in candidates
            if len(name) == len(forms)
            and all(word in form for word, form in zip(name, forms, strict=True))
        ),
        None,
    )


@cache
def _names() -> _Names:
    """Return the hazards by the pieces of their names, without subjects of news."""
    tree = hazard_tree()
    hazards = [hazard for name in tree.names if (hazard := tree.get(name))]
    everyday = _everyday_words()
    return {
        query_pieces(split_words(title)): hazard.name
        for hazard in hazards
        if not hazard.is_subject
        for title in (*_titles(hazard), *everyday.get(hazard.name, "").split(","))
        if split_words(title)
    }


def _titles(hazard: Hazard) -> Iterator[str]:
    """Yield the names by which words mean the hazard.

    A war threat in one word (drone, missile, explosion) is in each report of it, and in others; of
    natural hazards a service often gives the code only.
    """
    names = (hazard.name, *hazard.titles.values())
    is_natural = any(hazard_tree().is_within(hazard.name, root) for root in _NATURAL)
    yield from (name for name in names if is_natural or len(split_words(name)) > 1)


def _everyday_words() -> Mapping[str, str]:
    text = (files("matching") / "data" / "hazard_words.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _first_words() -> dict[str, tuple[tuple[str, ...], ...]]:
    grouped: dict[str, tuple[tuple[str, ...], ...]] = {}
    for name in _names():
        grouped[name[0]] = (*grouped.get(name[0], ()), name)
    return grouped
