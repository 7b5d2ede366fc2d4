"""Place positions: where a place lies that a person names or shares, and which names are usable."""

import math
from dataclasses import dataclass
from enum import Enum

from handlers.framework.handler_context import HandlerContext
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.html import Html
from handlers.text.i18n import Translator
from matching.places.discs import is_within, nearest_km
from matching.places.extents import extents_of
from matching.places.gazetteer import Gazetteer
from matching.places.lookup import nearest
from matching.query.ast import HERE, SAVED, NearTerm
from matching.query.errors import ErrorKind, QueryError
from matching.query.parser import ParsedQuery, QueryLimits, parse
from matching.query.personal_places import PersonalPlaces, SavedPlace
from matching.query.terms.ambiguities import Ambiguity
from matching.query.terms.circle_resolver import is_here
from matching.text.tokenizer import split_words
from storage.subscribers.saved_places import Position, StoredPlace
from storage.subscribers.shared_locations import Coordinates

MAX_NAME_LENGTH = 64  # characters
DEFAULT_RADIUS_KM = 10

_LIMITS = QueryLimits(size=400, guesses=0)
_NEAR_CITY_KM = 25.0  # distance up to which a position is named after a city
_MAX_PROBE_INPUT = 400  # characters
_ALERT_KINDS = ("raion", "oblast")  # areas of air alerts
_MAX_ENLARGED_KM = 25  # radius; the nearest village may have the coordinates of a namesake


class NameFault(Enum):
    """Reason why a text cannot be the name of a place."""

    NO_LETTER = "place-name-no-letter"
    TOO_LONG = "place-name-too-long"
    RESERVED = "place-name-reserved"  # it means something else in a query


class NotOnePlaceError(ValueError):
    """A text names several places, or something that is no place."""


@dataclass(frozen=True)
class FoundPosition:
    """Position that a text names, and the other regions with that name."""

    position: Position
    alternatives: tuple[NearTerm, ...]  # with the code of a region each


def clean_name(text: str) -> str:
    """Return a name on one line, without hidden characters."""
    return plain_text.single_line(text[:_MAX_PROBE_INPUT])


def name_key(name: str) -> str:
    """Return the words of a name as the query parser sees them."""
    return " ".join(split_words(name))


def find_name_fault(name: str, context: HandlerContext) -> NameFault | None:
    """Return why a name cannot be used; None if it can.

    A usable name, typed alone as a query, means nothing but the place.
    """
    if len(name) > MAX_NAME_LENGTH:
        return NameFault.TOO_LONG
    key = name_key(name)
    if not any(letter.isalpha() for letter in key):
        return NameFault.NO_LETTER
    if is_here(split_words(name)):
        return NameFault.RESERVED
    place = SavedPlace(0, 0.0, 0.0, DEFAULT_RADIUS_KM)
    try:
        parsed = parse(
            name, context.gazetteer, context.topics, _LIMITS, PersonalPlaces({key: place})
        )
    except QueryError:
        return NameFault.RESERVED
    is_usable = parsed.query == place.to_circle() and name[0] != "/" and "|" not in name
    return None if is_usable else NameFault.RESERVED


def explain_name_fault(name: str, context: HandlerContext, translator: Translator) -> Html | None:
    """Return why a name cannot be used; None if it can."""
    fault = find_name_fault(name, context)
    if fault is None:
        return None
    return translator.html(fault.value, name=plain_text.echo(name), limit=MAX_NAME_LENGTH)


def find_place(text: str, request: Request) -> StoredPlace | None:
    """Return the saved place with a name, in any form of it."""
    circle = request.personal.find_saved(split_words(text[:_MAX_PROBE_INPUT]))
    if circle is None:
        return None
    return next(p for p in request.places.saved if f"{SAVED}{p.id}" == circle.reference)


