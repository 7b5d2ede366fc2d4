"""Area resolver: places the areas that a source names, such as `areaDesc` of a CAP warning.

Areas come as codes, names and lists of names, and as references: a geocode (`ugc:TXC201`), a shape
(`polygon:...`, `circle:...`), or `in:PL`, which says that the areas lie somewhere in Poland. Names
are looked up inside what the geocodes or `in:` name only, because a namesake elsewhere is a wrong
place. Shapes decide where names and geocodes give nothing smaller than a first-level region.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from matching.places.area_words import read_unit, strip_direction
from matching.places.gazetteer import Gazetteer
from matching.places.geocodes import GeocodePlace, Geocodes
from matching.places.region import Region
from matching.places.shapes import is_shape_reference
from matching.places.spatial_index import spatial_index

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
_COUNTY_NOUNS = ("County", "Parish", "Borough", "Municipio", "city", "Census Area")
_STATE = re.compile(r"[A-Z]{2}")
_MAJOR_KINDS = frozenset(("country", "region", "oblast"))
_UNIT_KINDS = frozenset(("region", "oblast", "county"))
_US = "US"


@dataclass(frozen=True)
class Placement:
    """Places of a source's areas."""

    codes: tuple[str, ...] = ()  # regions that are the areas
    containers: tuple[str, ...] = ()  # regions that contain the unknown areas, or any area at all
    unknown: tuple[str, ...] = ()  # areas that match no known region


def somewhere_in(region: str) -> str:
    """Return the reference for areas that lie somewhere in a region, given by code or name."""
    return _SOMEWHERE_IN + region


def area_names(references: Iterable[str]) -> tuple[str, ...]:
    """Return the references that name areas."""
    is_geocode = Geocodes.load().is_reference
    return tuple(
        item
        for item in references
        if not (item.startswith(_SOMEWHERE_IN) or is_geocode(item) or is_shape_reference(item))
    )


