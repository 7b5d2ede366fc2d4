"""Buttons that choose a meaning before a subscription, and that undo it after."""

from dataclasses import replace

from handlers.commands.subscribe import subscribe_button, subscribe_to_text
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.services.subscriptions import SubscriptionQuotaError, find_by_button
from handlers.telegram.events import Request
from handlers.telegram.keyboards import decode_text
from matching.query.ast import load
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.values.message import MessageContent

_MAX_AGAIN = 40  # bytes of a query that a button repeats


async def choose_meaning(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Subscribe with the chosen meaning of a doubtful word, in place of the question."""
    translator = context.translator(request)
    token, _, encoded = request.callback_payload.partition(":")
    text = decode_text(encoded, request.callback_query)
    if not token or not text:
        return Reply(answer=translator.text("answer-old-button"))
    try:
        reply = await subscribe_to_text(request, transaction, context, text, token)
    except SubscriptionQuotaError:
        return Reply(answer=translator.text("answer-too-many", count=context.subscription_quota))
    if len(reply.messages) != 1:
        return reply
    return replace(reply, messages=(), edit=reply.messages[0])


async def undo(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Remove the subscription of a confirmation, and say what was removed."""
    translator = context.translator(request)
    subscription = await find_by_button(request.callback_payload, request, transaction)
    if subscription is None:
        return Reply(answer=translator.text("answer-gone"))
    await subscriptions.remove(transaction, [subscription.id])
    written = subscription.query_text
    description = context.formatter(request).format(load(subscription.query), written)
    html = translator.html("subscribe-undone", what=description)
    is_short = 0 < len(written.encode()) <= _MAX_AGAIN
    rows = ((subscribe_button(written, translator),),) if is_short else ()
    return Reply(
        edit=MessageContent(html, rows),
        answer=translator.text("answer-removed"),
        removed_subscription_ids=(subscription.id,),
    )