def find_position(text: str, request: Request, context: HandlerContext) -> FoundPosition:
    """Return the position that a text names: a town, a saved place or `here`, with a distance.

    Raises QueryError for an unknown place or one without a position, and NotOnePlaceError.
    """
    parsed = _parse_circle(text, request, context)
    circle = parsed.query
    if not isinstance(circle, NearTerm):
        raise NotOnePlaceError(text)
    region = context.gazetteer.get(circle.reference)
    if region and not _is_certain(circle, context.gazetteer):
        raise QueryError(ErrorKind.PLACE_WITHOUT_POINT, 0, len(text))
    places = {f"{SAVED}{place.id}": place for place in request.places.saved}
    if region:
        code: str | None = region.code
    elif circle.reference in places:
        code = places[circle.reference].region
    else:
        code = name_region(Coordinates(circle.latitude, circle.longitude), context.gazetteer)
    radius = circle.radius_km
    if not region:
        location = Coordinates(circle.latitude, circle.longitude)
        radius = least_radius(location, radius, context.gazetteer)
    position = Position(
        latitude=circle.latitude, longitude=circle.longitude, radius_km=radius, region=code
    )
    return FoundPosition(position, _alternatives(parsed.ambiguities, context.gazetteer))


def shared_position(
    location: Coordinates, gazetteer: Gazetteer, radius_km: int = DEFAULT_RADIUS_KM
) -> Position:
    """Return the position of a shared location, with a radius that may be enlarged."""
    return Position(
        latitude=location.latitude,
        longitude=location.longitude,
        radius_km=least_radius(location, radius_km, gazetteer),
        region=name_region(location, gazetteer),
    )


def least_radius(location: Coordinates, radius_km: int, gazetteer: Gazetteer) -> int:
    """Return a radius, enlarged so that alerts for the raion and the oblast around it are heard.

    The gazetteer has no borders: far from all villages it may take some kilometres more.
    """
    _, raion = nearest(location.latitude, location.longitude, gazetteer)
    if raion is None:
        return radius_km
    distances = (
        nearest_km(location.latitude, location.longitude, extents_of(gazetteer).points((), (code,)))
        for code in (raion.code, *gazetteer.ancestors(raion.code))
        if gazetteer.region(code).kind in _ALERT_KINDS
    )
    farthest = max(distances, default=0.0)
    return max(radius_km, math.ceil(farthest)) if farthest <= _MAX_ENLARGED_KM else radius_km


def name_region(location: Coordinates, gazetteer: Gazetteer) -> str | None:
    """Return the code of the city near a location, else of the raion around it."""
    city, raion = nearest(location.latitude, location.longitude, gazetteer)
    if city and raion:
        points = extents_of(gazetteer).points((city.code,), ())
        if not is_within(location.latitude, location.longitude, _NEAR_CITY_KM, points):
            return raion.code
    region = city or raion
    return region.code if region else None


def _parse_circle(text: str, request: Request, context: HandlerContext) -> ParsedQuery:
    """Parse a place with a distance; one without gets the usual distance, or its own."""
    personal = request.personal
    try:
        parsed = parse(text, context.gazetteer, context.topics, _LIMITS, personal)
        if isinstance(parsed.query, NearTerm):
            return parsed
        measured = f"{text} +{DEFAULT_RADIUS_KM}km"
        return parse(measured, context.gazetteer, context.topics, _LIMITS, personal)
    except QueryError as error:
        if error.kind is ErrorKind.DISTANCE_WITHOUT_PLACE or error.start >= len(text):
            raise NotOnePlaceError(text) from None
        raise


def _alternatives(ambiguities: tuple[Ambiguity, ...], gazetteer: Gazetteer) -> tuple[NearTerm, ...]:
    meanings = (term for choice in ambiguities for term in choice.alternatives)
    return tuple(
        term
        for term in meanings
        if isinstance(term, NearTerm)
        and term.reference != HERE
        and gazetteer.get(term.reference)
        and _is_certain(term, gazetteer)
    )


def _is_certain(circle: NearTerm, gazetteer: Gazetteer) -> bool:
    """Return whether a region lies where the region around it does.

    Some villages have the coordinates of a namesake: alerts would miss who lives there.
    """
    for code in gazetteer.ancestors(circle.reference):
        if gazetteer.region(code).kind in _ALERT_KINDS:
            points = extents_of(gazetteer).points((), (code,))
            if not is_within(circle.latitude, circle.longitude, 1, points):
                return False
    return True
