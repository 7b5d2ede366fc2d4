"""Place lists: turns a list of places into a demand for all of them, and back. Pure."""

from enum import StrEnum

from matching.query.ast import And, NearTerm, Or, PlaceTerm, Query
from matching.query.precedence import join

_PLACES = (PlaceTerm, NearTerm)


class PlaceMode(StrEnum):
    """Places that a report has to mention."""

    ANY = "any"
    ALL = "all"


def find_list(query: Query) -> tuple[PlaceMode, int] | None:
    """Return the mode of the first list of places in a query and its length; None without one."""
    match query:
        case Or(parts) if all(isinstance(part, _PLACES) for part in parts):
            return PlaceMode.ANY, len(parts)
        case And(parts) if (count := _place_count(parts)) > 1:
            return PlaceMode.ALL, count
        case And(parts) | Or(parts):
            return next(filter(None, map(find_list, parts)), None)
        case _:
            return None


def change_mode(query: Query, mode: PlaceMode) -> Query:
    """Return the query with its lists of places in a mode. Negated lists stay."""
    match query:
        case Or(parts) if mode is PlaceMode.ALL and _place_count(parts) == len(parts):
            return And(parts)
        case And(parts) if mode is PlaceMode.ANY and _place_count(parts) > 1:
            return join(And, _joined_places(parts))
        case And(parts) | Or(parts):
            return join(type(query), [change_mode(part, mode) for part in parts])
        case _:
            return query


def _joined_places(parts: tuple[Query, ...]) -> list[Query]:
    """Return the parts with an OR of all places where the first place was."""
    places = Or(tuple(part for part in parts if isinstance(part, _PLACES)))
    first = next(index for index, part in enumerate(parts) if isinstance(part, _PLACES))
    subjects = [part for part in parts if not isinstance(part, _PLACES)]
    return [*subjects[:first], places, *subjects[first:]]


def _place_count(parts: tuple[Query, ...]) -> int:
    return sum(isinstance(part, _PLACES) for part in parts)
