"""Naming of a shared location: a button asks for a name, the next message is the name.

The question is stored, so a restart does not lose it.
"""

from handlers.commands import places
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services.place_positions import clean_name, explain_name_fault, shared_position
from handlers.telegram.events import Request
from handlers.text.i18n import Translator
from matching.query.errors import QueryError
from matching.query.parser import QueryLimits
from matching.query.question import read_question
from storage.engine.database import Transaction
from storage.subscribers import shared_locations
from storage.subscribers.shared_locations import NAMING_TIME, Coordinates
from storage.values.message import Button, MessageContent

ASK = "vn"
"""Callback prefix of `vn:LATITUDE:LONGITUDE`, hundredths of degrees: ask for a name."""

CANCEL = "vc"
"""Callback data `vc:`: do not ask any longer."""

_MAX_ANSWER_LENGTH = 120  # characters; a longer text is a question
_QUESTION_MARKS = "?？؟"
_LIMITS = QueryLimits(guesses=0)


def save_button(location: Coordinates, translator: Translator) -> Button:
    """Return the button that asks for the name of a location."""
    rounded = location.rounded()
    hundredths = f"{round(rounded.latitude * 100)}:{round(rounded.longitude * 100)}"
    return Button(translator.text("button-save-place"), f"{ASK}:{hundredths}")


def can_be_answer(text: str, context: HandlerContext) -> bool:
    """Return whether a free text can be a name: a question about alerts never waits."""
    if len(text) > _MAX_ANSWER_LENGTH or not text or any(mark in text for mark in _QUESTION_MARKS):
        return False
    try:
        question = read_question(text, context.gazetteer, context.topics, _LIMITS)
    except QueryError:  # not one word to search for
        return True
    return not question.is_about_alerts


async def ask(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Ask for the name of the location on the button."""
    translator = context.translator(request)
    location = _parse_location(request.callback_payload)
    if location is None:
        return Reply(answer=translator.text("answer-old-button"))
    await shared_locations.ask_name(transaction, request.subscriber.number, location, request.now)
    minutes = int(NAMING_TIME.total_seconds() // 60)
    question = translator.html("place-ask-name", minutes=minutes)
    row = (Button(translator.text("button-cancel"), f"{CANCEL}:"),)
    return Reply(messages=(MessageContent(question, (row,)),))


async def cancel(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Forget the location that waits for a name."""
    translator = context.translator(request)
    await shared_locations.forget_unnamed(transaction, request.subscriber.number)
    return Reply(edit=MessageContent(translator.html("place-not-saved")))


async def name_location(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Save the location under the name that the person sent; ask again for an unusable one."""
    translator, number = context.translator(request), request.subscriber.number
    location = await shared_locations.find_unnamed(transaction, number, request.now)
    if location is None:  # the time ended a moment ago
        return text_reply(translator.html("place-not-saved"))
    name = clean_name(request.text)
    if fault := explain_name_fault(name, context, translator):
        return text_reply(fault)
    await shared_locations.forget_unnamed(transaction, number)
    position = shared_position(location, context.gazetteer)
    return await places.save(request, transaction, context, name, position)


def _parse_location(payload: str) -> Coordinates | None:
    """Return the location on a button; None for a forged one."""
    numbers = payload.split(":")
    try:
        latitude, longitude = (int(text) / 100 for text in numbers if len(text) <= len("-18000"))
    except ValueError:
        return None
    is_valid = abs(latitude) <= 90 and abs(longitude) <= 180
    return Coordinates(latitude, longitude) if is_valid else None
