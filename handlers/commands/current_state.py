"""State at the places of a new subscription: an alert that is on now comes first."""

from dataclasses import replace

from handlers.commands import alerts
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.services.subscriptions import place_terms
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from matching.places.region import Region
from matching.query.ast import NearTerm, Query, load
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
    active = await alerts.find_active_areas(transaction, context, areas)
    if not areas or not (active or context.state_sources):
        return reply
    number = request.subscriber.number  # its first place has just set the time zone
    reloaded = (await subscribers.get(transaction, [number]))[number]
    request = replace(request, subscriber=reloaded)
    state = await alerts.render_areas(
        request, transaction, context, active or areas[:1], _MAX_UNITS
    )
    (content,) = reply.messages
    parts = [state, Html(content.html)] if active else [Html(content.html), state]
    return replace(reply, messages=(replace(content, html=join("\n\n", parts)),))


def _areas(query: Query, context: HandlerContext) -> list[Region | NearTerm]:
    """Return the places that a query asks for."""
    areas = (
        term if isinstance(term, NearTerm) else context.gazetteer.get(term.code)
        for term in place_terms(query)
    )
    return [area for area in areas if area]
