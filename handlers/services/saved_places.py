"""Saved place use cases: save, move and remove a place, together with its subscriptions."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.telegram.events import Request
from matching.query.ast import dump, load
from matching.query.personal_places import SavedPlace, move_saved, refers_to
from storage.engine.database import Transaction
from storage.subscribers import saved_places, subscriptions
from storage.subscribers.saved_places import Position, StoredPlace
from storage.subscribers.subscriptions import Subscription

MAX_PLACES = 20
"""Saved places of a chat, including those of its forum topics."""


class PlaceQuotaError(Exception):
    """The chat has as many places as it may have."""


@dataclass(frozen=True)
class SaveResult:
    """Result of a request to save a place."""

    place: StoredPlace
    is_new: bool  # False: a place of this name was moved
    followers: tuple[Subscription, ...]  # subscriptions that moved with it


async def save(
    request: Request, transaction: Transaction, name: str, key: str, position: Position
) -> SaveResult:
    """Store a place, or move the one of this name with its subscriptions.

    Raises PlaceQuotaError.
    """
    number = request.subscriber.number
    existing = {place.name_key: place for place in await saved_places.of(transaction, number)}
    if key in existing:
        return await move(transaction, existing[key], name, position)
    count = await saved_places.count_in_chat(transaction, request.message.target.chat_id)
    if count >= MAX_PLACES:
        raise PlaceQuotaError
    place = await saved_places.add(transaction, number, name, key, position)
    return SaveResult(place, is_new=True, followers=())


async def move(
    transaction: Transaction, place: StoredPlace, name: str, position: Position
) -> SaveResult:
    """Move a place, and rewrite the queries of its subscriptions in the same transaction."""
    moved = await saved_places.move(transaction, place, name, position)
    followers = []
    for subscription in await find_followers(transaction, place):
        query = move_saved(load(subscription.query), _circle_centre(place), _circle_centre(moved))
        followers.append(await subscriptions.change(transaction, subscription, query=dump(query)))
    return SaveResult(moved, is_new=False, followers=tuple(followers))


async def find_followers(transaction: Transaction, place: StoredPlace) -> Sequence[Subscription]:
    """Return the subscriptions whose query has a place, oldest first."""
    return [
        subscription
        for subscription in await subscriptions.of(transaction, place.subscriber)
        if refers_to(load(subscription.query), place.id)
    ]


def _circle_centre(place: StoredPlace) -> SavedPlace:
    return SavedPlace(place.id, place.latitude, place.longitude, place.radius_km)
