"""Geocodes: codes of areas in warnings (UGC, SAME, NUTS, AGS...), as references to regions.

A reference is `PREFIX:CODE`, such as `ugc:TXC201`. The rules are in data/geocodes.toml: a code
names a region, or its first letters and digits name a region that its area lies in.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

_SEPARATORS = re.compile(r"[\s,;|]+")
_PLACEHOLDER = re.compile(r"\{(?P<group>\d)(?::(?P<table>\w+)(?P<is_prefix>\*)?)?\}")
_ISO = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
_ISO_PREFIX = "iso"
_COUNTRY_LENGTH = 2

Rule = tuple[re.Pattern[str], str]  # of a whole code, and the region


@dataclass(frozen=True)
class _System:
    """Code system: its name at the sources, and its rules."""

    prefix: str
    names: re.Pattern[str]
    regions: tuple[Rule, ...]
    containers: tuple[Rule, ...]


@dataclass(frozen=True)
class GeocodePlace:
    """Regions of a geocode."""

    region: str | None  # that it names
    container: str | None  # that its area lies in


class Geocodes:
    """Rules for the codes of areas."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        """Use the content of data/geocodes.toml."""
        self._systems = {item["prefix"]: _read_system(item) for item in data["system"]}
        self._tables: dict[str, dict[str, str]] = {
            name: dict(pair.split("=") for pair in text.split())
            for name, text in data["tables"].items()
        }

        # A country that has a region's code in another one: FR-GP is GP.
        self._sovereigns: dict[str, str] = {
            code: region[:2]
            for region, code in self._tables["iso"].items()
            if len(code) == _COUNTRY_LENGTH and code != region[:2]
        }

    @classmethod
    @cache
    def load(cls) -> "Geocodes":
        """Load the rules of the package."""
        text = (files("matching") / "data" / "geocodes.toml").read_text("utf-8")
        return cls(tomllib.loads(text))

    def references(self, system_name: str, value: str) -> Iterator[str]:
        """Yield the references for a geocode as its source gives it; a value may be a list."""
        systems = self._systems.values()
        system = next((s for s in systems if s.names.search(system_name)), None)
        for code in filter(None, _SEPARATORS.split(value.upper())):
            if system:
                yield f"{system.prefix}:{code}"
            elif _ISO.fullmatch(code):
                yield f"{_ISO_PREFIX}:{code}"

    def is_reference(self, text: str) -> bool:
        """Return whether a text is a reference of a known system."""
        prefix, colon, code = text.partition(":")
        return prefix in self._systems and bool(colon and code) and not code[0].isspace()

    def place(self, reference: str, is_known: Callable[[str], bool]) -> GeocodePlace:
        """Return the regions of a reference; is_known decides whether a region exists."""
        prefix, _, code = reference.partition(":")
        system = self._systems[prefix]
        return GeocodePlace(
            self._first(system.regions, code, is_known),
            self._first(system.containers, code, is_known),
        )

    def sovereign(self, code: str) -> str:
        """Return the country whose region a country is: France for Guadeloupe; else ""."""
        return self._sovereigns.get(code, "")

    def city_around(self, code: str) -> str:
        """Return the city around a region, or that is one: New York for its counties; else ""."""
        return self._tables["cities"].get(code, "")

    def _first(
        self, rules: tuple[Rule, ...], code: str, is_known: Callable[[str], bool]
    ) -> str | None:
        regions = (self._apply(rule, code) for rule in rules)
        return next((region for region in regions if region and is_known(region)), None)

    def _apply(self, rule: Rule, code: str) -> str:
        """Return the region of a rule; "" if it does not fit."""
        pattern, template = rule
        match = pattern.fullmatch(code)
        if match is None:
            return ""
        region = template
        for placeholder in _PLACEHOLDER.finditer(template):
            value = self._look_up(match[int(placeholder["group"])], placeholder)
            if not value:
                return ""
            region = region.replace(placeholder.group(), value)
        return region

    def _look_up(self, value: str, placeholder: re.Match[str]) -> str:
        if placeholder["table"] is None:
            return value
        table = self._tables[placeholder["table"]]
        shortest = 1 if placeholder["is_prefix"] else len(value)
        lengths = range(len(value), shortest - 1, -1)
        return next((table[value[:size]] for size in lengths if value[:size] in table), "")


def _read_system(item: Mapping[str, Any]) -> _System:
    regions, containers = (
        tuple((re.compile(pattern), region) for pattern, region in item.get(key, ()))
        for key in ("regions", "containers")
    )
    names = re.compile(item["names"], re.IGNORECASE)
    return _System(item["prefix"], names, regions, containers)
