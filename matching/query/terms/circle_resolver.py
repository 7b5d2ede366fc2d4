"""Circle resolver: a place with a distance (Kyiv +20km) as a circle on the earth."""

from collections.abc import Iterator, Sequence

from matching.places.gazetteer import Gazetteer
from matching.places.region import Region
from matching.query.ast import HERE, And, NearTerm, Or, PlaceTerm, Query
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import QueryToken
from matching.query.measure_words import load_measure_words
from matching.query.measures import MAX_RADIUS_KM, MIN_RADIUS_KM
from matching.query.personal_places import PersonalPlaces
from matching.text.tokenizer import split_words

_AREA_KINDS = frozenset(("country", "oblast", "region", "group", "raion", "county"))


class CircleResolver:
    """Resolver of distances for one person."""

    def __init__(self, gazetteer: Gazetteer, personal: PersonalPlaces) -> None:
        self._gazetteer = gazetteer
        self._personal = personal

    def circles(self, terms: Sequence[Query], radius_km: int) -> list[NearTerm]:
        """Return the circles around those of the places whose position is known."""
        return [circle for term in terms for circle in self._around(term, radius_km)]

    def around_group(self, query: Query, token: QueryToken) -> Query:
        """Return circles around all places of a group. Raises QueryError if it has other terms."""
        radius = _radius(token)
        parts = query.parts if isinstance(query, And | Or) else (query,)
        circles = self.circles(parts, radius)
        if len(circles) < len(parts):
            is_place = all(isinstance(part, PlaceTerm | NearTerm) for part in parts)
            kind = ErrorKind.PLACE_WITHOUT_POINT if is_place else ErrorKind.DISTANCE_WITHOUT_PLACE
            raise QueryError(kind, token.start, token.end)
        return type(query)(tuple(circles)) if isinstance(query, And | Or) else circles[0]

    def around_here(self, start: int, end: int, radius_km: int) -> NearTerm:
        """Return the circle around the shared location. Raises QueryError without one."""
        circle = self._personal.circle_here(radius_km)
        if circle is None:
            raise QueryError(ErrorKind.UNKNOWN_LOCATION, start, end)
        return circle

    def parse_circle(self, token: QueryToken) -> NearTerm:
        """Return the circle of near:"LATITUDE,LONGITUDE,RADIUS,REFERENCE". Raises QueryError."""
        try:
            latitude, longitude, radius, reference = token.value.split(",", 3)
            circle = NearTerm(float(latitude), float(longitude), int(radius), reference)
        except ValueError:
            raise QueryError(ErrorKind.UNKNOWN_PLACE, token.start, token.end) from None
        if not (abs(circle.latitude) <= 90 and abs(circle.longitude) <= 180):
            raise QueryError(ErrorKind.UNKNOWN_PLACE, token.start, token.end)
        if not MIN_RADIUS_KM <= circle.radius_km <= MAX_RADIUS_KM:
            raise QueryError(ErrorKind.WRONG_DISTANCE, token.start, token.end, limit=MAX_RADIUS_KM)
        if not self._gazetteer.get(reference):
            # The saved place of another chat, whose export lacks it: only its position is left.
            reference = self._personal.find_reference(reference) or HERE
        return NearTerm(circle.latitude, circle.longitude, circle.radius_km, reference)

    def _around(self, term: Query, radius_km: int) -> Iterator[NearTerm]:
        match term:
            case NearTerm(latitude, longitude, _, reference):
                yield NearTerm(latitude, longitude, radius_km, reference)
            case PlaceTerm(code):
                region = self._gazetteer.get(code)
                if region and (position := _position(region)):
                    yield NearTerm(*position, radius_km, code)


def is_here(words: Sequence[str]) -> bool:
    """Return whether words mean the shared location."""
    return tuple(words) in load_measure_words().here


def here_length(tokens: Sequence[QueryToken], position: int) -> int:
    """Return how many tokens from a position mean the shared location: my location has two."""
    for length in (2, 1):
        words = [
            word for t in tokens[position : position + length] for word in split_words(t.value)
        ]
        if len(words) == length and is_here(words):
            return length
    return 0


def _radius(token: QueryToken) -> int:
    assert token.distance, "only for a distance"  # noqa: S101 - for the types
    return token.distance.radius_km()


def _position(region: Region) -> tuple[float, float] | None:
    """Return the position of a region that is no area, None if it is unknown."""
    if region.kind in _AREA_KINDS or region.latitude is None or region.longitude is None:
        return None
    return region.latitude, region.longitude
