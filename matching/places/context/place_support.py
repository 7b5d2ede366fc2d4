"""Place support: accepted places of a text that show that another name is a place too."""

from collections.abc import Iterator, Sequence

from matching.places.candidate import Candidate
from matching.places.context.mention_context import MentionContext
from matching.places.referents import MAX_PLACES, MAX_REFERENTS, UNIT_KINDS, referents_inside
from matching.places.region import Region
from matching.places.region_table import RegionTable

_SUBURB_KM = 40.0  # a village so near to a city needs no other cue
_SUBURB_LATITUDES, _SUBURB_LONGITUDES = 0.4, 0.7  # degrees, at home; what is beyond is not near


class PlaceSupport:
    """Relations of the candidates of one text to those that are accepted so far."""

    def __init__(
        self, candidates: Sequence[Candidate], context: MentionContext, table: RegionTable
    ) -> None:
        """Compare with all candidates of a text. Nothing is accepted until `update`."""
        self._candidates = candidates
        self._context = context
        self._table = table
        self.units: list[int] = []  # smallest first
        self._places: list[int] = []
        self._cities: list[int] = []
        self._countries: list[range] = []  # as subtrees
        self._home_cities: list[Region] = []

    def update(self) -> None:
        """Take over what is accepted by now."""
        region, subtree = self._table.region, self._table.subtree
        accepted = [c.referents[0] for c in self._candidates if c.is_accepted]
        units = {number for number in accepted if region(number).kind in UNIT_KINDS}
        self.units = sorted(units, key=lambda number: len(subtree(number)))[:MAX_PLACES]
        nearby = self._candidates[:MAX_PLACES]
        self._places = [*dict.fromkeys(c.referents[0] for c in nearby if c.is_accepted)]
        self._cities = [number for number in self._places if region(number).kind == "city"]
        self._countries = [subtree(n) for n in self._places if region(n).kind == "country"]
        self._home_cities = [city for city in map(region, self._cities) if city.is_home]

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
        if self._best_referent(candidate).kind != "city" or self._context.has_positional_capital(
            candidate
        ):
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
            if village.is_home and any(_is_suburb(village, city) for city in self._home_cities):
                candidate.prefer(number)
                return True
        return False

    def is_in_unit(self, candidate: Candidate) -> bool:
        """Return whether the candidate lies in an accepted unit that is not named after it."""
        best = self._best_referent(candidate)
        return any(
            candidate.referents[0] in self._table.subtree(unit)
            and self._table.region(unit).names["en"][:3] != best.names["en"][:3]
            for unit in self.units
        )

    def is_in_city(self, candidate: Candidate) -> bool:
        """Return whether a city of several with a district of this name is accepted."""
        referents = referents_inside(candidate, self._places, self._table)
        candidate.prefer(*referents)
        return bool(referents)

    def is_in_country(self, candidate: Candidate) -> bool:
        """Return whether the candidate is a city abroad whose country is accepted."""
        best = self._best_referent(candidate)
        if best.kind != "city" or best.is_home:
            return False
        number = candidate.referents[0]
        return any(number in subtree for subtree in self._countries)

    def contains_city(self, candidate: Candidate) -> bool:
        """Return whether a city of this country is accepted: Turkey hosts it in Istanbul."""
        if self._best_referent(candidate).kind != "country":
            return False
        subtree = self._table.subtree(candidate.referents[0])
        return any(number in subtree for number in self._cities)

    def country(self, candidate: Candidate) -> str | None:
        """Return the code of the country that contains the best referent."""
        region = self._best_referent(candidate)
        while region.parent and (number := self._table.number(region.parent)) is not None:
            region = self._table.region(number)
        return region.code

    def _best_referent(self, candidate: Candidate) -> Region:
        return self._table.region(candidate.referents[0])


def _is_suburb(village: Region, city: Region) -> bool:
    if village.latitude is None or city.latitude is None:
        return False
    if village.longitude is None or city.longitude is None:
        return False
    if (
        abs(village.latitude - city.latitude) > _SUBURB_LATITUDES
        or abs(village.longitude - city.longitude) > _SUBURB_LONGITUDES
    ):
        return False
    kilometres = village.distance_km(city)
    return kilometres is not None and kilometres < _SUBURB_KM
