"""Chat places: loads the places that only this chat can name."""

from datetime import datetime

from handlers.telegram.events import ChatPlaces
from storage.engine.database import Transaction
from storage.subscribers import saved_places, shared_locations


async def load(transaction: Transaction, subscriber: int, now: datetime) -> ChatPlaces:
    """Return the saved places of a subscriber and the location it shared within a day."""
    saved = await saved_places.of(transaction, subscriber)
    return ChatPlaces(tuple(saved), await shared_locations.find(transaction, subscriber, now))
