"""Command /why: explain why a message was delivered, or why a bulletin was not."""

from collections.abc import Iterable, Sequence

from alerts.classification import read_in_steps
from alerts.stored_readings import ReadingScan, load_readings
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.messages.pagination import paginate
from handlers.services import match_explanation, missed_alerts
from handlers.services.delivery_trace import describe
from handlers.services.sound_explanation import explain_silence
from handlers.telegram.events import RepliedMessage, Request
from handlers.telegram.keyboards import parse_number
from handlers.text import plain_text
from handlers.text.html import Html, bold, join
from matching.reader import Reading
from matching.text.tokenizer import split_words
from storage.engine.database import Transaction
from storage.inbound import bulletins, readings
from storage.inbound.bulletins import ANNOUNCEMENT_SOURCE, Bulletin, StoredBulletin
from storage.outbox import delivery_trace, receipts
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button

PREFIX = "y"
"""Callback prefix of `y:BULLETIN`: explain that bulletin."""

_MAX_SEARCHED = 2_000  # bulletins
_MAX_TEXTS = 100  # read again, of bulletins whose reading an older version has stored
_BATCH_SIZE = 100
_MIN_WORDS = 2
"""A shorter text matches too many bulletins to identify one."""

_MAX_HEADLINE_LENGTH = 120


async def explain(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /why in reply to a message, or with a link or a text."""
    translator = context.translator(request)
    replied = request.message.reply_to
    if replied and missed_alerts.is_summary(replied.text, context):
        explanation = await missed_alerts.explain(request, transaction, context, replied.sent_at)
        return text_reply(explanation or translator.html("why-usage"))
    bulletin = await _find_replied_bulletin(request, transaction, replied) if replied else None
    text = request.text or (replied.text if replied else "")
    if bulletin is None and not text:
        return text_reply(translator.html("why-usage"))
    if bulletin is None:
        bulletin = await _search(transaction, context, text)
    if bulletin is None:
        return text_reply(await _explain_text(request, transaction, context, text))
    return text_reply(await _explain_bulletin(request, transaction, context, bulletin))


async def explain_by_button(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Explain the bulletin whose button was pressed."""
    bulletin_id = parse_number(request.callback_payload)
    bulletin = (
        (await bulletins.get(transaction, [bulletin_id])).get(bulletin_id) if bulletin_id else None
    )
    if bulletin is None:
        return Reply(answer=context.translator(request).text("answer-report-gone"))
    return text_reply(await _explain_bulletin(request, transaction, context, bulletin))


def why_button(bulletin: int, label: str) -> Button:
    """Return a button that explains a bulletin."""
    return Button(label, f"{PREFIX}:{bulletin}")


async def _find_replied_bulletin(
    request: Request, transaction: Transaction, replied: RepliedMessage
) -> StoredBulletin | None:
    """Return the bulletin in a message of the bot; None if it has none, or several."""
    chat = request.message.target.chat_id
    id_ = await receipts.find_bulletin(transaction, chat, replied.message_id, replied.sent_at)
    return (await bulletins.get(transaction, [id_])).get(id_) if id_ is not None else None


async def _search(
    transaction: Transaction, context: HandlerContext, text: str
) -> StoredBulletin | None:
    """Return the newest bulletin with that URL or phrase, among the last _MAX_SEARCHED."""
    phrase = _join(split_words(text))
    is_specific = len(phrase.split()) >= _MIN_WORDS
    before_id: int | None = None
    scan = ReadingScan(transaction, context.reader, max_texts=_MAX_TEXTS)
    for _ in range(_MAX_SEARCHED // _BATCH_SIZE):
        batch = await readings.scan_before(
            transaction, _BATCH_SIZE, before=before_id, include_duplicates=True
        )
        async for row, reading in scan.resolve(batch):
            words = _join(reading.texts) if reading and is_specific else ""
            if row.url == text.strip() or phrase in words:
                return (await bulletins.get(transaction, [row.id])).get(row.id)
        if len(batch) < _BATCH_SIZE:
            return None
        before_id = batch[-1].id
    return None


def _join(words: Iterable[str]) -> str:
    """Return words, each between spaces, so that `in` compares whole words."""
    return f" {' '.join(filter(None, words))} "


async def _explain_bulletin(
    request: Request, transaction: Transaction, context: HandlerContext, bulletin: StoredBulletin
) -> Html:
    translator = context.translator(request)
    heading = bold(
        plain_text.truncate(
            plain_text.single_line(paginate(bulletin).headline or bulletin.text),
            _MAX_HEADLINE_LENGTH,
        )
    )
    if bulletin.source == ANNOUNCEMENT_SOURCE:
        return join("\n\n", [heading, translator.html("why-announcement")])
    trace = await delivery_trace.load(transaction, bulletin.id, request.subscriber.number)
    loaded = await load_readings(transaction, context.reader, [bulletin])
    reading = loaded[bulletin.id]
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    silence = Html()
    if trace.is_delivered and trace.is_silent:
        silence = await explain_silence(
            transaction, trace, bulletin, reading, subscribed, context, request
        )
    outcome = await describe(transaction, trace, bulletin, silence, request, translator)
    matches = await _explain_match(subscribed, bulletin, reading, context, request)
    return join("\n\n", [heading, outcome, *matches])


async def _explain_text(
    request: Request, transaction: Transaction, context: HandlerContext, text: str
) -> Html:
    translator = context.translator(request)
    bulletin = Bulletin(source="", key="", text=text, received_at=request.now)
    reading = await read_in_steps(context.reader, bulletin)
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    matches = await _explain_match(subscribed, bulletin, reading, context, request)
    return join("\n\n", [translator.html("why-not-known"), *matches])


async def _explain_match(
    subscribed: Sequence[Subscription],
    bulletin: Bulletin,
    reading: Reading,
    context: HandlerContext,
    request: Request,
) -> list[Html]:
    """List the subscriptions that match, or what each of them misses."""
    text = f"{bulletin.title}\n{bulletin.text}"
    return await match_explanation.explain(subscribed, reading, text, context, request)
