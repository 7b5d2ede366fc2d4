"""Whom an alert rings while others that belong with it are on: pure.

Alerts nest: an oblast's is on in each of its raions, and who watches an oblast hears of each. One
ring is enough for those who were rung by another one of the same hazard that is still on:

- by one for what lies around;
- by one for a part of it, where that part is all they watch of it, or where they watch all of it;
- by one for a neighbour, where they watch all of the smallest region that holds both.

Who watches two raions is rung for each.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pyroaring import BitMap

from alerts.extraction import but, whole
from alerts.lifecycle import is_graver
from matching.index.index import Index, Matches
from matching.places.gazetteer import Gazetteer
from matching.reader import Reading
from storage.inbound.incidents import Incident


@dataclass
class Entry:
    """An incident and its crowd, as they are in memory."""

    incident: Incident
    owed: BitMap = field(default_factory=BitMap)  # as in Crowd
    linked: BitMap = field(default_factory=BitMap)  # as in Crowd
    silent: BitMap = field(default_factory=BitMap)  # as in Crowd
    is_stored: bool = True  # as it is
    has_grown: bool = False  # its crowd is larger than the one stored
    first: int | None = None  # place of its first bulletin among those that are not stored yet
    last: int | None = None  # the same of the last bulletin that changed or ended it

    @property
    def is_known(self) -> bool:
        """Whether somebody can tell that it is on."""
        return self.incident.unknown_since is None

    def owe(self, rung: "Rung") -> None:
        """They are told of it."""
        self.owed = self.owed | rung.told
        self.linked = self.linked | rung.linked
        self.silent = self.silent | rung.silent
        self.has_grown = True


@dataclass(frozen=True)
class Rung:
    """Whom an alert concerns who had not been told of it."""

    loud: BitMap  # are rung
    linked: BitMap  # for them it belongs with another alert: most of them are not rung
    told: BitMap  # all of them
    silent: BitMap  # those of them who get it without a sound


class Nest:
    """How regions lie in each other."""

    def __init__(self, gazetteer: Gazetteer, index: Index) -> None:
        self._gazetteer = gazetteer
        self._index = index

    def rung(
        self,
        entry: Entry,
        reading: Reading,
        matches: Matches,
        others: Iterable[Entry],
        unwilling: BitMap,
    ) -> Rung:
        """Whom to ring, and whom not, of those whom a reading of its one region concerns.

        `unwilling` are not rung again by a graver alert where a lesser one has rung them.
        """
        told = (matches.ring | matches.silent) - entry.owed
        near = [other for other in others if self._belongs(entry, other)]
        linked, quiet = BitMap(), BitMap()
        for other in near:
            if common := told & other.owed:
                link = common & self._one(entry.incident.region, other, near, reading)
                linked |= link
                enough = other.is_known and not is_graver(entry.incident, other.incident)
                quiet |= link if enough else link & unwilling
        return Rung(told - quiet, linked, told, matches.silent & told)

    def carried(self, entry: Entry, others: Iterable[Entry]) -> list[tuple[Entry, BitMap]]:
        """The other alerts by which one that is over goes on, each with those for whom it does."""
        carried = []
        for other in others:
            if other is entry or other.incident.hazard != entry.incident.hazard:
                continue
            one, two = entry.incident.region, other.incident.region
            common = entry.owed & other.owed if self._both(one, two) else BitMap()
            if common and not (self.holds(one, two) or self.holds(two, one)):
                common &= entry.linked | other.linked
            if common:
                carried.append((other, common))
        return carried

    def knowing(self, entry: Entry, others: Iterable[Entry]) -> BitMap:
        """Those who know as much, or worse, from another alert that belongs with it."""
        known = [
            who
            for other, who in self.carried(entry, others)
            if other.is_known and not is_graver(entry.incident, other.incident)
        ]
        return BitMap().union(*known)

    def top(self, code: str) -> str:
        """The largest region around it that is no country, or it itself."""
        return [code, *(c for c in self._chain(code) if not self._is_country(c))][-1]

    def around(self, codes: Sequence[str]) -> str:
        """The smallest region that holds all of them; the first where there is none."""
        first, *others = map(self._chain, codes)
        return next((code for code in first if all(code in each for each in others)), codes[0])

    def _belongs(self, entry: Entry, other: Entry) -> bool:
        return (
            other is not entry
            and other.incident.hazard == entry.incident.hazard
            and bool(other.owed)
            and self._both(entry.incident.region, other.incident.region) is not None
        )

    def _one(self, code: str, other: Entry, near: Iterable[Entry], reading: Reading) -> BitMap:
        """Those for whom an alert in the region `code` and `other` are one and the same."""
        both = self._both(code, other.incident.region)
        if both is None or both == other.incident.region:
            return other.owed
        watching = self._index.match(whole(reading, both, self._gazetteer.ancestors(both)))
        all_of_it = watching.ring | watching.silent
        if both != code:
            return all_of_it
        regions = [each.incident.region for each in near]
        parts = [region for region in regions if self.holds(code, region)]
        rest = self._index.match(but(reading, code, map(self._gazetteer.inside, parts)))
        return all_of_it | (other.owed - (rest.ring | rest.silent))

    def _both(self, one: str, other: str) -> str | None:
        """The smallest region that holds both; None where that is a country or nothing."""
        around = self._chain(other)
        both = next((code for code in self._chain(one) if code in around), None)
        return (
            None if both is None or (self._is_country(both) and both not in (one, other)) else both
        )

    def _chain(self, code: str) -> list[str]:
        return [c for c in (code, *self._gazetteer.ancestors(code)) if not c.startswith("group:")]

    def holds(self, code: str, inner: str) -> bool:
        """Whether a region is that one or lies in it."""
        return code in self._chain(inner)

    def _is_country(self, code: str) -> bool:
        region = self._gazetteer.get(code)
        return region is not None and region.kind == "country"
