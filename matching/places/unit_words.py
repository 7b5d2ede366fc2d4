"""Nouns for administrative units beside a name: область, district, regione."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class UnitWords:
    """Map each form of a unit noun to its spelling in the region table."""

    following_nouns: Mapping[str, tuple[str, ...]]  # after the name: Харківська область
    preceding_nouns: Mapping[str, str]  # before the name: regione di Kharkiv
    modifiers: frozenset[str]  # adjectives between the name and a following noun
    preceding_modifiers: frozenset[str]  # between a preceding noun and its linking word

    @classmethod
    def load(cls) -> "UnitWords":
        """Load the words of the package."""
        data = tomllib.loads((files("matching") / "data" / "units.toml").read_text("utf-8"))
        following: dict[str, tuple[str, ...]] = {}
        for unit, forms in data["following_nouns"].items():
            for form in forms.split():
                following[form] = (*following.get(form, ()), unit)
        preceding = {
            form: unit for unit, forms in data["preceding_nouns"].items() for form in forms.split()
        }
        return cls(
            following,
            preceding,
            frozenset(data["modifiers"].split()),
            frozenset(data["preceding_modifiers"].split()),
        )
