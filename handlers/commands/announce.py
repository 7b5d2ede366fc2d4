"""/announce, for those who run the bot: a word to everybody, after a look at it."""

from datetime import timedelta

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.messages.pagination import pages
from handlers.telegram.callback_data import number
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.html import Html, join
from storage.engine.database import Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import announcements
from storage.outbox.announcements import Progress
from storage.values.message import Button, Content

SEND = "as"
CANCEL = "ac"
"""Prefixes of `as:ANNOUNCEMENT` and `ac:ANNOUNCEMENT`: sends it, or forgets it."""

REFRESH = "ar"
STOP = "ax"
"""Prefixes of `ar:ANNOUNCEMENT:CHATS` and so on: how many have it, of how many at the beginning."""

_ASKED_FOR = timedelta(days=1)
"""So long a preview can be sent: nobody means that of last month."""


async def announce(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/announce TEXT: how it will look, and a button that sends it."""
    voice = kit.voice(request)
    text = plain_text.clean(request.heard.lines)
    if not text:
        return reply(voice.say("announce-usage"))
    stored = await announcements.draft(transaction, text, request.now)
    if len(pages(stored).texts) > 1:
        await announcements.discard(transaction, stored.id)
        return reply(voice.say("announce-too-long"))
    count = await announcements.reach(transaction)
    rows = (
        (Button(voice.label("button-announce", count=count), f"{SEND}:{stored.id}"),),
        (Button(voice.label("button-cancel"), f"{CANCEL}:{stored.id}"),),
    )
    return Reply(replies=(_shown(stored, voice.say("announce-preview"), rows, request, kit),))


async def press_send(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Owes it to everybody, once."""
    stored = await _pressed(request, transaction, kit)
    if stored is None:
        return _old(request, kit)
    if request.now - stored.received_at <= _ASKED_FOR:
        await announcements.send(transaction, stored.id, request.now)
    made = await announcements.progress(transaction, stored.id)
    if made is None:
        return _old(request, kit)
    return Reply(edit=_progress(stored, made, made.recipients, request, kit))


async def press_cancel(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Forgets it; what was sent already goes on."""
    stored = await _pressed(request, transaction, kit)
    if stored is None or not await announcements.discard(transaction, stored.id):
        return _old(request, kit)
    return Reply(edit=Content(kit.voice(request).say("announce-cancelled")))


async def press_refresh(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """How many have it now."""
    stored = await _pressed(request, transaction, kit)
    made = stored and await announcements.progress(transaction, stored.id)
    if not stored or not made:
        return _old(request, kit)
    return Reply(edit=_progress(stored, made, _planned(request, made), request, kit))


async def press_stop(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Nobody else gets it."""
    stored = await _pressed(request, transaction, kit)
    if stored is None:
        return _old(request, kit)
    stopped = await announcements.stop(transaction, stored.id, request.now)
    made = await announcements.progress(transaction, stored.id)
    if made is None:
        return _old(request, kit)
    edit = _progress(stored, made, _planned(request, made), request, kit)
    key = "answer-announce-stopped" if stopped else "answer-announce-over"
    return Reply(edit=edit, answer=kit.voice(request).label(key))


def _progress(
    stored: StoredBulletin, made: Progress, planned: int, request: Request, kit: Kit
) -> Content:
    """The announcement under what became of it; with buttons as long as that changes."""
    voice = kit.voice(request)
    counts = {"arrived": made.arrived, "count": planned}
    tail = f"{stored.id}:{planned}"
    refresh = Button(voice.label("button-refresh"), f"{REFRESH}:{tail}")
    stop = Button(voice.label("button-stop"), f"{STOP}:{tail}")
    if made.left:
        head, rows = voice.say("announce-under-way", **counts), ((refresh, stop),)
        return _shown(stored, head, rows, request, kit)
    stopped = made.recipients < planned
    head = voice.say("announce-stopped" if stopped else "announce-done", **counts)
    return _shown(stored, head, ((refresh,),), request, kit)


def _shown(
    stored: StoredBulletin,
    head: Html,
    rows: tuple[tuple[Button, ...], ...],
    request: Request,
    kit: Kit,
) -> Content:
    drawn = kit.messages.bulletin(stored, kit.audience(request), request.now)
    return Content(join("\n\n", [head, Html(drawn.html)]), rows)


async def _pressed(request: Request, transaction: Transaction, kit: Kit) -> StoredBulletin | None:
    """The announcement a button is for; None where it is gone, and for whoever forged the press."""
    wanted = number(request.pressed.partition(":")[0])
    if wanted is None or not request.is_private or request.heard.user_id not in kit.operators:
        return None
    return await announcements.find(transaction, wanted)


def _planned(request: Request, made: Progress) -> int:
    """How many chats there were to be at the beginning."""
    return number(request.pressed.partition(":")[2]) or made.recipients


def _old(request: Request, kit: Kit) -> Reply:
    return Reply(answer=kit.voice(request).label("answer-old-button"))
