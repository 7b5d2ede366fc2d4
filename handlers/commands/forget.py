"""Command /forget: erase all stored data about a chat, after confirmation."""

from datetime import datetime, timedelta

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.telegram.events import Request
from handlers.telegram.keyboards import parse_number
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.erasure import erase_chat as erase
from storage.values.message import Button, MessageContent

CONFIRM = "fe"
"""Callback prefix of `fe:ASKED_AT` (Unix time of the question): erase everything."""

CANCEL = "fk"
"""Callback prefix of `fk:`: keep everything."""

_CONFIRMATION_TTL = timedelta(hours=1)
"""Lifetime of the question: an accidental press on an old message must not erase anything."""


async def ask(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /forget: ask for confirmation."""
    translator = context.translator(request)
    count = await subscriptions.count_in_chat(transaction, request.message.target.chat_id)
    asked_at = int(request.now.timestamp())
    rows = (
        (Button(translator.text("button-erase"), f"{CONFIRM}:{asked_at}"),),
        (Button(translator.text("button-keep"), f"{CANCEL}:"),),
    )
    return Reply(messages=(MessageContent(translator.html("forget-ask", count=count), rows),))


async def confirm(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Erase the chat; confirm by editing the question, because no subscriber is left to message."""
    translator = context.translator(request)
    asked_at = parse_number(request.callback_payload)
    if asked_at is None or not _is_fresh(asked_at, request.now):
        return Reply(answer=translator.text("answer-old-button"))
    erased = await erase(transaction, request.message.target.chat_id)
    summary = translator.html(
        "forgotten", count=len(erased.subscriptions), waiting=erased.deliveries
    )
    return Reply(
        edit=MessageContent(summary),
        answer=translator.text("answer-erased"),
        removed_subscription_ids=erased.subscriptions,
    )


async def cancel(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Keep everything."""
    return Reply(edit=MessageContent(context.translator(request).html("forget-kept")))


def _is_fresh(asked_at: int, now: datetime) -> bool:
    """Return True within the lifetime of the question; a time in the future is forged."""
    age = now.timestamp() - asked_at
    return -1 <= age <= _CONFIRMATION_TTL.total_seconds()
