"""Free text in a private chat: what is on at the places it names, then the newest reports."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.commands import alerts, latest
from handlers.commands.subscribe import reply_to_query_error, subscribe_button
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.services.query_sources import parse_with_sources
from handlers.telegram.events import Request
from handlers.text.html import Html
from handlers.text.plain_text import echo
from matching.places.region import Region
from matching.query.ast import NearTerm, Or, PlaceTerm, Query, SourceTerm, terms
from matching.query.errors import QueryError
from matching.query.question import Question, read_question
from storage.engine.database import Transaction
from storage.values.message import Button, MessageContent

_MAX_ALERT_UNITS = 1_500
"""UTF-16 units of the alerts. The reports below them need the rest of the message."""

_MAX_SIMILAR_PLACES = 6

_LIMITS = replace(latest.QUERY_LIMITS, guesses=1)
"""A misspelt place gets suggestions, unlike in a search: a guess costs 10 to 24 ms of CPU time."""


async def answer(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer a free text."""
    try:
        question = read_question(
            request.text, context.gazetteer, context.topics, _LIMITS, request.personal
        )
        if question.query and any(isinstance(term, SourceTerm) for term in terms(question.query)):
            await parse_with_sources(
                question.written, request.personal, transaction, context, _LIMITS
            )
    except QueryError as error:
        return reply_to_query_error(request.text, error, context.translator(request))
    on_now = await _render_alerts(question, request, transaction, context)
    if question.query is None:
        return Reply(messages=(on_now,))
    reports = await _render_reports(question, question.query, request, transaction, context, on_now)
    return Reply(messages=(replace(reports, buttons=(*on_now.buttons, *reports.buttons)),))


async def _render_alerts(
    question: Question, request: Request, transaction: Transaction, context: HandlerContext
) -> MessageContent:
    """Render what is on at the places; without a place everything, if nothing else is asked."""
    if question.similar_places:
        return _offer_places(question, request, context)
    areas: Sequence[Region | NearTerm | None] = _areas(question, context)
    if not areas:
        if question.query is not None:
            return MessageContent(Html())
        areas = [None]
    return MessageContent(
        await alerts.render_areas(request, transaction, context, areas, _MAX_ALERT_UNITS)
    )


def _areas(question: Question, context: HandlerContext) -> list[Region | NearTerm]:
    """Return the saved places and the regions that a question names."""
    return [*question.circles, *map(context.gazetteer.region, question.places)]


def _offer_places(question: Question, request: Request, context: HandlerContext) -> MessageContent:
    translator = context.translator(request)
    notice = translator.html("alerts-near", written=echo(question.written))
    codes = question.similar_places[:_MAX_SIMILAR_PLACES]
    rows = tuple(
        (Button(context.gazetteer.title(code, translator.language), f"{alerts.PLACE}:{code}"),)
        for code in codes
    )
    return MessageContent(notice, rows)


async def _render_reports(
    question: Question,
    query: Query,
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    on_now: MessageContent,
) -> MessageContent:
    """Render the newest reports below the alerts; those about the places if none match exactly."""
    head = Html(on_now.html)
    page = await latest.find_newest(transaction, context, query)
    written = question.written
    place_codes = ", ".join(f'in:"{code}"' for code in question.places)
    if not page.bulletins and question.places:
        terms = tuple(map(PlaceTerm, question.places))
        places = terms[0] if len(terms) == 1 else Or(terms)
        broader = await latest.find_newest(transaction, context, places)
        if broader.bulletins:
            page, query, written = broader, places, place_codes
    if not page.bulletins and await alerts.find_active_areas(
        transaction, context, _areas(question, context)
    ):
        # "Nothing so far" below an alert reads as if the alert were nothing.
        button = subscribe_button(place_codes or written, context.translator(request))
        return MessageContent(head, ((button,),))
    return latest.render_page(request, context, page, query, written, head)
