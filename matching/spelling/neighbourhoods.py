"""Neighbourhoods: parts of cities that the gazetteer does not have (Saltivka), with their city.

They are in matching/data/neighbourhoods.toml.
"""

import functools
import tomllib
from collections.abc import Mapping
from importlib.resources import files

from matching.places.lookup import phonetic_key


def find_city_of(name: str) -> str | None:
    """Return the code of the city that a neighbourhood is part of, None for any other name."""
    return _load().get(phonetic_key(name.replace(" ", "-")))


@functools.lru_cache(maxsize=1)
def _load() -> Mapping[str, str]:
    data = tomllib.loads((files("matching") / "data" / "neighbourhoods.toml").read_text("utf-8"))
    return {
        phonetic_key(name): code for code, city in data.items() for name in city["names"].split()
    }
