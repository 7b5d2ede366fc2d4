"""Command /alerts: list the active alerts, everywhere or around one place.

An empty list is not an all-clear: without recent answers from the sources, the message says that
the state is unknown.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime, timedelta
from typing import NamedTuple

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.messages.alert import MAX_LIST_UNITS, AlertRenderer, IncidentView
from handlers.telegram.events import Request
from handlers.text.dates import format_duration, format_moment
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.measure_text import format_circle
from matching.places.discs import is_within
from matching.places.extents import extents_of
from matching.places.gazetteer import Gazetteer
from matching.places.lookup import suggest
from matching.places.region import Region
from matching.query.ast import NearTerm
from matching.query.errors import QueryError
from matching.query.parser import QueryLimits, parse
from storage.engine.database import Transaction
from storage.inbound import bulletins, incidents, sources
from storage.inbound.incidents import Incident, NotificationReason
from storage.inbound.sources import max_answer_age
from storage.values.message import Button, MessageContent

PLACE = "al"
"""Callback prefix of `al:CODE`: show the alerts of that region."""

_MAX_SUGGESTIONS = 6
_MAX_NAME_LENGTH = 80
_LIMITS = QueryLimits(guesses=0)
_RECENT = timedelta(days=1)
"""The staleness check covers the sources of every alert that was active within this time."""


class _AlertState(NamedTuple):
    """Active alerts everywhere, with the last answers of their sources."""

    active: Sequence[Incident]
    recent_sources: Set[str]  # of every alert that was active within _RECENT
    last_success: Mapping[str, datetime]  # by source; aware
    poll_intervals: Mapping[str, timedelta]  # by source


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /alerts [PLACE]; offer similar names for an unknown place."""
    translator, name = context.translator(request), request.text.strip()[:_MAX_NAME_LENGTH]
    if not name:
        return Reply(messages=(await render_active_alerts(request, transaction, context, None),))
    regions = context.gazetteer.find(name)
    if circle := find_circle(name, request, context):
        listing = await _render_circle(circle, regions, request, transaction, context)
        return Reply(messages=(listing,))
    if regions:
        region, *alternatives = regions[:_MAX_SUGGESTIONS]
        listing = await render_active_alerts(request, transaction, context, region, alternatives)
        return Reply(messages=(listing,))
    suggestions = suggest(name, context.gazetteer, _MAX_SUGGESTIONS)
    key = "alerts-near" if suggestions else "alerts-no-place"
    rows = _place_buttons(suggestions, context, translator)
    return Reply(messages=(MessageContent(translator.html(key, written=name), rows),))


