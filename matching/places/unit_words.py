"""The words for the units a name may be of: область, district, regione."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files


@dataclass(frozen=True, slots=True)
class Units:
    """Each with the words that the spelling in the table has."""

    after: Mapping[str, tuple[str, ...]]  # any form of a word that follows the name
    before: Mapping[str, str]  # any form of a word that stands before the name
    between: frozenset[str]  # adjectives that may stand between the name and the word after it

    @classmethod
    def load(cls) -> "Units":
        """What comes with the package."""
        data = tomllib.loads((files("matching") / "data" / "units.toml").read_text("utf-8"))
        after: dict[str, tuple[str, ...]] = {}
        for unit, forms_ in data["after"].items():
            for form in forms_.split():
                after[form] = (*after.get(form, ()), unit)
        before = {form: unit for unit, forms_ in data["before"].items() for form in forms_.split()}
        return cls(after, before, frozenset(data["between"].split()))
