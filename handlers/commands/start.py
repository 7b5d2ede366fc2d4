"""Command /start: onboarding, or the confirmation of a deep link's subscription."""

import base64
import binascii

from handlers.commands.onboarding import render_greeting
from handlers.commands.subscribe import reply_to_query_error, subscribe_button
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services.query_sources import parse_with_sources
from handlers.telegram.events import Request
from matching.query.errors import QueryError
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.values.message import MessageContent


async def start(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /start [PAYLOAD]."""
    if request.text:
        return await _ask_to_confirm(request, transaction, context)
    translator = context.translator(request)
    count = len(await subscriptions.of(transaction, request.subscriber.number))
    if count:
        return text_reply(translator.html("start-again", count=count))
    return Reply(messages=(render_greeting(request, context),))


def decode_payload(payload: str) -> str | None:
    """Decode the query in a deep link (t.me/BOT?start=PAYLOAD): base64url of its UTF-8 bytes.

    Return None if the payload is forged or truncated.
    """
    try:
        padded = payload.encode("ascii") + b"=" * (-len(payload) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode() or None
    except (UnicodeError, binascii.Error):
        return None


async def _ask_to_confirm(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    translator = context.translator(request)
    written = decode_payload(request.text)
    if written is None:
        return text_reply(translator.html("start-bad-link"))
    try:
        parsed = await parse_with_sources(written, request.personal, transaction, context)
    except QueryError as error:
        return reply_to_query_error(written, error, translator)
    description = context.formatter(request).format(parsed.query, written)
    question = translator.html("start-confirm", what=description)
    return Reply(messages=(MessageContent(question, ((subscribe_button(written, translator),),)),))
