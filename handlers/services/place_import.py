"""Import of saved places: they get ids of this chat, and its subscriptions refer to these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from handlers.framework.handler_context import HandlerContext
from handlers.services import saved_places as places_service
from handlers.services.export_format import PlaceData
from handlers.services.place_positions import (
    clean_name,
    explain_name_fault,
    name_key,
    shared_position,
)
from handlers.services.saved_places import MAX_PLACES
from handlers.telegram.events import Request
from handlers.text.html import Html
from matching.query.ast import SAVED, NearTerm, Query, replace, terms
from matching.query.personal_places import PersonalPlaces, SavedPlace
from storage.engine.database import Transaction
from storage.subscribers import saved_places
from storage.subscribers.shared_locations import Coordinates
from storage.subscribers.subscriptions import Subscription

_FIRST_IMPORTED_ID = 10**15
"""Number added to ids of the document, so that they differ from those of this chat."""


@dataclass(frozen=True)
class RestoredPlaces:
    """Places of a document as they are stored now."""

    circles: Mapping[str, NearTerm]  # by the reference in the parsed queries
    followers: tuple[Subscription, ...]  # subscriptions of places that moved

    def translate(self, query: Query) -> Query:
        """Return a query of the document with the places of this chat."""
        for term in dict.fromkeys(terms(query)):
            if isinstance(term, NearTerm) and term.reference in self.circles:
                circle = self.circles[term.reference]
                current = NearTerm(
                    circle.latitude, circle.longitude, term.radius_km, circle.reference
                )
                query = replace(query, term, current)
        return query


def merge_personal(request: Request, places: Sequence[PlaceData]) -> PersonalPlaces:
    """Return the places that the queries of a document can name: its own, then the chat's."""
    circles = [
        SavedPlace(_FIRST_IMPORTED_ID + place.id, place.latitude, place.longitude, place.radius_km)
        for place in places
    ]
    by_name = {name_key(place.name): circle for place, circle in zip(places, circles, strict=True)}
    by_reference = {
        f"{SAVED}{place.id}": circle for place, circle in zip(places, circles, strict=True)
    }
    current = request.personal
    return PersonalPlaces({**current.saved, **by_name}, current.here, by_reference)


async def find_places_fault(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    places: Sequence[PlaceData],
) -> Html | None:
    """Return why places cannot be imported: a name, or too many of them; None if they can."""
    translator = context.translator(request)
    for place in places:
        if fault := explain_name_fault(clean_name(place.name), context, translator):
            return fault
    saved_keys = {place.name_key for place in request.places.saved}
    added = {name_key(place.name) for place in places} - saved_keys
    count = await saved_places.count_in_chat(transaction, request.message.target.chat_id)
    if added and count + len(added) > MAX_PLACES:
        return translator.html("place-too-many", limit=MAX_PLACES)
    return None


async def restore_places(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    places: Sequence[PlaceData],
) -> RestoredPlaces:
    """Save the places of a document. One whose name the chat has is moved."""
    circles: dict[str, NearTerm] = {}
    followers: list[Subscription] = []
    for place in places:
        name = clean_name(place.name)
        location = Coordinates(place.latitude, place.longitude).rounded()
        position = shared_position(location, context.gazetteer, place.radius_km)
        result = await places_service.save(request, transaction, name, name_key(name), position)
        followers += result.followers
        stored = result.place
        circle = SavedPlace(stored.id, stored.latitude, stored.longitude, stored.radius_km)
        circles[f"{SAVED}{_FIRST_IMPORTED_ID + place.id}"] = circle.to_circle()
    return RestoredPlaces(circles, tuple(followers))
