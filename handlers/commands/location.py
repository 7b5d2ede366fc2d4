"""Shared location: name its city and raion, with a button to subscribe to each."""

from handlers.commands.onboarding import place_button
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.telegram.events import Request
from handlers.text.query_text import QueryFormatter
from matching.places.lookup import nearest
from storage.engine.database import Transaction
from storage.values.message import MessageContent


async def locate(request: Request, _transaction: Transaction, context: HandlerContext) -> Reply:
    """Find the city and the raion of a shared location. The location itself is not stored."""
    translator = context.translator(request)
    regions = nearest(*request.location, context.gazetteer)
    formatter = QueryFormatter(translator, context.gazetteer, context.topics)
    names = {region.code: formatter.place_name(region.code) for region in regions if region}
    if not names:
        return text_reply(translator.html("locate-nowhere"))
    rows = tuple((place_button(code, name),) for code, name in names.items())
    summary = translator.html("locate", places=", ".join(names.values()))
    return Reply(messages=(MessageContent(summary, rows),))
