"""Namesakes: resolves a name by a place beside it: Ялта під Маріуполем, New York and Toretsk."""

from collections.abc import Sequence

from matching.places.candidate import Candidate
from matching.places.context.mention_context import MentionContext
from matching.places.lexicon import Lexicon
from matching.places.referents import MAX_REFERENTS, SETTLEMENT_KINDS, UNIT_KINDS
from matching.places.region import Region
from matching.places.region_table import RegionTable
from matching.steps import Steps, split_steps

_NEAR_KM = 60.0  # two places of which one is said to lie near the other
_FAR_KM = 150.0  # a place farther away is not the one that is said to lie there
_MAX_REACH = 4  # words from a name to the one that it is said to lie near or in
_TOWN = 20_000  # inhabitants; no settlement of more is called a village


class NamesakeResolver:
    """Resolves or rejects settlements of one text by the name right after or beside theirs."""

    def __init__(self, context: MentionContext, table: RegionTable, lexicon: Lexicon) -> None:
        """Resolve with the context of one text."""
        self._context = context
        self._table = table
        self._lexicon = lexicon

    def resolve(self, candidates: Sequence[Candidate]) -> Steps[None]:
        """Move the referents that the text means to the front; reject names that mean none."""
        heading: Candidate | None = None
        for group in split_steps(range(len(candidates))):
            for position in group:
                candidate = candidates[position]
                if self._region(candidate).kind == "region":
                    heading = self._resolve_below_heading(candidate, heading)
                if not (candidate.is_certain or candidate.is_rejected) and candidate.spelling:
                    preceding = candidates[max(0, position - 1) : position]
                    following = candidates[position + 1 : position + 2]
                    self._resolve(candidate, preceding, following)
            yield

    def _resolve(
        self, candidate: Candidate, preceding: Sequence[Candidate], following: Sequence[Candidate]
    ) -> None:
        if self._region(candidate).kind not in SETTLEMENT_KINDS:
            return
        self._add_home_namesake(candidate)
        is_village = self._context.has_village_noun(candidate)
        for other in following:
            if not 1 < other.first - candidate.last <= _MAX_REACH:
                continue
            if self._resolve_near(candidate, other, is_village=is_village):
                return
            if self._resolve_inside(candidate, other):
                return
        if is_village:
            self._resolve_village(candidate)
        elif len(candidate.referents) > 1 and not self._region(candidate).is_home:
            for other in (*preceding, *following):
                self._resolve_listed(candidate, other)

    def _resolve_near(self, candidate: Candidate, other: Candidate, *, is_village: bool) -> bool:
        """Choose the referent near a place: Ялта під Маріуполем; reject the name if none is."""
        if not self._context.is_near(candidate, other, is_village=is_village):
            return False
        centre = self._region(other)
        if centre.kind not in SETTLEMENT_KINDS or centre.latitude is None:
            return False
        distances = {
            number: distance
            for number in candidate.referents
            if (distance := self._table.region(number).distance_km(centre)) is not None
        }
        near = [number for number, distance in distances.items() if distance < _NEAR_KM]
        if near:
            self._choose(candidate, min(near, key=distances.__getitem__))
        elif distances.get(candidate.referents[0], 0.0) > _FAR_KM:
            candidate.is_rejected = True
        return bool(near) or candidate.is_rejected

    def _resolve_inside(self, candidate: Candidate, other: Candidate) -> bool:
        """Choose the referent in a region that follows: Миколаїв на Львівщині."""
        if self._region(other).kind not in UNIT_KINDS or not self._context.is_inside(
            candidate, other
        ):
            return False
        subtree = self._table.subtree(other.referents[0])
        if candidate.referents[0] in subtree:
            return False
        inside = [number for number in candidate.referents if number in subtree]
        if inside:
            self._choose(candidate, inside[0])
        return bool(inside)

    def _resolve_village(self, candidate: Candidate) -> None:
        """Choose a village, never the city of its name: село Севастополь."""
        if self._region(candidate).population < _TOWN:
            return
        villages = [n for n in candidate.referents if self._table.region(n).kind != "city"]
        candidate.referents = tuple(villages) or candidate.referents
        candidate.is_rejected = not villages

    def _resolve_listed(self, candidate: Candidate, other: Candidate) -> None:
        """Choose the referent in the raion of a place in the same list: New York and Toretsk."""
        region = self._region(other)
        if not region.is_home or region.kind not in SETTLEMENT_KINDS or not region.parent:
            return
        if not self._context.is_coordinated(*sorted((candidate, other), key=lambda c: c.first)):
            return
        name = " ".join(candidate.words)
        for number in candidate.referents[1:MAX_REFERENTS]:
            home = self._table.region(number)
            if home.is_home and home.kind == "city" and name in map(str.lower, home.names.values()):
                self._choose(candidate, number)  # Ніжин, Бар, not Bari
                return
            distance = self._table.region(number).distance_km(region)
            if distance is not None and distance < _NEAR_KM:
                self._choose(candidate, number)
                return

    def _resolve_below_heading(
        self, candidate: Candidate, heading: Candidate | None
    ) -> Candidate | None:
        """Reject a state in the list of another one's towns: Illinois: Genoa, Oregon, Sycamore.

        Return the state before the list that the next names may stand in.
        """
        if self._context.gap_after(candidate).startswith(":"):
            return candidate
        if heading is None or not self._context.is_same_sentence(heading, candidate):
            return None
        candidate.is_rejected = self._region(candidate).parent == self._region(heading).parent
        return heading

    def _add_home_namesake(self, candidate: Candidate) -> None:
        """Add the place at home that only its own language spells like a city abroad."""
        words = candidate.spelling.words if candidate.spelling else ()
        code = self._lexicon.home_namesakes.get(words)
        number = self._table.number(code) if code else None
        if number is not None and number not in candidate.referents:
            candidate.referents = (*candidate.referents[:1], number, *candidate.referents[1:])

    def _choose(self, candidate: Candidate, number: int) -> None:
        candidate.prefer(number)
        candidate.is_certain = True

    def _region(self, candidate: Candidate) -> Region:
        return self._table.region(candidate.referents[0])
