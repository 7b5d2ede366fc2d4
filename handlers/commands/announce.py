"""Command /announce, for operators: preview, send and stop a message to all subscribers.

An announcement is stored as a draft bulletin. The "send" button turns it into a broadcast in the
lowest lane.
"""

from datetime import timedelta

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.messages.pagination import paginate
from handlers.telegram.events import Request
from handlers.telegram.keyboards import parse_number
from handlers.text import plain_text
from handlers.text.html import Html, join
from storage.engine.database import Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import announcements
from storage.outbox.announcements import AnnouncementProgress
from storage.values.message import Button, MessageContent

SEND = "as"
CANCEL = "ac"
"""Callback prefixes of `as:ANNOUNCEMENT` (send) and `ac:ANNOUNCEMENT` (discard the draft)."""

REFRESH = "ar"
STOP = "ax"
"""Callback prefixes of `ar:ANNOUNCEMENT:CHATS` (show progress) and `ax:ANNOUNCEMENT:CHATS` (stop).

CHATS is the number of recipients at the start."""

_PREVIEW_TTL = timedelta(days=1)
"""Lifetime of a preview: the button under an old one sends nothing."""


async def preview(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /announce TEXT: store a draft and show its preview with a "send" button."""
    translator = context.translator(request)
    text = plain_text.clean(request.message.multiline_text)
    if not text:
        return text_reply(translator.html("announce-usage"))
    announcement = await announcements.create_draft(transaction, text, request.now)
    if len(paginate(announcement).texts) > 1:
        await announcements.discard(transaction, announcement.id)
        return text_reply(translator.html("announce-too-long"))
    count = await announcements.count_chats(transaction)
    rows = (
        (Button(translator.text("button-announce", count=count), f"{SEND}:{announcement.id}"),),
        (Button(translator.text("button-cancel"), f"{CANCEL}:{announcement.id}"),),
    )
    heading = translator.html("announce-preview")
    return Reply(messages=(_render_announcement(announcement, heading, rows, request, context),))


async def send(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Broadcast the draft to all subscribers. Idempotent: a second press sends nothing."""
    announcement = await _find_announcement(request, transaction, context)
    if announcement is None:
        return _reject_button(request, context)
    if request.now - announcement.received_at <= _PREVIEW_TTL:
        await announcements.send(transaction, announcement.id, request.now)
    progress = await announcements.load_progress(transaction, announcement.id)
    if progress is None:
        return _reject_button(request, context)
    return Reply(
        edit=_render_progress(announcement, progress, progress.recipients, request, context)
    )


async def cancel(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Discard the draft; a broadcast that has started is not affected."""
    announcement = await _find_announcement(request, transaction, context)
    if announcement is None or not await announcements.discard(transaction, announcement.id):
        return _reject_button(request, context)
    return Reply(edit=MessageContent(context.translator(request).html("announce-cancelled")))


async def refresh(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Update the progress in the message."""
    announcement = await _find_announcement(request, transaction, context)
    progress = announcement and await announcements.load_progress(transaction, announcement.id)
    if not announcement or not progress:
        return _reject_button(request, context)
    return Reply(
        edit=_render_progress(
            announcement, progress, _planned_recipients(request, progress), request, context
        )
    )


async def stop(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Stop the broadcast: subscribers without a delivery attempt do not receive it."""
    announcement = await _find_announcement(request, transaction, context)
    if announcement is None:
        return _reject_button(request, context)
    is_stopped = await announcements.stop(transaction, announcement.id, request.now)
    progress = await announcements.load_progress(transaction, announcement.id)
    if progress is None:
        return _reject_button(request, context)
    edit = _render_progress(
        announcement, progress, _planned_recipients(request, progress), request, context
    )
    key = "answer-announce-stopped" if is_stopped else "answer-announce-over"
    return Reply(edit=edit, answer=context.translator(request).text(key))


def _render_progress(
    announcement: StoredBulletin,
    progress: AnnouncementProgress,
    planned: int,
    request: Request,
    context: HandlerContext,
) -> MessageContent:
    """Render the progress above the announcement; offer "stop" while deliveries remain."""
    translator = context.translator(request)
    counts = {"arrived": progress.delivered, "count": planned}
    payload = f"{announcement.id}:{planned}"
    refresh_button = Button(translator.text("button-refresh"), f"{REFRESH}:{payload}")
    stop_button = Button(translator.text("button-stop"), f"{STOP}:{payload}")
    if progress.remaining:
        heading = translator.html("announce-under-way", **counts)
        rows = ((refresh_button, stop_button),)
        return _render_announcement(announcement, heading, rows, request, context)
    is_stopped = progress.recipients < planned
    heading = translator.html("announce-stopped" if is_stopped else "announce-done", **counts)
    return _render_announcement(announcement, heading, ((refresh_button,),), request, context)


def _render_announcement(
    announcement: StoredBulletin,
    heading: Html,
    rows: tuple[tuple[Button, ...], ...],
    request: Request,
    context: HandlerContext,
) -> MessageContent:
    message = context.bulletin_renderer.render(
        announcement, context.render_options(request), request.now
    )
    return MessageContent(join("\n\n", [heading, Html(message.html)]), rows)


async def _find_announcement(
    request: Request, transaction: Transaction, context: HandlerContext
) -> StoredBulletin | None:
    """Return the announcement of a button; None if it is gone or the callback data is forged.

    Callback data can be forged, so this checks again that an operator pressed in private.
    """
    id_ = parse_number(request.callback_payload.partition(":")[0])
    if id_ is None or not request.is_private or request.message.user_id not in context.operator_ids:
        return None
    return await announcements.find(transaction, id_)


def _planned_recipients(request: Request, progress: AnnouncementProgress) -> int:
    """Return the number of recipients at the start, as the button carries it."""
    return parse_number(request.callback_payload.partition(":")[2]) or progress.recipients


def _reject_button(request: Request, context: HandlerContext) -> Reply:
    return Reply(answer=context.translator(request).text("answer-old-button"))
