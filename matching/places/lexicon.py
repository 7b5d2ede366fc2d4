"""Lexicon: cue words that distinguish place names from ordinary words, people and things."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from matching.morphology import inflection
from matching.morphology.declension import decline
from matching.text.tokenizer import split_words

_EMPTY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Sets of normalised words; the keys of data/names.toml, where comments describe each set."""

    ordinary_words: frozenset[str] = _EMPTY  # place names that are also words
    sentence_start_words: frozenset[str] = _EMPTY  # forms that at a sentence start are the word
    person_names: frozenset[str] = _EMPTY  # place names that nearly always mean a person
    place_first_names: frozenset[str] = _EMPTY  # a person's before another capitalised word
    human_actions: frozenset[str] = _EMPTY  # of a person, never of a capital
    naming_words: frozenset[str] = _EMPTY  # before a name or nickname: called, named
    given_names: frozenset[str] = _EMPTY  # given names and titles
    following_entity_nouns: frozenset[str] = _EMPTY  # things named after a place: Kyiv Street
    preceding_entity_nouns: frozenset[str] = _EMPTY  # the same before the name: via Roma
    plural_street_nouns: frozenset[str] = _EMPTY  # the name after them may be the town's
    via_street_prepositions: frozenset[str] = _EMPTY  # "in via Roma" is a street, "via Lviv" a way
    generic_words: frozenset[str] = _EMPTY  # words of a name that need no capital
    river_names: frozenset[str] = _EMPTY  # towns that share their name with a river
    river_nouns: frozenset[str] = _EMPTY  # beside the name of a river
    river_prepositions: frozenset[str] = _EMPTY  # directly before one of river_names
    river_actions: frozenset[str] = _EMPTY  # happen in a river, never in a town
    water_words: frozenset[str] = _EMPTY  # near one of river_names: banks, ferry
    prepositions: frozenset[str] = _EMPTY  # may stand before a place name
    weak_prepositions: frozenset[str] = _EMPTY  # also common before people and things
    locative_prepositions: frozenset[str] = _EMPTY  # only before places, with the locative case
    place_prepositions: frozenset[str] = _EMPTY  # only before places
    native_prepositions: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by country
    settlement_nouns: frozenset[str] = _EMPTY
    settlement_abbreviations: frozenset[str] = _EMPTY  # before a full stop
    region_nouns: frozenset[str] = _EMPTY  # beside the name of a region abroad
    region_linking_words: frozenset[str] = _EMPTY  # between such a noun and the name
    linking_words: frozenset[str] = _EMPTY  # between such a noun and the name
    articles: frozenset[str] = _EMPTY  # never before a town
    oblast_articles: frozenset[str] = _EMPTY  # articles before an oblast named after a city
    state_nouns: frozenset[str] = _EMPTY  # before the name of a state
    location_nouns: frozenset[str] = _EMPTY  # after the demonym of a country: a Bulgarian town
    lowercase_names: frozenset[str] = _EMPTY  # names that need no capital
    excluded_phrases: tuple[tuple[str, ...], ...] = ()  # a place name in them is not a mention
    place_events: frozenset[tuple[str, ...]] = frozenset()  # happen to places only
    provinces: Mapping[tuple[str, ...], str] = field(default_factory=dict)  # name -> country

    @classmethod
    def load(cls) -> "Lexicon":
        """Load the lexicon of the package and expand its names and actions to all forms."""
        data = tomllib.loads((files("matching") / "data" / "names.toml").read_text("utf-8"))
        excluded_phrases = tuple(map(split_words, data.pop("excluded_phrases")))
        place_events = frozenset(map(split_words, data.pop("place_events")))
        native_prepositions = {
            country: frozenset(split_words(text))
            for country, text in data.pop("native_prepositions").items()
        }
        provinces = {
            split_words(name): country
            for country, names in data.pop("provinces").items()
            for name in names.split(",")
        }
        sets = {key: frozenset(split_words(text)) for key, text in data.items()}
        for key in (
            "person_names",
            "place_first_names",
            "region_nouns",
            "river_names",
            "lowercase_names",
        ):
            sets[key] = frozenset(form for word in sets[key] for form in decline(word))
        for key in ("human_actions", "river_actions"):
            sets[key] = frozenset(form for word in sets[key] for form in inflection.inflect(word))
        return cls(
            **sets,
            excluded_phrases=excluded_phrases,
            provinces=provinces,
            place_events=place_events,
            native_prepositions=native_prepositions,
        )

    @classmethod
    def empty(cls) -> "Lexicon":
        """Return a lexicon without words, for a gazetteer without names."""
        return cls()
