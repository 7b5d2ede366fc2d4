"""Command /latest: search stored bulletins, newest first, with paging in place."""

from dataclasses import replace

from handlers.commands.subscribe import reply_to_query_error, subscribe_button
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.services.query_sources import parse_with_sources
from handlers.services.search import Search, SearchPage
from handlers.telegram.events import Request
from handlers.telegram.keyboards import decode_text, encode_text, parse_number
from handlers.text.html import Html, join
from matching.query.ast import Query
from matching.query.errors import QueryError
from matching.query.parser import QueryLimits, parse
from storage.engine.database import Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.values.message import Button, MessageContent

OLDER = "lo"
NEWER = "ln"
"""Callback prefixes of `lo:BULLETIN:COUNT:QUERY` and `ln:...`: the page before or after it."""

_DEFAULT_COUNT = 5
_MAX_COUNT = 10
_FREE_TEXT_COUNT = 3

QUERY_LIMITS = QueryLimits(size=400, guesses=0)
"""The query is repeated above the results, so its length is limited to leave room for them."""


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /latest [QUERY] [COUNT]."""
    written, count = _parse_arguments(request.text)
    return await _show_first_page(request, transaction, context, written, count)


async def find_newest(
    transaction: Transaction, context: HandlerContext, query: Query
) -> SearchPage:
    """Return the newest results for a free text."""
    return await Search(transaction, context.reader, query).page_before(_FREE_TEXT_COUNT)


def render_page(
    request: Request,
    context: HandlerContext,
    result: SearchPage,
    query: Query,
    written: str,
    head: Html,
) -> MessageContent:
    """Render the first page of results for a free text, below a head."""
    return _render_page(request, context, result, query, written, _FREE_TEXT_COUNT, head)


async def show_older(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Turn to the page of older bulletins."""
    return await _turn_page(request, transaction, context, to_newer=False)


async def show_newer(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Turn to the page of newer bulletins."""
    return await _turn_page(request, transaction, context, to_newer=True)


async def _show_first_page(
    request: Request, transaction: Transaction, context: HandlerContext, written: str, count: int
) -> Reply:
    try:
        query = await _parse_typed(written, request, transaction, context)
    except QueryError as error:
        return reply_to_query_error(written, error, context.translator(request))
    result = await Search(transaction, context.reader, query).page_before(count)
    return Reply(messages=(_render_page(request, context, result, query, written, count),))


async def _turn_page(
    request: Request, transaction: Transaction, context: HandlerContext, *, to_newer: bool
) -> Reply:
    rejection = Reply(answer=context.translator(request).text("answer-old-button"))
    start_text, _, arguments = request.callback_payload.partition(":")
    bulletin_id, (count_text, _, written_text) = parse_number(start_text), arguments.partition(":")
    count, written = parse_number(count_text), decode_text(written_text, request.callback_query)
    if bulletin_id is None or count is None or written is None:
        return rejection
    count = min(max(count, 1), _MAX_COUNT)
    try:
        query = _parse_query(written, request, context)
    except QueryError:  # forged, or the topics in the configuration have changed
        return rejection
    bulletin_search = Search(transaction, context.reader, query)
    load_page = bulletin_search.page_after if to_newer else bulletin_search.page_before
    result = await load_page(count, bulletin_id)
    return Reply(edit=_render_page(request, context, result, query, written, count))


def _render_page(
    request: Request,
    context: HandlerContext,
    result: SearchPage,
    query: Query | None,
    written: str,
    count: int,
    head: Html = Html(),  # noqa: B008 - a constant
) -> MessageContent:
    translator = context.translator(request)
    heading = join("\n\n", [head, _render_heading(query, written, request, context)])
    if result.bulletins:
        content, fitting = _render_bulletins(request, context, result.bulletins, heading, count)
        if fitting < len(result.bulletins):
            result = replace(result, before_id=result.bulletins[fitting - 1].id)
    else:
        notice = translator.html("latest-none-here" if result.before_id else "latest-none")
        content = MessageContent(join("\n\n", [heading, notice]))
    page_buttons = []
    if result.after_id is not None:
        page_buttons.append(
            _page_button(translator.text("button-newer"), NEWER, result.after_id, count, written)
        )
    if result.before_id is not None:
        page_buttons.append(
            _page_button(translator.text("button-older"), OLDER, result.before_id, count, written)
        )
    rows = [*content.buttons, tuple(page_buttons)]
    if query is not None:
        rows.append((subscribe_button(written, translator),))
    return replace(content, buttons=tuple(row for row in rows if row))


def _render_bulletins(
    request: Request,
    context: HandlerContext,
    stored: tuple[StoredBulletin, ...],
    heading: Html,
    count: int,
) -> tuple[MessageContent, int]:
    """Render bulletins; return how many fit. With a `count` of one, render that one at length."""
    options = context.render_options(request)
    if count > 1:
        return context.bulletin_renderer.render_list(stored, options, request.now, heading)
    content = context.bulletin_renderer.render(stored[0], options, request.now)
    return replace(content, html=join("\n\n", [heading, Html(content.html)])), 1


def _page_button(label: str, prefix: str, bulletin_id: int, count: int, written: str) -> Button:
    return Button(label, encode_text(f"{prefix}:{bulletin_id}:{count}:", written))


def _render_heading(
    query: Query | None, written: str, request: Request, context: HandlerContext
) -> Html:
    """Render the query as understood.

    It holds the query as typed in the first code entity, which `decode_text` reads back if the
    query is too long for callback data.
    """
    translator = context.translator(request)
    if query is None:
        return translator.html("latest-all")
    description = context.formatter(request).format(query, written)
    return translator.html("latest", what=description, written=written)


async def _parse_typed(
    written: str, request: Request, transaction: Transaction, context: HandlerContext
) -> Query | None:
    """Parse a query whose sources must exist. Raises QueryError."""
    if not written:
        return None
    personal = request.personal
    return (await parse_with_sources(written, personal, transaction, context, QUERY_LIMITS)).query


def _parse_query(written: str, request: Request, context: HandlerContext) -> Query | None:
    if not written:
        return None
    personal = request.personal
    return parse(written, context.gazetteer, context.topics, QUERY_LIMITS, personal).query


def _parse_arguments(text: str) -> tuple[str, int]:
    """Split the arguments into query and count; a last word of one or two digits is the count."""
    query_text, _, last_word = text.rpartition(" ")
    count = parse_number(last_word) if len(last_word) <= 2 else None
    if count is None:
        return text, _DEFAULT_COUNT
    return query_text.strip(), min(max(count, 1), _MAX_COUNT)
