"""Subscription entries: turns a stored subscription into entries of the reverse-search index.

Most subscriptions are one entry. A subscription with sound from a level has a second entry for
bulletins of that level, and one with neighbours a further one for their alerts. Entry number n of a
subscription has the number of the subscription plus n times ENTRY_STRIDE.
"""

from matching.index.index import MatchMode, StoredEntry
from matching.places.gazetteer import Gazetteer
from matching.query.ast import PropertyTerm, dump, load
from matching.query.evaluator import evaluate
from matching.query.neighbour_query import extend_to_neighbours
from matching.query.properties import LEVEL, LEVELS
from matching.text.reading import MatchableReading
from storage.subscribers.subscriptions import IndexedSubscription, Subscription

ENTRY_STRIDE = 1 << 30
"""Distance between the numbers of a subscription's entries. Ids of subscriptions are below it."""

_MAIN, _FROM_LEVEL, _NEIGHBOURS = range(3)
ENTRY_OFFSETS = tuple(kind * ENTRY_STRIDE for kind in (_MAIN, _FROM_LEVEL, _NEIGHBOURS))
"""What the numbers of entries have beyond the number of their subscription."""


def main_mode(subscription: IndexedSubscription) -> MatchMode:
    """Return the mode of what matches the query, whatever its level."""
    if not subscription.is_immediate:
        return MatchMode.DIGEST
    if not subscription.has_sound:
        return MatchMode.SILENT
    if subscription.sound_from is None:
        return MatchMode.AUDIBLE
    # Everything is at least of the lowest level, also what has none.
    is_lowest = subscription.sound_from == LEVELS[0]
    return MatchMode.AUDIBLE_ALWAYS if is_lowest else MatchMode.SILENT


def level_term(subscription: IndexedSubscription) -> PropertyTerm | None:
    """Return the level from which a mostly silent subscription has sound; None without one."""
    if subscription.sound_from is None or not subscription.has_sound:
        return None
    is_silent = main_mode(subscription) is MatchMode.SILENT
    rank = LEVELS.index(subscription.sound_from)
    return PropertyTerm(LEVEL, ">=", rank) if is_silent else None


def matches_neighbour(
    subscription: Subscription, reading: MatchableReading, gazetteer: Gazetteer
) -> bool:
    """Return whether a subscription gets a bulletin as an alert of its neighbouring areas."""
    if not (subscription.has_neighbours and subscription.indexed.is_immediate):
        return False
    query = extend_to_neighbours(load(subscription.query), gazetteer)
    return query is not None and evaluate(query, reading)


def entries(subscription: IndexedSubscription, gazetteer: Gazetteer) -> list[StoredEntry]:
    """Return the entries of a subscription. Raises ValueError if its query is invalid."""
    id_, subscriber, query = subscription.id, subscription.subscriber, subscription.query
    if not 0 <= id_ < ENTRY_STRIDE:
        raise ValueError(f"not the id of a subscription: {id_}")
    mode = main_mode(subscription)
    new_entries = [(id_, subscriber, query, mode)]
    if term := level_term(subscription):
        audible = f'["and",{query},{dump(term)}]'  # no detour by the tree: there are many
        number = id_ + _FROM_LEVEL * ENTRY_STRIDE
        new_entries.append((number, subscriber, audible, MatchMode.AUDIBLE_ALWAYS))
    # A digest has the alerts of its places alone.
    if (
        subscription.has_neighbours
        and subscription.is_immediate
        and (extended := extend_to_neighbours(load(query), gazetteer))
    ):
        number = id_ + _NEIGHBOURS * ENTRY_STRIDE
        new_entries.append((number, subscriber, dump(extended), MatchMode.SILENT))
    return new_entries
