"""Doubts: what to ask before a query is stored that may not be what the person means. Pure.

A word that no report will contain is probably a misspelt place, or was typed with another keyboard
layout. A subscription to it would never match, and nobody would notice.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from matching.morphology.inflection import inflect
from matching.places.gazetteer import Gazetteer
from matching.query.ast import PlaceTerm, Word
from matching.query.parser import ParsedQuery
from matching.query.personal_places import PersonalPlaces
from matching.query.question_words import load_question_words
from matching.query.terms.ambiguities import Ambiguity
from matching.query.terms.topic_terms import TopicNames
from matching.spelling.keyboard_layouts import retype
from matching.spelling.misspellings import resembles
from matching.spelling.neighbourhoods import find_city_of
from matching.text.tokenizer import split_words


class Vocabulary(TopicNames, Protocol):
    """Topic catalogue with the words that show a topic."""

    @property
    def words(self) -> frozenset[str]:
        """Return all single words that show a topic."""


AS_TYPED = "-"
"""Token of the choice to take the word as it was typed."""

_MAX_CHOICES = 4
_MIN_LENGTH = 3  # letters of a word that can have been typed in another layout
_PIECE = re.compile(r"\S+")
_WORD = re.compile(r"[^\s,;.()]+")
_SYNTAX = ("#", "-", '"', "«", "“", "(", "@")
_LAYOUT = "layout"


@dataclass(frozen=True, slots=True)
class DoubtChoice:
    """Something that a person may have meant."""

    token: str  # the code of a place, AS_TYPED, or "layout"
    place: str | None  # code of the place to show; None: show the text
    text: str  # replacement of the doubtful part


@dataclass(frozen=True, slots=True)
class Doubt:
    """Doubtful part of a query, with its possible meanings, likeliest first."""

    start: int  # in the text as typed, code points
    end: int  # exclusive
    text: str  # as typed, from start to end
    choices: tuple[DoubtChoice, ...]

    def resolve(self, written: str, token: str) -> str | None:
        """Return the query with a choice in place of the doubtful part; None without it."""
        for choice in self.choices:
            if choice.token == token:
                return f"{written[: self.start]}{choice.text}{written[self.end :]}"
        return None


def find_doubt(
    written: str,
    parsed: ParsedQuery | None,
    gazetteer: Gazetteer,
    topics: Vocabulary,
    personal: PersonalPlaces,
) -> Doubt | None:
    """Return the first doubt about a query, None without any; `parsed`: None for an error."""
    doubt = _find_other_layout(written, gazetteer, topics, personal)
    if doubt or parsed is None:
        return doubt
    for ambiguity in parsed.ambiguities:
        is_doubtful = ambiguity.is_guess and not _is_vocabulary(split_words(ambiguity.text), topics)
        if is_doubtful and (doubt := _misspelling(ambiguity, gazetteer)):
            return doubt
    return None


def _misspelling(ambiguity: Ambiguity, gazetteer: Gazetteer) -> Doubt | None:
    codes = [term.code for term in ambiguity.alternatives if isinstance(term, PlaceTerm)]
    close = [code for code in codes if resembles(ambiguity.text, gazetteer.region(code))]
    if find_city_of(ambiguity.text):
        close = codes
    if not close:
        return None
    choices = [_place_choice(code, gazetteer) for code in close[:_MAX_CHOICES]]
    return Doubt(
        ambiguity.start,
        ambiguity.end,
        ambiguity.text,
        (*choices, _typed_choice(ambiguity.text)),
    )


def _place_choice(code: str, gazetteer: Gazetteer) -> DoubtChoice:
    name = gazetteer.name(code, "en")
    first = next(iter(gazetteer.find(name)), None)
    is_clear = first is not None and first.code == code
    return DoubtChoice(code, code, f'in:"{name if is_clear else code}"')


def _typed_choice(text: str) -> DoubtChoice:
    words = " ".join(split_words(text))
    return DoubtChoice(AS_TYPED, None, f'word:"{words}"')


def _find_other_layout(
    written: str, gazetteer: Gazetteer, topics: Vocabulary, personal: PersonalPlaces
) -> Doubt | None:
    """Return the doubt about the first words that mean something in another layout only."""
    for match in (*_PIECE.finditer(written), *_WORD.finditer(written)):
        piece = match[0]
        if len(piece) < _MIN_LENGTH or piece.startswith(_SYNTAX) or ":" in piece[1:-1]:
            continue
        if _is_known(piece, gazetteer, topics, personal):
            continue
        for typed in retype(piece):
            term = _read_known(typed, gazetteer, topics)
            if term is not None and split_words(piece):
                code = term.code if isinstance(term, PlaceTerm) else None
                choice = DoubtChoice(_LAYOUT, code, typed.strip("'\""))
                choices = (choice, _typed_choice(piece))
                return Doubt(match.start(), match.end(), piece, choices)
    return None


def _is_known(
    text: str, gazetteer: Gazetteer, topics: Vocabulary, personal: PersonalPlaces
) -> bool:
    """Return whether a text means something in its own layout."""
    words = split_words(text)
    return (
        personal.find_saved(words) is not None
        or bool(gazetteer.find_words(words))
        or _is_vocabulary(words, topics)
    )


def _read_known(text: str, gazetteer: Gazetteer, topics: Vocabulary) -> PlaceTerm | Word | None:
    """Return what a text typed in another layout means: a well-known place, or a known word."""
    words = split_words(text)
    if len(words) != 1 or len(words[0]) < _MIN_LENGTH:
        return None
    places = [region for region in gazetteer.find_words(words)[:1] if region.is_prominent]
    if places:
        return PlaceTerm(places[0].code)
    return Word(words[0]) if _is_vocabulary(words, topics) else None


def _is_vocabulary(words: tuple[str, ...], topics: Vocabulary) -> bool:
    question_words = load_question_words()
    text = " ".join(words)
    return (
        topics.find_name(text) is not None
        or text in question_words.fillers | question_words.alert
        or (len(words) == 1 and not topics.words.isdisjoint(inflect(text)))
    )
