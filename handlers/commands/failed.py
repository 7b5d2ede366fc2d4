"""Command /failed, for operators: list dead letters with their errors, and retry them."""

from handlers.commands.stats import LANE_LABELS
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.telegram.events import Request
from handlers.telegram.keyboards import parse_number
from handlers.text import plain_text
from handlers.text.dates import format_moment
from handlers.text.html import Html, bold, join, visible_text
from handlers.text.i18n import Translator
from storage.engine.database import Transaction
from storage.outbox import dead_letters
from storage.outbox.dead_letters import DeadLetter
from storage.values.message import Button, MessageContent

RETRY = "fa"
"""Callback prefix of `fa:DELIVERY` and `fa:all`: retry one dead letter, or all."""

_MAX_LISTED = 10
_MAX_TEXT_LENGTH = 80  # characters of the message and of the error


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /failed."""
    return Reply(messages=(await _render_list(request, transaction, context),))


async def retry(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Requeue one dead letter, or all."""
    translator = context.translator(request)
    if request.message.user_id not in context.operator_ids:  # callback data can be forged
        return Reply(answer=translator.text("answer-old-button"))
    delivery_id = parse_number(request.callback_payload)
    if delivery_id is None and request.callback_payload != "all":
        return Reply(answer=translator.text("answer-old-button"))
    count = await dead_letters.requeue(transaction, request.now, delivery_id)
    answer = (
        translator.text("failed-again", count=count) if count else translator.text("answer-gone")
    )
    return Reply(edit=await _render_list(request, transaction, context), answer=answer)


async def _render_list(
    request: Request, transaction: Transaction, context: HandlerContext
) -> MessageContent:
    translator = context.translator(request)
    count = await dead_letters.count(transaction)
    if not count:
        return MessageContent(translator.html("failed-none"))
    letters = await dead_letters.list_recent(transaction, _MAX_LISTED)
    heading = translator.html("failed-head", count=count)
    entries = [
        _render_entry(position, letter, request, translator)
        for position, letter in enumerate(letters, 1)
    ]
    buttons = [
        Button(f"↻ {position}", data=f"{RETRY}:{letter.id}")
        for position, letter in enumerate(letters, 1)
    ]
    rows = (tuple(buttons[:5]), tuple(buttons[5:]))
    retry_all = Button(translator.text("button-again-all", count=count), data=f"{RETRY}:all")
    return MessageContent(join("\n\n", [heading, *entries]), (*filter(None, rows), (retry_all,)))


def _render_entry(
    position: int, letter: DeadLetter, request: Request, translator: Translator
) -> Html:
    text = visible_text(Html(letter.text)) if "<" in letter.text else letter.text
    return translator.html(
        "failed-entry",
        at=str(position),
        when=format_moment(letter.failed_at, request.subscriber.zone, request.now, translator),
        lane=translator.text(LANE_LABELS[letter.lane]),
        chat=str(letter.chat_id),
        said=bold(plain_text.truncate(plain_text.single_line(text), _MAX_TEXT_LENGTH)),
        why=plain_text.truncate(plain_text.single_line(letter.failure), _MAX_TEXT_LENGTH),
    )