async def show_place(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Show the alerts of the place on the button."""
    region = context.gazetteer.get(request.callback_payload)
    if region is None:
        return Reply(answer=context.translator(request).text("answer-old-button"))
    return Reply(edit=await render_active_alerts(request, transaction, context, region))


def find_circle(text: str, request: Request, context: HandlerContext) -> NearTerm | None:
    """Return the circle that a text asks for: a saved place, or any place with a distance."""
    try:
        parsed = parse(text, context.gazetteer, context.topics, _LIMITS, request.personal)
    except QueryError:
        return None
    return parsed.query if isinstance(parsed.query, NearTerm) else None


async def _render_circle(
    circle: NearTerm,
    regions: Sequence[Region],
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
) -> MessageContent:
    """Render the alerts in a circle, with buttons for the regions of the same name."""
    namesakes = [region for region in regions if region.code != circle.reference]
    return await render_active_alerts(
        request, transaction, context, circle, namesakes[:_MAX_SUGGESTIONS]
    )


async def render_active_alerts(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    area: Region | NearTerm | None,
    alternatives: Sequence[Region] = (),
) -> MessageContent:
    """Render the active alerts of a region and its parents, of a circle, or of all regions.

    `alternatives`: other places with the same name; each gets a button.
    """
    translator = context.translator(request)
    listing = await render_areas(request, transaction, context, [area], MAX_LIST_UNITS)
    hint = translator.html("alerts-others") if alternatives else Html()
    return MessageContent(
        join("\n\n", [listing, hint]), _place_buttons(alternatives, context, translator)
    )


async def render_areas(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    areas: Sequence[Region | NearTerm | None],
    max_units: int,
) -> Html:
    """Render the active alerts of each area as in `render_active_alerts`, without buttons.

    `max_units`: UTF-16 units of all lists together.
    """
    state = await _load_state(request, transaction, context)
    listings = [
        await _render_area(area, state, max_units // len(areas), request, transaction, context)
        for area in areas
    ]
    return join("\n\n", listings)


async def _load_state(
    request: Request, transaction: Transaction, context: HandlerContext
) -> _AlertState:
    active = await incidents.get_open(transaction)
    ended = await incidents.last_closed(transaction, request.now - _RECENT)
    recent_sources = {name for incident in (*active, *ended.values()) for name in incident.sources}
    names = sorted(recent_sources | context.state_sources)
    return _AlertState(
        active=active,
        recent_sources=recent_sources,
        last_success=await sources.last_success_times(transaction, names),
        poll_intervals=await sources.poll_intervals(transaction, names),
    )


async def _render_area(
    area: Region | NearTerm | None,
    state: _AlertState,
    max_units: int,
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
) -> Html:
    translator = context.translator(request)
    active = [
        incident
        for incident in state.active
        if area is None or _concerns(incident, area, context.gazetteer)
    ]
    heading = translator.html("alerts-none" if not active else "alerts-head")
    if isinstance(area, NearTerm):
        circle = format_circle(area, context.formatter(request).centre_name(area), translator)
        key = "alerts-none-near" if not active else "alerts-within"
        heading = translator.html(key, circle=circle)
    elif area:
        place = context.formatter(request).place_name(area.code)
        heading = translator.html("alerts-none-in" if not active else "alerts-in", place=place)
    renderer = AlertRenderer(context.catalog, context.gazetteer)
    views = await _load_views(transaction, active[::-1])
    listing = renderer.render_list(
        heading,
        views,
        context.render_options(request),
        request.now,
        state.last_success,
        max_units=max_units,
    )
    if active:
        return listing
    # Only state sources can tell that there is no alert, if there are any.
    watched = context.state_sources or state.recent_sources
    answers = {name: time for name, time in state.last_success.items() if name in watched}
    return _render_none(listing, answers, state.poll_intervals, request, translator)


async def find_active_areas(
    transaction: Transaction, context: HandlerContext, areas: Sequence[Region | NearTerm]
) -> list[Region | NearTerm]:
    """Return the areas in or around which an alert is on, in their order."""
    active = await incidents.get_open(transaction) if areas else []
    return [
        area
        for area in areas
        if any(_concerns(incident, area, context.gazetteer) for incident in active)
    ]


def _render_none(
    listing: Html,
    answers: Mapping[str, datetime],
    intervals: Mapping[str, timedelta],
    request: Request,
    translator: Translator,
) -> Html:
    """Render an empty list with its age; without a recent answer, that the state is unknown.

    `answers` are the last answers of the sources, by name, `intervals` those between their polls.
    """
    if not answers:
        return translator.html("alerts-unwatched")
    last_answer = max(answers.values())
    is_fresh = any(
        request.now - answered_at <= max_answer_age(intervals.get(name, timedelta()))
        for name, answered_at in answers.items()
    )
    if not is_fresh:
        at = format_moment(last_answer, request.subscriber.zone, request.now, translator)
        return translator.html("alerts-stale", at=at)
    span = format_duration(request.now - last_answer, translator)
    return join("\n\n", [listing, translator.html("alerts-fresh", span=span)])


async def _load_views(transaction: Transaction, active: Sequence[Incident]) -> list[IncidentView]:
    texts = await bulletins.get(
        transaction, {incident.last_bulletin for incident in active if incident.last_bulletin}
    )
    return [
        IncidentView(
            incident=incident,
            reason=NotificationReason.OPENED,
            bulletin=texts.get(incident.last_bulletin or 0),
        )
        for incident in active
    ]


def _concerns(incident: Incident, area: Region | NearTerm, gazetteer: Gazetteer) -> bool:
    if isinstance(area, NearTerm):
        points = extents_of(gazetteer).points((), (incident.region,))
        return is_within(area.latitude, area.longitude, area.radius_km, points)
    descendants, ancestors = gazetteer.subtree(area.code), gazetteer.ancestors(area.code)
    return incident.region in descendants or incident.region in ancestors


def _place_buttons(
    regions: Iterable[Region], context: HandlerContext, translator: Translator
) -> tuple[tuple[Button, ...], ...]:
    codes = [region.code for region in regions]
    titles = [context.gazetteer.title(code, translator.language) for code in codes]
    return tuple(
        (Button(title, f"{PLACE}:{code}"),) for code, title in zip(codes, titles, strict=True)
    )
