"""Which of those who bear a name is meant, once the name is known to be a place's."""

import re
from collections.abc import Iterable, Sequence

from matching.places.candidates import Candidate
from matching.places.mention_context import Surroundings
from matching.places.region_table import Table

UNITS = frozenset(("oblast", "region", "raion", "hromada"))
SETTLEMENTS = frozenset(("city", "town", "village"))
MOST = 100  # places of a text that decide of others
BEARERS = 4  # of a name that are looked at

_LARGE = 30_000  # inhabitants of a city that a unit listed after it does not move elsewhere
_QUALIFIES = re.compile(r"\s*[,(]?\s*")


class Chooser:
    """Puts first, among the bearers of each name, the one that is meant."""

    def __init__(self, around: Surroundings, table: Table) -> None:
        self._around = around
        self._table = table

    def choose(self, accepted: Sequence[Candidate]) -> None:
        """The bearer a unit right after the name holds, or the one that holds other places."""
        said = list(dict.fromkeys(candidate.numbers[0] for candidate in accepted))[:MOST]
        following = {candidate.first: candidate for candidate in accepted if candidate.size}
        for candidate in accepted:
            if len(candidate.numbers) > 1 and not candidate.sure:
                chosen = self._qualified(candidate, following.get(candidate.last + 1))
                chosen = chosen or self._holding(candidate, said)
                if chosen is not None:
                    candidate.numbers = tuple(dict.fromkeys((chosen, *candidate.numbers)))

    def _qualified(self, candidate: Candidate, following: Candidate | None) -> int | None:
        """The bearer in the unit named right after it: Миколаїв Львівської області."""
        region = self._table.region
        if following is None or region(following.numbers[0]).kind not in UNITS:
            return None
        best, gap = region(candidate.numbers[0]), self._around.gap_after(candidate)
        large = best.kind not in SETTLEMENTS or best.population >= _LARGE
        if not _QUALIFIES.fullmatch(gap) or (large and "," in gap):
            return None
        return next(iter(inside(candidate, following.numbers[:1], self._table)), None)

    def _holding(self, candidate: Candidate, said: Sequence[int]) -> int | None:
        """The bearer that other places of the text lie in."""
        for number in candidate.numbers[:BEARERS]:
            within = self._table.inside(number)
            if len(within) > 1 and any(o in within and o != number for o in said):
                return number
        return None


def inside(candidate: Candidate, units: Iterable[int], table: Table) -> list[int]:
    """The bearers of a name that lie in the first of these units that holds any."""
    for unit in units:
        held = [n for n in candidate.numbers if n in table.inside(unit) and n != unit]
        if held:
            return held
    return []