class AreaResolver:
    """Resolver of areas by a gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._geocodes = Geocodes.load()

    def resolve(self, references: Sequence[str]) -> Placement:
        """Return the places of all areas, each once, in order."""
        geocodes = tuple(map(self._geocode, filter(self._geocodes.is_reference, references)))
        containers = _unique([place.container] for place in geocodes if place.container)
        containers = self._innermost(containers) or self._hints(references)
        exact = self._with_cities(_unique([place.region] for place in geocodes if place.region))
        names = area_names(references)
        if any(not self._gazetteer.is_first_level(code) for code in exact):
            return Placement(exact, containers)  # counties by number; their names are ambiguous
        placement = _join(self._place(name, containers) for name in names)
        codes = self._join_exact(placement.codes, exact)
        if all(map(self._gazetteer.is_first_level, codes)):
            codes = self._find_in_shapes(references, codes, containers) or codes
        return Placement(
            self._with_cities(codes),
            placement.containers or (() if names and codes else containers),
            () if exact else placement.unknown,
        )

    def _geocode(self, reference: str) -> GeocodePlace:
        return self._geocodes.place(reference, lambda code: self._gazetteer.get(code) is not None)

    def _with_cities(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Return the regions, and the cities that consist of several of them: Brooklyn's county."""
        cities = filter(None, map(self._geocodes.city_around, codes))
        return tuple(dict.fromkeys((*codes, *cities)))

    def _hints(self, references: Sequence[str]) -> tuple[str, ...]:
        hints = (item for item in references if item.startswith(_SOMEWHERE_IN))
        regions = (self._gazetteer.resolve(hint.removeprefix(_SOMEWHERE_IN)) for hint in hints)
        return tuple(dict.fromkeys(region.code for region in regions if region))

    def _innermost(self, codes: Sequence[str]) -> tuple[str, ...]:
        """Return the regions that contain none of the others."""
        outer = {ancestor for code in codes for ancestor in self._gazetteer.ancestors(code)}
        return tuple(code for code in codes if code not in outer)

    def _join_exact(self, named: tuple[str, ...], exact: tuple[str, ...]) -> tuple[str, ...]:
        """Return the regions by name and by code; a code inside a named region is the exacter."""
        smaller = [
            code for code in named if code not in exact and not self._gazetteer.is_first_level(code)
        ]
        if any(self._is_inside(self._gazetteer.region(code), exact) for code in smaller):
            return named
        return tuple(dict.fromkeys((*named, *exact)))

    def _find_in_shapes(
        self, references: Sequence[str], codes: tuple[str, ...], containers: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return what lies in the shapes; only what is inside of the regions known, if any is."""
        index = None
        shape_codes: tuple[str, ...] = ()
        for reference in filter(is_shape_reference, references):
            index = index or spatial_index(self._gazetteer)
            shape_codes = tuple(dict.fromkeys((*shape_codes, *index.find(reference))))
        outer = codes or containers
        inside = tuple(c for c in shape_codes if self._is_inside(self._gazetteer.region(c), outer))
        return inside or (() if codes else shape_codes)

    def _place(self, area: str, containers: tuple[str, ...], depth: int = 0) -> Placement:
        """Place one area: unchanged, as a list, without its qualifier, without a city word."""
        name = area.strip(" \t.,:")
        if not name:
            return Placement()
        if region := self._find(name, containers):
            return Placement((region.code,), containers)
        unknown = Placement((), containers, (name,))
        if depth == _MAX_DEPTH:
            return unknown
        placement = self._place_composite(name, containers, depth + 1)
        if placement and (placement.codes or placement.containers != containers):
            return placement
        return self._place_directed(name, containers) or placement or unknown

    def _place_directed(self, name: str, containers: tuple[str, ...]) -> Placement | None:
        """Place a part of a region in the region: North East England."""
        outer = strip_direction(name)
        region = self._find(outer, containers) if outer else None
        if region is None or not self._has_major_kind(region.code):
            return None
        return Placement((), (region.code,), (name,))

    def _place_composite(
        self, name: str, containers: tuple[str, ...], depth: int
    ) -> Placement | None:
        """Place a list, a qualified name, or a name after the word for a city; else return None."""
        for pattern in (_LIST_MARKS, _COLON, _COMMA, _DASH, _PARENTHESES):
            if pattern.groups and (match := pattern.fullmatch(name)):
                return self._place_qualified(name, match, containers, depth)
            if not pattern.groups and len(parts := pattern.split(name, _MAX_PARTS)) > 1:
                return self._place_list(parts, containers, depth)
        unit = read_unit(name)
        if unit and unit.is_region and (region := self._find_unit(unit.name, containers)):
            return Placement((region.code,), containers)
        parts = [unit.name] if unit else _AND.split(name, _MAX_PARTS)
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
        if any(self._has_major_kind(code) for code in outside.codes):
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
            if region and self._has_major_kind(region.code) and self._is_related(region, containers)
        ]
        return regions

    def _find(self, name: str, containers: tuple[str, ...]) -> Region | None:
        """Return the likeliest region of that name inside one of the containers, if there are any.

        A container itself is inside.
        """
        likeliest = self._gazetteer.resolve(name) or self._find_by_code(name)
        if likeliest and (not containers or self._is_inside(likeliest, containers)):
            return likeliest
        namesakes = self._gazetteer.find(name) if containers else ()
        inside = (item for item in namesakes if self._is_inside(item, containers))
        return next(inside, None) or self._find_county(name, containers)

    def _find_unit(self, name: str, containers: Sequence[str]) -> Region | None:
        """Return the largest region of that name, not the city: Kanton Zürich."""
        regions = [
            region
            for region in self._gazetteer.find(name)
            if region.kind in _UNIT_KINDS
            and (not containers or self._is_inside(region, containers))
        ]
        depth = {region.code: len(self._gazetteer.ancestors(region.code)) for region in regions}
        return min(regions, key=lambda region: depth[region.code], default=None)

    def _find_by_code(self, name: str) -> Region | None:
        """Return the region of an ISO 3166-2 code that has another code here: UA-32."""
        references = self._geocodes.references("", name) if "-" in name else ()
        places = [self._geocode(reference) for reference in references]
        code = places[0].region if len(places) == 1 else None
        return self._gazetteer.get(code) if code else None

    def _find_county(self, name: str, containers: Sequence[str]) -> Region | None:
        """Return the county of a name without its noun, in states of the USA."""
        states = [code for code in containers if code.startswith(_US)]
        for noun in _COUNTY_NOUNS if states else ():
            for county in self._gazetteer.find(f"{name} {noun}"):
                if county.kind == "county" and self._is_inside(county, states):
                    return county
        return None

    def _has_major_kind(self, code: str) -> bool:
        return self._gazetteer.region(code).kind in _MAJOR_KINDS

    def _is_inside(self, region: Region, containers: Sequence[str]) -> bool:
        line = {region.code, *self._gazetteer.ancestors(region.code)}
        line |= {self._geocodes.sovereign(code) for code in line}
        return not line.isdisjoint(containers)

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
