"""/forget: all that is known about a chat is erased, after a confirmation."""

from datetime import datetime, timedelta

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.telegram.callback_data import number
from handlers.telegram.events import Request
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.erasure import forget as erase
from storage.values.message import Button, Content

ERASE = "fe"
"""Prefix of `fe:ASKED`, the time of the question in seconds since 1970: erases everything."""

KEEP = "fk"
"""The button beside it: changes nothing."""

_ASKED_FOR = timedelta(hours=1)
"""So long the question stands: a stray press of an old message must not cost everything."""


async def forget(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/forget"""
    voice = kit.voice(request)
    count = await subscriptions.count_in_chat(transaction, request.heard.target.chat_id)
    asked = int(request.now.timestamp())
    rows = (
        (Button(voice.label("button-erase"), f"{ERASE}:{asked}"),),
        (Button(voice.label("button-keep"), f"{KEEP}:"),),
    )
    return Reply(replies=(Content(voice.say("forget-ask", count=count), rows),))


async def press_erase(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Erases, and says so where the question was: there is nobody left to owe an answer to."""
    voice = kit.voice(request)
    asked = number(request.pressed)
    if asked is None or not _is_fresh(asked, request.now):
        return Reply(answer=voice.label("answer-old-button"))
    erased = await erase(transaction, request.heard.target.chat_id)
    said = voice.say("forgotten", count=len(erased.subscriptions), waiting=erased.deliveries)
    return Reply(
        edit=Content(said), answer=voice.label("answer-erased"), removed=erased.subscriptions
    )


async def press_keep(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Leaves everything as it is."""
    return Reply(edit=Content(kit.voice(request).say("forget-kept")))


def _is_fresh(asked: int, now: datetime) -> bool:
    """Whether the question is no older than it may be; a forged time is as good as an old one."""
    age = now.timestamp() - asked
    return -1 <= age <= _ASKED_FOR.total_seconds()
