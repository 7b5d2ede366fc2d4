"""Lexicon: cue words that distinguish place names from ordinary words, people and things."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from matching.morphology import inflection
from matching.morphology.declension import decline
from matching.text.tokenizer import split_words

_EMPTY: frozenset[str] = frozenset()
_ENTITY_CUES = (
    "following_entity_nouns",
    "preceding_entity_nouns",
    "club_words",
    "club_articles",
    "press_words",
    "district_nouns",
    "work_nouns",
    "quoted_nouns",
    "person_titles",
    "station_words",
    "river_nouns",
    "given_names",
    "place_first_names",
    "naming_words",
)


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
    club_words: frozenset[str] = _EMPTY  # capitalised beside the name of a club: Real Madrid
    district_nouns: frozenset[str] = _EMPTY  # after the adjective that names a district
    work_nouns: frozenset[str] = _EMPTY  # before the name of a film or a brand
    person_titles: frozenset[str] = _EMPTY  # of any case, before the nominative of a surname
    station_words: frozenset[str] = _EMPTY  # start the station's name after a city's
    quoted_nouns: frozenset[str] = _EMPTY  # before a name in quotation marks: группа «Киев»
    entity_cues: frozenset[str] = _EMPTY  # words of which other things than places have one
    press_words: frozenset[str] = _EMPTY  # capitalised after a city: New York Times
    terminal_words: frozenset[str] = _EMPTY  # stations and airports after their city: London Euston
    club_articles: frozenset[str] = _EMPTY  # before one of club_cities: la Roma
    club_cities: frozenset[str] = _EMPTY  # cities with a club of feminine name
    lax_acronyms: frozenset[str] = _EMPTY  # written with one capital too: Usa
    city_part_words: frozenset[str] = _EMPTY  # parts of cities that are also words
    name_followers: frozenset[str] = _EMPTY  # after the name of a place, seldom after an adjective
    english_words: frozenset[str] = _EMPTY  # of person_names: a capital shows the place
    generic_words: frozenset[str] = _EMPTY  # words of a name that need no capital
    river_names: frozenset[str] = _EMPTY  # towns that share their name with a river
    river_nouns: frozenset[str] = _EMPTY  # beside the name of a river
    river_prepositions: frozenset[str] = _EMPTY  # directly before one of river_names
    river_actions: frozenset[str] = _EMPTY  # happen in a river, never in a town
    river_phrases: frozenset[tuple[str, ...]] = frozenset()  # of two words, near a river's name
    alarm_words: frozenset[str] = _EMPTY  # in reports without capitals
    strike_words: frozenset[str] = _EMPTY  # before "по" and the name of a town, not of a river
    water_words: frozenset[str] = _EMPTY  # near one of river_names: banks, ferry
    prepositions: frozenset[str] = _EMPTY  # may stand before a place name
    weak_prepositions: frozenset[str] = _EMPTY  # also common before people and things
    locative_prepositions: frozenset[str] = _EMPTY  # only before places, with the locative case
    place_prepositions: frozenset[str] = _EMPTY  # only before places
    native_prepositions: Mapping[str, frozenset[str]] = field(default_factory=dict)  # by country
    settlement_nouns: frozenset[str] = _EMPTY
    village_nouns: frozenset[str] = _EMPTY  # those of settlement_nouns that are no city
    near_phrases: frozenset[tuple[str, ...]] = frozenset()  # between a village and a city near it
    inside_prepositions: frozenset[str] = _EMPTY  # between a settlement and its region
    home_namesakes: Mapping[tuple[str, ...], str] = field(default_factory=dict)  # name -> code
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
        near_phrases = frozenset(map(split_words, data.pop("near_phrases")))
        river_phrases = frozenset(map(split_words, data.pop("river_phrases")))
        home_namesakes = {
            split_words(name): code
            for code, names in data.pop("home_namesakes").items()
            for name in names.split(",")
        }
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
        sets["entity_cues"] = frozenset().union(*(sets[key] for key in _ENTITY_CUES))
        return cls(
            **sets,
            excluded_phrases=excluded_phrases,
            provinces=provinces,
            place_events=place_events,
            near_phrases=near_phrases,
            river_phrases=river_phrases,
            home_namesakes=home_namesakes,
            native_prepositions=native_prepositions,
        )

    @classmethod
    def empty(cls) -> "Lexicon":
        """Return a lexicon without words, for a gazetteer without names."""
        return cls()
