"""Measures in words: bounds of properties, circles, and the values of a bulletin."""

from collections.abc import Iterator

from handlers.text.html import Html, bold
from handlers.text.i18n import Translator
from matching.places.discs import nearest_km
from matching.query.ast import HERE, And, NearTerm, PropertyTerm, Query, terms
from matching.query.properties import DEPTH, LEVEL, LEVELS, MAGNITUDE
from matching.text.reading import Reading

_BOUND_KEYS = {
    (LEVEL, ">="): "query-level-least",
    (LEVEL, "<="): "query-level-most",
    (LEVEL, "="): "query-level-only",
    (MAGNITUDE, ">="): "query-magnitude-least",
    (MAGNITUDE, "<="): "query-magnitude-most",
    (MAGNITUDE, "="): "query-magnitude-only",
    (DEPTH, ">="): "query-depth-least",
    (DEPTH, "<="): "query-depth-most",
    (DEPTH, "="): "query-depth-only",
}
_LEVEL_KEYS = {
    "green": "level-green",
    "yellow": "level-yellow",
    "orange": "level-orange",
    "red": "level-red",
}


def format_bound(term: PropertyTerm, translator: Translator) -> Html:
    """Describe a bound: magnitude 4.5 or more. The last value alone has no bound."""
    is_extreme = term.name == LEVEL and int(term.value) == (
        len(LEVELS) - 1 if term.comparison == ">=" else 0
    )
    return _format(term.name, "=" if is_extreme else term.comparison, term.value, translator)


def format_exact(query: And, translator: Translator) -> Html | None:
    """Describe two equal bounds, as of level=yellow; None for any other conjunction."""
    match query.parts:
        case (PropertyTerm(name, ">=", value), PropertyTerm(other_name, "<=", other)) if (
            name,
            value,
        ) == (other_name, other):
            return _format(name, "=", value, translator)
        case _:
            return None


def format_circle(term: NearTerm, place: str, translator: Translator) -> Html:
    """Describe a circle around a place."""
    if term.reference == HERE:
        return translator.html("query-near-here", distance=term.radius_km)
    return translator.html("query-near", distance=term.radius_km, place=bold(place))


def format_values(query: Query, reading: Reading, translator: Translator) -> Iterator[Html]:
    """Yield the values of a bulletin that the bounds of a query ask for: magnitude 5.1."""
    names = {term.name for term in terms(query) if isinstance(term, PropertyTerm)}
    for name in sorted(names & reading.measures.keys()):
        yield _format(name, "=", reading.measures[name], translator)


def format_distance(term: NearTerm, reading: Reading, place: str, translator: Translator) -> Html:
    """Describe how far a bulletin is from the centre of a circle."""
    distance = round(nearest_km(term.latitude, term.longitude, reading.points))
    if term.reference == HERE:
        return translator.html("why-distance-here", distance=distance)
    return translator.html("why-distance", distance=distance, place=place)


def _format(name: str, comparison: str, value: float, translator: Translator) -> Html:
    key = _BOUND_KEYS[name, comparison]
    if name == LEVEL:
        return translator.html(key, level=translator.text(_LEVEL_KEYS[LEVELS[int(value)]]))
    number = f"{value:.1f}" if name == MAGNITUDE else str(int(value))
    return translator.html(key, value=number if translator.language == "en" else _comma(number))


def _comma(number: str) -> str:
    return number.replace(".", ",")
