"""Neighbour query: the alerts in regions that border on the places of a query."""

from matching.places.gazetteer import Gazetteer
from matching.places.neighbours import neighbours_of
from matching.query.ast import ALERT_TOPIC, And, Not, Or, PlaceTerm, Query, TopicTerm


def extend_to_neighbours(query: Query, gazetteer: Gazetteer) -> Query | None:
    """Return the query for alerts in a neighbour instead of a place that the query asks for.

    A place under NOT stays. Returns None if no place of the query has known neighbours.
    """
    variants = tuple(dict.fromkeys(_variants(query, gazetteer)))
    # An AND for each neighbour: so the index can file it under the neighbour, which is rare.
    parts = tuple(And((variant, TopicTerm(ALERT_TOPIC))) for variant in variants)
    return None if not parts else parts[0] if len(parts) == 1 else Or(parts)


def _variants(query: Query, gazetteer: Gazetteer) -> list[Query]:
    """Return the query once for each neighbour of each place, with that place replaced."""
    match query:
        case PlaceTerm(code):
            return [PlaceTerm(neighbour) for neighbour in neighbours_of(code, gazetteer)]
        case Or(parts):
            return [variant for part in parts for variant in _variants(part, gazetteer)]
        case And(parts):
            return [
                And((*parts[:position], variant, *parts[position + 1 :]))
                for position, part in enumerate(parts)
                for variant in _variants(part, gazetteer)
            ]
        case Not():
            return []
        case _:
            return []
