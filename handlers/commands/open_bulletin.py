"""Button "read on": show a bulletin at full length, or its next page."""

from dataclasses import replace

from handlers.commands.why import why_button
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.messages.bulletin import parse_callback
from handlers.telegram.events import Request
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import ANNOUNCEMENT_SOURCE


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Reply with the page as a new message; the message with the button stays."""
    translator = context.translator(request)
    page_reference = parse_callback(request.callback_payload)
    if page_reference is None:
        return Reply(answer=translator.text("answer-old-button"))
    bulletin_id, page_number = page_reference
    bulletin = (await bulletins.get(transaction, [bulletin_id])).get(bulletin_id)
    # An announcement may be an unsent draft, and is never longer than one page.
    if bulletin is None or bulletin.source == ANNOUNCEMENT_SOURCE:
        return Reply(answer=translator.text("answer-report-gone"))
    page = context.bulletin_renderer.render_page(
        bulletin, context.render_options(request), request.now, page_number
    )
    if page is None:
        return Reply(answer=translator.text("answer-report-gone"))
    if request.is_private:
        button = why_button(bulletin_id, translator.text("button-why"))
        page = replace(page, buttons=(*page.buttons, (button,)))
    return Reply(messages=(page,))
