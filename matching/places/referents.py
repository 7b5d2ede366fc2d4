"""Toponym resolution: ranks the referents of an accepted name by the other places in the text."""

import re
from collections.abc import Iterable, Sequence

from matching.places.candidate import Candidate
from matching.places.context.mention_context import MentionContext
from matching.places.region_table import RegionTable
from matching.steps import Steps, split_steps

UNIT_KINDS = frozenset(("oblast", "region", "raion", "county", "district", "hromada"))
SETTLEMENT_KINDS = frozenset(("city", "town", "village"))
MAX_PLACES = 100  # places of a text that influence others; bounds the time
MAX_REFERENTS = 4  # referents of a name that are examined

_LARGE_CITY = 30_000  # inhabitants; a unit listed after a larger city does not qualify it
_QUALIFIER_GAP = re.compile(r"\s*[,(]?\s*")


class ReferentRanker:
    """Puts the likeliest referent of each name first."""

    def __init__(self, context: MentionContext, table: RegionTable) -> None:
        """Rank with the context of one text."""
        self._context = context
        self._table = table

    def rank(self, candidates: Sequence[Candidate]) -> Steps[None]:
        """Put first the referent in a unit right after the name, or one that contains others."""
        firsts = dict.fromkeys(candidate.referents[0] for candidate in candidates)
        mentioned = list(firsts)[:MAX_PLACES]
        candidates_by_position = {c.first: c for c in candidates if c.size}
        for group in split_steps(candidates):
            for candidate in group:
                if len(candidate.referents) > 1 and not candidate.is_certain:
                    following = candidates_by_position.get(candidate.last + 1)
                    self._rank_referents(candidate, following, mentioned)
            yield

    def _rank_referents(
        self, candidate: Candidate, following: Candidate | None, mentioned: Sequence[int]
    ) -> None:
        referent = self._referent_in_following_unit(candidate, following)
        referent = referent or self._district_of_city(candidate, mentioned)
        referent = referent or self._referent_containing(candidate, mentioned)
        if referent is None:
            referent = self._home_referent_in_unit(candidate, mentioned)
        if referent is not None:
            candidate.prefer(referent)

    def _referent_in_following_unit(
        self, candidate: Candidate, following: Candidate | None
    ) -> int | None:
        """Return the referent in the unit right after the name: Миколаїв Львівської області."""
        region = self._table.region
        if following is None or region(following.referents[0]).kind not in UNIT_KINDS:
            return None
        best, gap = region(candidate.referents[0]), self._context.gap_after(candidate)
        is_large = best.kind not in SETTLEMENT_KINDS or best.population >= _LARGE_CITY
        if not _QUALIFIER_GAP.fullmatch(gap) or (is_large and "," in gap):
            return None
        return next(iter(referents_inside(candidate, following.referents[:1], self._table)), None)

    def _district_of_city(self, candidate: Candidate, mentioned: Sequence[int]) -> int | None:
        """Return the district of a mentioned city: Київ, Подільський район.

        None if the text names the oblast of a raion with this name.
        """
        region = self._table.region
        best = region(candidate.referents[0])
        oblast = self._table.number(best.parent) if best.parent else None
        if best.kind != "raion" or oblast in mentioned:
            return None
        districts = (n for n in candidate.referents if region(n).kind == "district")
        cities = {region(number).code for number in mentioned if region(number).kind == "city"}
        return next((number for number in districts if region(number).parent in cities), None)

    def _home_referent_in_unit(self, candidate: Candidate, mentioned: Sequence[int]) -> int | None:
        """Return the place at home in a mentioned oblast, if the likeliest one is elsewhere.

        That one is abroad, or the name is not its own today: Станіслав на Херсонщині.
        """
        region = self._table.region
        best = region(candidate.referents[0])
        name = " ".join(candidate.spelling.words) if candidate.spelling else ""
        if best.kind not in SETTLEMENT_KINDS:
            return None
        if best.is_home and name in {n.lower() for n in best.names.values()}:
            return None
        for number in candidate.referents[1:MAX_REFERENTS]:
            if region(number).is_home and region(number).kind in SETTLEMENT_KINDS:
                for unit in mentioned:
                    if region(unit).kind in UNIT_KINDS and number in self._table.subtree(unit):
                        return (
                            None if candidate.referents[0] in self._table.subtree(unit) else number
                        )
        return None

    def _referent_containing(self, candidate: Candidate, mentioned: Sequence[int]) -> int | None:
        """Return the referent that contains other places of the text."""
        for number in candidate.referents[:MAX_REFERENTS]:
            subtree = self._table.subtree(number)
            if len(subtree) > 1 and any(m in subtree and m != number for m in mentioned):
                return number
        return None


def referents_inside(candidate: Candidate, units: Iterable[int], table: RegionTable) -> list[int]:
    """Return the referents inside the first of these units that contains any."""
    for unit in units:
        subtree = table.subtree(unit)
        referents = [n for n in candidate.referents if n in subtree and n != unit]
        if referents:
            return referents
    return []
