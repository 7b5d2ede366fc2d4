"""How names of places are told from ordinary words, people and things: the words that tell it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files

from matching.morphology import inflection
from matching.morphology.declension import forms
from matching.text.tokenizer import words

_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Customs:
    """Sets of normalised words; what each means is said in data/names.toml."""

    ordinary: frozenset[str] = _NOTHING  # names that are words too
    common: frozenset[str] = _NOTHING  # forms that at the head of a sentence are the word
    people: frozenset[str] = _NOTHING  # names that are nearly always people's
    first_names: frozenset[str] = _NOTHING  # names that are people's before another capital
    called: frozenset[str] = _NOTHING  # what follows is what somebody is called
    given: frozenset[str] = _NOTHING  # given names and titles
    after: frozenset[str] = _NOTHING  # things called after a place, in the order of English
    streets: frozenset[str] = _NOTHING  # the same, in the order of the other languages
    generic: frozenset[str] = _NOTHING  # words of a name that need no capital
    waters: frozenset[str] = _NOTHING  # towns that are rivers too
    water_words: frozenset[str] = _NOTHING  # said of water
    beside_water: frozenset[str] = _NOTHING  # right before a name of waters
    before: frozenset[str] = _NOTHING  # may stand before the name of a place
    loose: frozenset[str] = _NOTHING  # of these, those before people and things as often
    within: frozenset[str] = _NOTHING  # the same, and takes the locative
    near: frozenset[str] = _NOTHING  # the same where no person follows
    nouns: frozenset[str] = _NOTHING  # of settlements
    short_nouns: frozenset[str] = _NOTHING  # the same, before a full stop
    of: frozenset[str] = _NOTHING  # between such a noun and the name
    articles: frozenset[str] = _NOTHING  # never before a town
    in_oblast: frozenset[str] = _NOTHING  # of these, the one before an oblast called after a city
    rivers: frozenset[str] = _NOTHING  # nouns beside the name of a river
    plural_streets: frozenset[str] = _NOTHING  # what follows may be the town they are in
    before_via: frozenset[str] = _NOTHING  # "in via Roma" is a street, "via Lviv" a way
    state: frozenset[str] = _NOTHING  # before the name of a state
    human: frozenset[str] = _NOTHING  # said of somebody, never of a capital
    in_water: frozenset[str] = _NOTHING  # done in a river, never in a town
    sides: frozenset[str] = _NOTHING  # after the adjective of a country: what the place is
    belittled: frozenset[str] = _NOTHING  # names that need no capital
    not_places: tuple[tuple[str, ...], ...] = ()  # phrases
    befalls: frozenset[tuple[str, ...]] = frozenset()  # phrases: what befalls places alone
    native: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # country -> before its towns
    provinces: Mapping[tuple[str, ...], str] = field(default_factory=dict)  # phrase -> country

    @classmethod
    def load(cls) -> "Customs":
        """What comes with the package."""
        data = tomllib.loads((files("matching") / "data" / "names.toml").read_text("utf-8"))
        phrases = tuple(map(words, data.pop("not_places")))
        befalls = frozenset(map(words, data.pop("befalls")))
        native = {code: frozenset(words(text)) for code, text in data.pop("native").items()}
        provinces = {
            words(name): code
            for code, names in data.pop("provinces").items()
            for name in names.split(",")
        }
        sets = {key: frozenset(words(text)) for key, text in data.items()}
        for name in ("people", "first_names", "waters", "belittled"):
            sets[name] = frozenset(form for word in sets[name] for form in forms(word))
        for name in ("human", "in_water"):
            sets[name] = frozenset(form for word in sets[name] for form in inflection.forms(word))
        return cls(**sets, not_places=phrases, provinces=provinces, befalls=befalls, native=native)

    @classmethod
    def none(cls) -> "Customs":
        """For a table without names."""
        return cls()
