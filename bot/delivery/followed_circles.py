"""Followed circles: those in the subscriptions of recipients, for the distance in a message."""

from collections.abc import Iterable, Mapping

from handlers.messages.place_distance import FollowedCircle
from matching.query.ast import SAVED, NearTerm, load, terms
from storage.engine.database import Transaction
from storage.subscribers import saved_places, subscriptions


async def read_circles(
    transaction: Transaction, numbers: Iterable[int]
) -> Mapping[int, tuple[FollowedCircle, ...]]:
    """Return the circles of each of these subscribers that has any."""
    queries = await subscriptions.queries_with_circles(transaction, [*numbers])
    if not queries:
        return {}
    places = await saved_places.of_many(transaction, [*{number for number, _ in queries}])
    names = {f"{SAVED}{place.id}": place.name for place in places}
    circles: dict[int, dict[FollowedCircle, None]] = {}
    for number, query in queries:
        for term in terms(load(query)):
            if isinstance(term, NearTerm):
                followed = FollowedCircle(term, names.get(term.reference))
                circles.setdefault(number, {})[followed] = None
    return {number: tuple(followed) for number, followed in circles.items()}
