"""Area resolver: places the areas that a source names, such as `areaDesc` of a CAP warning.

Areas come as codes, names and lists of names. A reference `in:PL` is no area: it says that the
areas lie somewhere in Poland. Names are then looked up inside it only, because a namesake elsewhere
is a wrong place.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from matching.places.gazetteer import Gazetteer
from matching.places.region import Region

_SOMEWHERE_IN = "in:"
_MAX_PARTS = 100  # of one area
_MAX_DEPTH = 6  # nested lists

_NOT_IN_PARENTHESES = r"(?![^(\[]*[)\]])"
_LIST_MARKS = re.compile(rf"\s*[;|\n•·]\s*{_NOT_IN_PARENTHESES}")
_COMMA = re.compile(rf"\s*[,،]\s*{_NOT_IN_PARENTHESES}")
_DASH = re.compile(rf"(?:\s+[-–—+&]\s+|\s*/\s*){_NOT_IN_PARENTHESES}")
_AND = re.compile(
    rf"\s+(?:and|und|et|oraz|та|і|й|и|e|ed|y|i|og|och|a)\s+{_NOT_IN_PARENTHESES}", re.IGNORECASE
)
_COLON = re.compile(r"(?P<outer>[^:]+):\s+(?P<inner>.+)")
_PARENTHESES = re.compile(r"(?P<outer>[^(\[]+?)\s*[(\[](?P<inner>.+)[)\]]")
_CITY_WORDS = re.compile(
    r"(?:(?:kreisfreie |landeshaupt|hanse)?stadt|(?:the )?city of|town of|ville de|commune de"
    r"|città di|comune di|ciudad de|miasto|gmina|m\.|м\.|місто|город|г\.)\s*(?P<name>.+)",
    re.IGNORECASE,
)
_STATE = re.compile(r"[A-Z]{2}")
_MAJOR_KINDS = frozenset(("country", "region", "oblast"))


@dataclass(frozen=True)
class Placement:
    """Places of a source's areas."""

    codes: tuple[str, ...] = ()  # regions that are the areas
    containers: tuple[str, ...] = ()  # regions that contain the unknown areas, or any area at all
    unknown: tuple[str, ...] = ()  # areas that no known region is


def somewhere_in(region: str) -> str:
    """Return the reference for areas that lie somewhere in a region, given by code or name."""
    return _SOMEWHERE_IN + region


def area_names(references: Iterable[str]) -> tuple[str, ...]:
    """Return the references that name areas."""
    return tuple(item for item in references if not item.startswith(_SOMEWHERE_IN))


