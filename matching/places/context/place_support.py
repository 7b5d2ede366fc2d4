"""Place support: accepted places of a text that show that another name is a place too."""

from collections.abc import Iterator, Sequence

from matching.places.candidate import Candidate
from matching.places.context.mention_context import MentionContext
from matching.places.context.namesakes import region_distance_km
from matching.places.referents import MAX_PLACES, MAX_REFERENTS, referents_inside
from matching.places.region import Region
from matching.places.region_table import RegionTable

_SUBURB_KM = 40.0  # a village so near to a city needs no other cue


class PlaceSupport:
    """Relations of the candidates of one text to those that are accepted so far."""

    def __init__(
        self, candidates: Sequence[Candidate], context: MentionContext, table: RegionTable
    ) -> None:
        """Compare with all candidates of a text."""
        self._candidates = candidates
        self._context = context
        self._table = table

    def is_in_list(self, position: int, candidate: Candidate) -> bool:
        """Return whether the candidate is in a list with an accepted place."""
        return any(self._accepted_in_list(position, candidate))

    def _accepted_in_list(self, position: int, candidate: Candidate) -> Iterator[Candidate]:
        """Yield the accepted places beside the candidate in its list."""
        for other in (
            *self._candidates[max(0, position - 1) : position],
            *self._candidates[position + 1 : position + 2],
        ):
            if (
                other.is_accepted
                and not other.is_elliptic
                and self._context.is_coordinated(*sorted((candidate, other), key=lambda c: c.first))
            ):
                yield other

    def is_in_list_of_country(self, position: int, candidate: Candidate) -> bool:
        """Return whether a city is in a list with a place of its country: Termoli e Vasto."""
        if self._kind(candidate) != "city" or self._context.has_positional_capital(candidate):
            return False
        country = self.country(candidate)
        neighbours = self._accepted_in_list(position, candidate)
        return any(self.country(other) == country for other in neighbours)

    def is_near_city(self, candidate: Candidate) -> bool:
        """Choose the village near an accepted city at home: Под Харьковом - Липцы."""
        if self._context.has_positional_capital(candidate):
            return False
        for number in candidate.referents[:MAX_REFERENTS]:
            village = self._table.region(number)
            if village.latitude is None or not village.is_home:
                continue
            for other in self._candidates[:MAX_PLACES]:
                city = self._best_referent(other)
                if other.is_accepted and city.kind == "city" and city.is_home:
                    kilometres = region_distance_km(village, city)
                    if kilometres is not None and kilometres < _SUBURB_KM:
                        candidate.referents = tuple(dict.fromkeys((number, *candidate.referents)))
                        return True
        return False

    def is_in_unit(self, candidate: Candidate, units: list[int]) -> bool:
        """Return whether the candidate lies in an accepted unit that is not named after it."""
        best = self._best_referent(candidate)
        return any(
            candidate.referents[0] in self._table.subtree(unit)
            and self._table.region(unit).names["en"][:3] != best.names["en"][:3]
            for unit in units
        )

    def is_in_city(self, candidate: Candidate) -> bool:
        """Return whether a city of several with a district of this name is accepted."""
        cities = (
            other.referents[0] for other in self._candidates[:MAX_PLACES] if other.is_accepted
        )
        referents = referents_inside(candidate, cities, self._table)
        candidate.referents = tuple(dict.fromkeys((*referents, *candidate.referents)))
        return bool(referents)

    def is_in_country(self, candidate: Candidate) -> bool:
        """Return whether the candidate is a city abroad whose country is accepted."""
        best = self._best_referent(candidate)
        if best.kind != "city" or best.is_home:
            return False
        number = candidate.referents[0]
        return any(
            number in self._table.subtree(other.referents[0])
            for other in self._candidates[:MAX_PLACES]
            if other.is_accepted and self._is_country(other)
        )

    def contains_city(self, candidate: Candidate) -> bool:
        """Return whether a city of this country is accepted: Turkey hosts it in Istanbul."""
        if not self._is_country(candidate):
            return False
        subtree = self._table.subtree(candidate.referents[0])
        return any(
            other.referents[0] in subtree and self._kind(other) == "city"
            for other in self._candidates[:MAX_PLACES]
            if other.is_accepted
        )

    def country(self, candidate: Candidate) -> str | None:
        """Return the code of the country that contains the best referent."""
        region = self._best_referent(candidate)
        while region.parent and (number := self._table.number(region.parent)) is not None:
            region = self._table.region(number)
        return region.code

    def _is_country(self, candidate: Candidate) -> bool:
        return self._kind(candidate) == "country"

    def _best_referent(self, candidate: Candidate) -> Region:
        return self._table.region(candidate.referents[0])

    def _kind(self, candidate: Candidate) -> str:
        return self._best_referent(candidate).kind
