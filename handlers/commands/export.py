"""Command /export: all stored data about a chat, as JSON text that /import accepts."""

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.services.canonical_query import serialize_query
from handlers.services.export_format import (
    ChatData,
    LocationData,
    PlaceData,
    SettingsData,
    SubscriptionData,
    serialize_export,
)
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.html import Html, escape, join
from matching.query.ast import load
from storage.engine.database import Transaction
from storage.subscribers import (
    alert_preferences,
    channels,
    quiet_hours,
    shared_locations,
    sound_modes,
    subscriptions,
)
from storage.subscribers.saved_places import StoredPlace
from storage.subscribers.subscribers import Subscriber
from storage.subscribers.subscriptions import Subscription
from storage.values.message import MessageContent

_MAX_MESSAGE_UNITS = 3_600
"""UTF-16 units. Telegram allows 4,096; a piece must also fit after "/import"."""


async def export(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /export: send the document in as many messages as it needs."""
    translator = context.translator(request)
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    texts = serialize_export(
        await _export_about(request.subscriber, transaction),
        await _export_settings(request.subscriber, transaction),
        await _export_location(request, transaction),
        [_export_place(place) for place in request.places.saved],
        map(_export_subscription, subscribed),
        _MAX_MESSAGE_UNITS,
    )
    pieces = [piece for text in texts for piece in _split(text)]
    notes = [translator.html("export", count=len(pieces))]
    if len(pieces) > len(texts):
        notes.append(translator.html("export-cut"))
    heading = join("\n\n", notes)
    return Reply(
        messages=(
            MessageContent(heading),
            *(MessageContent(_code_block(piece)) for piece in pieces),
        )
    )


async def _export_about(subscriber: Subscriber, transaction: Transaction) -> ChatData:
    managed = await channels.managed_by(transaction, subscriber.number)
    own = await channels.find_by_number(transaction, subscriber.number)  # if it is a channel
    return ChatData(
        id=subscriber.chat_id,
        topic=subscriber.thread_id,
        since=subscriber.created_at.isoformat(timespec="seconds"),
        kind=subscriber.kind.value,
        title=own[0].name.title if own else None,
        username=own[0].name.username if own else None,
        channels=tuple(channel.subscriber.chat_id for channel in managed),
    )


async def _export_location(request: Request, transaction: Transaction) -> LocationData:
    shared_at = await shared_locations.find_time(transaction, request.subscriber.number)
    here = request.places.here
    if here is None or shared_at is None:
        return LocationData()
    since = shared_at.isoformat(timespec="seconds")
    return LocationData(latitude=here.latitude, longitude=here.longitude, since=since)


def _export_place(place: StoredPlace) -> PlaceData:
    return PlaceData(
        id=place.id,
        name=place.name,
        latitude=place.latitude,
        longitude=place.longitude,
        radius_km=place.radius_km,
        region=place.region,
    )


async def _export_settings(subscriber: Subscriber, transaction: Transaction) -> SettingsData:
    quiet = await quiet_hours.get(transaction, subscriber.number)
    updates = await alert_preferences.get(transaction, subscriber.number)
    pause_end = quiet.paused_until
    return SettingsData(
        language=subscriber.language,
        zone=subscriber.zone,
        detail=subscriber.detail.value,
        digest=str(subscriber.schedule),
        told_nothing=subscriber.wants_empty_digests,
        quiet=None if quiet.hours is None else str(quiet.hours),
        quiet_alerts=quiet.alerts.value,
        paused_until=pause_end.isoformat(timespec="seconds") if pause_end else None,
        alert_updates=updates.value,
        sound=(await sound_modes.get(transaction, subscriber.number)).value,
    )


def _export_subscription(subscription: Subscription) -> SubscriptionData:
    return SubscriptionData(
        written=subscription.query_text,
        understood=serialize_query(load(subscription.query)),
        when=str(subscription.schedule),
        sound=subscription.has_sound,
        sound_from=subscription.sound_from,  # type: ignore[arg-type]
        neighbours=subscription.has_neighbours,
        since=subscription.created_at.isoformat(timespec="seconds"),
    )


def _split(text: str) -> list[str]:
    """Split a text into pieces of at most one message; joined, they are the text again."""
    pieces = []
    while plain_text.utf16_length(text) > _MAX_MESSAGE_UNITS:
        cut = plain_text.fitting_length(text, _MAX_MESSAGE_UNITS)
        # Telegram strips spaces at the edges of a message, so cut between two other characters.
        candidates = (
            position
            for position in range(cut, cut // 2, -1)
            if not text[position - 1 : position + 1].count(" ")
        )
        cut = next(candidates, cut)
        pieces.append(text[:cut])
        text = text[cut:]
    return [*pieces, text]


def _code_block(text: str) -> Html:
    return Html(f"<pre>{escape(text)}</pre>")