class AreaResolver:
    """Resolver of areas by a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def resolve(self, references: Sequence[str]) -> Placement:
        """Return the places of all areas, each once, in order."""
        hints = (item for item in references if item.startswith(_SOMEWHERE_IN))
        regions = (self._gazetteer.resolve(hint.removeprefix(_SOMEWHERE_IN)) for hint in hints)
        containers = tuple(dict.fromkeys(region.code for region in regions if region))
        names = area_names(references)
        placement = _join(self._place(name, containers) for name in names)
        return placement if names else Placement(containers=containers)

    def _place(self, area: str, containers: tuple[str, ...], depth: int = 0) -> Placement:
        """Place one area: as it stands, as a list, without its qualifier, without a city word."""
        name = area.strip(" \t.,:")
        if not name:
            return Placement()
        if region := self._find(name, containers):
            return Placement((region.code,), containers)
        unknown = Placement((), containers, (name,))
        if depth == _MAX_DEPTH:
            return unknown
        return self._place_composite(name, containers, depth + 1) or unknown

    def _place_composite(
        self, name: str, containers: tuple[str, ...], depth: int
    ) -> Placement | None:
        """Place a list, a qualified name, or a name after the word for a city; else return None."""
        for pattern in (_LIST_MARKS, _COLON, _COMMA, _DASH, _PARENTHESES):
            if pattern.groups and (match := pattern.fullmatch(name)):
                return self._place_qualified(name, match, containers, depth)
            if not pattern.groups and len(parts := pattern.split(name, _MAX_PARTS)) > 1:
                return self._place_list(parts, containers, depth)
        match = _CITY_WORDS.fullmatch(name)
        parts = [match["name"]] if match else _AND.split(name, _MAX_PARTS)
        placement = self._place_list(parts, containers, depth) if parts != [name] else None
        # Many a name has such a word: Lewis and Clark.
        return None if placement and placement.unknown else placement

    def _place_list(
        self, parts: Sequence[str], containers: tuple[str, ...], depth: int
    ) -> Placement:
        """Place a list; `Harris, TX` and `Usulután, El Salvador` end in a qualifier."""
        placements: list[Placement] = []
        pending: dict[str, Placement] = {}  # names that a qualifier may still follow
        for part in parts:
            qualifier = self._qualifier(part, pending, containers)
            if qualifier is None:
                pending[part] = self._place(part, containers, depth)
            else:
                placements += (self._place(name, (qualifier,), depth) for name in pending)
                pending = {}
        return _join([*placements, *pending.values()])

    def _place_qualified(
        self, name: str, match: re.Match[str], containers: tuple[str, ...], depth: int
    ) -> Placement:
        """Place a name with words in parentheses: its container, its parts, or a remark."""
        outer, inner = match["outer"], match["inner"]
        outside = self._place(outer, containers, depth)
        if qualifier := self._qualifier(inner, {outer: outside}, containers):
            return self._place(outer, (qualifier,), depth)
        around = outside.codes if len(outside.codes) == 1 else containers
        inside = self._place(inner, around, depth)
        if inside.codes and not (outside.codes and inside.unknown):
            return Placement(inside.codes, containers, inside.unknown)
        if any(self._is_major(code) for code in outside.codes):
            # Alaska (125 miles W of Adak) is not all of Alaska.
            return Placement((), outside.codes, (name,))
        return outside

    def _qualifier(
        self, part: str, placed: Mapping[str, Placement], containers: tuple[str, ...]
    ) -> str | None:
        """Return the region that qualifies the names before it, None if `part` is an area.

        It is one if a name before it lies in it, or has no place without it.
        """
        candidates = self._major_regions(part.strip(" \t."), containers) if placed else []
        inside = (
            region
            for region in candidates
            if any(self._find(name, (region.code,)) for name in placed)
        )
        has_unknown = not all(placement.codes for placement in placed.values())
        region = next(inside, candidates[0] if candidates and has_unknown else None)
        return region.code if region else None

    def _major_regions(self, name: str, containers: tuple[str, ...]) -> list[Region]:
        """Return the countries and first-level regions of that name, or that state of the USA."""
        state = self._gazetteer.get(f"US-{name}") if _STATE.fullmatch(name) else None
        regions = [state] if state and self._is_related(state, containers) else []
        namesakes = (self._gazetteer.resolve(name), *self._gazetteer.find(name))
        regions += [
            region
            for region in namesakes
            if region and self._is_major(region.code) and self._is_related(region, containers)
        ]
        return regions

    def _find(self, name: str, containers: tuple[str, ...]) -> Region | None:
        """Return the likeliest region of that name inside one of the containers, if there are any.

        A container itself is inside.
        """
        likeliest = self._gazetteer.resolve(name)
        if likeliest is None or not containers or self._is_inside(likeliest, containers):
            return likeliest
        namesakes = self._gazetteer.find(name)
        return next((item for item in namesakes if self._is_inside(item, containers)), None)

    def _is_major(self, code: str) -> bool:
        return self._gazetteer.region(code).kind in _MAJOR_KINDS

    def _is_inside(self, region: Region, containers: Sequence[str]) -> bool:
        return not {region.code, *self._gazetteer.ancestors(region.code)}.isdisjoint(containers)

    def _is_related(self, region: Region, containers: Sequence[str]) -> bool:
        """Return True if the region lies in a container or around one."""
        around = {code for item in containers for code in self._gazetteer.ancestors(item)}
        return not containers or region.code in around or self._is_inside(region, containers)


def _join(placements: Iterable[Placement]) -> Placement:
    parts = list(placements)
    return Placement(
        _unique(part.codes for part in parts),
        _unique(part.containers for part in parts if part.unknown),
        _unique(part.unknown for part in parts),
    )


def _unique(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(chain.from_iterable(groups)))
