"""Personal places: the saved places and the shared location that a query can name."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from matching.morphology.inflection import inflect
from matching.query.ast import HERE, SAVED, NearTerm, Query, replace, terms
from matching.query.measures import MAX_RADIUS_KM, MIN_RADIUS_KM
from matching.text.tokenizer import split_words

_DECIMALS = 2  # of a degree: a kilometre. Nobody's position is stored more exactly


class SavedPlace(NamedTuple):
    """Place that a person has saved under a name."""

    id: int
    latitude: float  # degrees
    longitude: float  # degrees
    radius_km: int

    def to_circle(self) -> NearTerm:
        """Return the circle around the place with its own radius."""
        radius = min(max(self.radius_km, MIN_RADIUS_KM), MAX_RADIUS_KM)
        return _circle(self.latitude, self.longitude, radius, f"{SAVED}{self.id}")


@dataclass(frozen=True, slots=True)
class PersonalPlaces:
    """Places of the person who types a query."""

    saved: Mapping[str, SavedPlace] = field(default_factory=dict)  # by name
    here: tuple[float, float] | None = None  # shared location, degrees; None: none was shared
    # Places of an export by the reference in its queries, which may mean another one here.
    imported: Mapping[str, SavedPlace] = field(default_factory=dict)

    def find_saved(self, words: Sequence[str]) -> NearTerm | None:
        """Return the saved place with a name of these words, in any form if it is one word."""
        named = {split_words(name): place for name, place in self.saved.items()}
        place = named.get(tuple(words))
        if place is None and len(words) == 1:
            singles = {name[0]: place for name, place in named.items() if len(name) == 1}
            place = next((singles[name] for name in singles if words[0] in inflect(name)), None)
        return place.to_circle() if place else None

    def max_name_length(self) -> int:
        """Return the most words of a saved name."""
        return max((len(split_words(name)) for name in self.saved), default=0)

    def circle_here(self, radius_km: int) -> NearTerm | None:
        """Return the circle around the shared location, None without one."""
        return _circle(*self.here, radius_km, HERE) if self.here else None

    def find_reference(self, reference: str) -> str | None:
        """Return the present reference of a saved place in a canonical query, None if unknown."""
        if reference in self.imported:
            return f"{SAVED}{self.imported[reference].id}"
        return reference if reference in self.references() else None

    def references(self) -> Iterator[str]:
        """Yield the references of the saved places."""
        return (f"{SAVED}{place.id}" for place in self.saved.values())


NO_PERSONAL_PLACES = PersonalPlaces()


def refers_to(query: Query, place_id: int) -> bool:
    """Return whether a query has a circle around a saved place."""
    reference = f"{SAVED}{place_id}"
    return any(isinstance(term, NearTerm) and term.reference == reference for term in terms(query))


def move_saved(query: Query, place: SavedPlace, moved: SavedPlace) -> Query:
    """Return a query whose circles around a saved place are where, and what, it is now.

    A circle with the place's own radius gets its new one; a radius that was typed stays.
    """
    former, current = place.to_circle(), moved.to_circle()
    for term in dict.fromkeys(terms(query)):
        if isinstance(term, NearTerm) and term.reference == former.reference:
            radius = current.radius_km if term.radius_km == former.radius_km else term.radius_km
            circle = NearTerm(current.latitude, current.longitude, radius, current.reference)
            query = replace(query, term, circle)
    return query


def _circle(latitude: float, longitude: float, radius_km: int, reference: str) -> NearTerm:
    return NearTerm(
        round(float(latitude), _DECIMALS), round(float(longitude), _DECIMALS), radius_km, reference
    )
