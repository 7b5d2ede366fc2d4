"""Shared location: name its city and raion, with buttons to subscribe and to save the place."""

from handlers.commands.onboarding import place_button
from handlers.commands.place_naming import save_button
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.telegram.events import Request
from handlers.text.html import join
from matching.places.lookup import nearest
from storage.engine.database import Transaction
from storage.subscribers import shared_locations
from storage.values.message import MessageContent


async def locate(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Find the city and the raion of a shared location.

    It is `here` in queries for a day, rounded to a kilometre.
    """
    translator = context.translator(request)
    location = request.location.rounded()
    await shared_locations.share(
        transaction, request.subscriber.number, location, request.message.message_id, request.now
    )
    regions = nearest(*location, context.gazetteer)
    formatter = context.formatter(request)
    names = {region.code: formatter.place_name(region.code) for region in regions if region}
    summary = translator.html("locate-nowhere")
    if names:
        summary = translator.html("locate", places=", ".join(names.values()))
    rows = tuple((place_button(code, name),) for code, name in names.items())
    notice = translator.html("locate-kept")
    row = (save_button(location, translator),)
    return Reply(messages=(MessageContent(join("\n\n", [summary, notice]), (*rows, row)),))
