"""Subscription index: adds stored subscriptions to the reverse-search index, and removes them."""

from handlers.services.subscription_entries import ENTRY_OFFSETS, entries
from matching.index.index import Index
from matching.places.gazetteer import Gazetteer
from matching.query.ast import load
from storage.subscribers.subscriptions import Subscription


def put(index: Index, subscription: Subscription, gazetteer: Gazetteer) -> None:
    """Add or replace a subscription. Raises ValueError if its query is invalid (see `load`)."""
    new = {entry[0]: entry for entry in entries(subscription.indexed, gazetteer)}
    for offset in ENTRY_OFFSETS:
        number = subscription.id + offset
        if number not in new:
            index.remove(number)
    for number, subscriber, query, mode in new.values():
        index.add(number, subscriber, load(query), mode)


def remove(index: Index, id_: int) -> None:
    """Remove a subscription with all its entries; an unknown id is ignored."""
    for offset in ENTRY_OFFSETS:
        index.remove(id_ + offset)
