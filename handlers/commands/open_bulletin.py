"""The button that shows a bulletin whole, or its next page."""

from dataclasses import replace

from handlers.commands.why import why_button
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.messages.bulletin import read_press
from handlers.telegram.events import Request
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import ANNOUNCEMENTS


async def press_open(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Answers with the page as a message of its own: what the button is under stays."""
    voice = kit.voice(request)
    pressed = read_press(request.pressed)
    if pressed is None:
        return Reply(answer=voice.label("answer-old-button"))
    wanted, number = pressed
    stored = (await bulletins.get(transaction, [wanted])).get(wanted)
    # One that is not sent yet is for nobody else's eyes; and all of them are one page.
    if stored is None or stored.source == ANNOUNCEMENTS:
        return Reply(answer=voice.label("answer-report-gone"))
    page = kit.messages.page(stored, kit.audience(request), request.now, number)
    if page is None:
        return Reply(answer=voice.label("answer-report-gone"))
    if request.is_private:
        asks = why_button(wanted, voice.label("button-why"))
        page = replace(page, buttons=(*page.buttons, (asks,)))
    return Reply(replies=(page,))
