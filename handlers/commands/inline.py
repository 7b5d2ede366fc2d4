"""Inline mode: an inline query `@bot Kyiv` in any chat offers the newest bulletins to share."""

import asyncio

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import InlineAnswer, InlineResult
from handlers.messages.bulletin import RenderOptions
from handlers.messages.pagination import paginate
from handlers.services.search import Search
from handlers.telegram.events import InlineQuery
from handlers.text import plain_text
from matching.query.errors import QueryError
from matching.query.parser import QueryLimits, parse
from matching.query.personal_places import PersonalPlaces
from storage.engine.database import Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.subscribers.subscribers import Detail
from storage.values.message import MessageContent

_MAX_RESULTS = 8
_QUERY_LIMITS = QueryLimits(size=200, guesses=0)
_MAX_TITLE_LENGTH, _MAX_DESCRIPTION_LENGTH = 80, 160
"""UTF-16 units; Telegram shows no more of a result."""


async def answer(
    inline_query: InlineQuery,
    transaction: Transaction,
    context: HandlerContext,
    options: RenderOptions,
    personal: PersonalPlaces,
) -> InlineAnswer:
    """Return the newest bulletins that match. `personal` has the places of the person.

    A query that cannot be parsed gets no results: the person is still typing.
    """
    try:
        text = inline_query.text.strip()
        query = None
        if text:
            parsed = parse(text, context.gazetteer, context.topics, _QUERY_LIMITS, personal)
            query = parsed.query
    except QueryError:
        return InlineAnswer(inline_query.id, ())
    page = await Search(transaction, context.reader, query).page_before(_MAX_RESULTS)
    results = []
    for bulletin in page.bulletins:
        results.append(_build_result(bulletin, inline_query, context, options))
        await asyncio.sleep(0)  # rendering a long text takes a few milliseconds
    return InlineAnswer(inline_query.id, tuple(results))


def _build_result(
    bulletin: StoredBulletin,
    inline_query: InlineQuery,
    context: HandlerContext,
    options: RenderOptions,
) -> InlineResult:
    pages = paginate(bulletin)
    content = context.bulletin_renderer.render(bulletin, options, inline_query.received_at)
    return InlineResult(
        id=str(bulletin.id),
        title=plain_text.truncate(
            pages.headline or plain_text.single_line(pages.text), _MAX_TITLE_LENGTH
        ),
        description=plain_text.truncate(
            plain_text.single_line(pages.text), _MAX_DESCRIPTION_LENGTH
        ),
        content=MessageContent(
            content.html
        ),  # no buttons: the bot may not be a member of that chat
    )


def anonymous_options(language: str) -> RenderOptions:
    """Return the rendering options for a person who is not a subscriber."""
    return RenderOptions(language, None, Detail.SHORT)
