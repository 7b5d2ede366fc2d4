"""The button that shows a bulletin whole, or its next page."""

from dataclasses import replace

from handlers.heard import Request
from handlers.kit import Kit
from handlers.messages import read_press
from handlers.said import Said
from handlers.why import why_button
from storage import bulletins
from storage.bulletins import ANNOUNCEMENTS
from storage.database import Transaction


async def press_open(request: Request, transaction: Transaction, kit: Kit) -> Said:
    """Answers with the page as a message of its own: what the button is under stays."""
    voice = kit.voice(request)
    pressed = read_press(request.pressed)
    if pressed is None:
        return Said(answer=voice.label("answer-old-button"))
    wanted, number = pressed
    stored = (await bulletins.get(transaction, [wanted])).get(wanted)
    # One that is not sent yet is for nobody else's eyes; and all of them are one page.
    if stored is None or stored.source == ANNOUNCEMENTS:
        return Said(answer=voice.label("answer-report-gone"))
    page = kit.messages.page(stored, kit.audience(request), request.now, number)
    if page is None:
        return Said(answer=voice.label("answer-report-gone"))
    if request.is_private:
        asks = why_button(wanted, voice.label("button-why"))
        page = replace(page, buttons=(*page.buttons, (asks,)))
    return Said(replies=(page,))
