"""State at the places of a new subscription: an alert that is on now comes first."""

from dataclasses import replace

from handlers.commands import alerts
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from matching.places.region import Region
from matching.query.ast import And, NearTerm, Or, PlaceTerm, Query, load
from storage.engine.database import Transaction
from storage.subscribers import subscribers

_MAX_PLACES = 3
_MAX_UNITS = 1_200
"""UTF-16 units of the alerts. The confirmation needs the rest of the message."""


async def with_current_state(
    reply: Reply, request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Add to a confirmation whether an alert is on at its places.

    Without an alert this is shown only where sources always report all of them.
    """
    if not reply.changed_subscriptions or len(reply.messages) != 1:
        return reply
    areas = _areas(load(reply.changed_subscriptions[0].query), context)[:_MAX_PLACES]
    active = [area for area in areas if await alerts.is_any_active(transaction, context, [area])]
    if not areas or not (active or context.state_sources):
        return reply
    number = request.subscriber.number  # its first place has just set the time zone
    reloaded = (await subscribers.get(transaction, [number]))[number]
    request = replace(request, subscriber=reloaded)
    shown = active or areas[:1]
    listings = [
        await alerts.render_active_alerts(
            request, transaction, context, area, max_units=_MAX_UNITS // len(shown)
        )
        for area in shown
    ]
    (content,) = reply.messages
    state = join("\n\n", [Html(listing.html) for listing in listings])
    parts = [state, Html(content.html)] if active else [Html(content.html), state]
    return replace(reply, messages=(replace(content, html=join("\n\n", parts)),))


def _areas(query: Query, context: HandlerContext) -> list[Region | NearTerm]:
    """Return the places that a query asks for."""
    match query:
        case PlaceTerm(code):
            region = context.gazetteer.get(code)
            return [region] if region else []
        case NearTerm():
            return [query]
        case And(parts) | Or(parts):
            return [area for part in parts for area in _areas(part, context)]
        case _:
            return []
