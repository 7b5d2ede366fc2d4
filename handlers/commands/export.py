"""/export: all that is known about a chat, as text to keep and to bring back."""

from collections.abc import Iterable

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.services.canonical_query import spell
from handlers.services.export_format import About, Entry, Settings, write
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.html import Html, escape, join
from matching.query.ast import load
from storage.engine.database import Transaction
from storage.subscribers import channels, quiet_hours, subscriptions
from storage.subscribers.quiet_hours import Quiet
from storage.subscribers.subscribers import Subscriber
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Content

_MESSAGE = 3_600
"""UTF-16 units; Telegram takes 4,096, and so much must also fit behind /import."""


async def export(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/export"""
    voice = kit.voice(request)
    followed = await subscriptions.of(transaction, request.subscriber.number)
    mine = await channels.of(transaction, request.subscriber.number)
    texts = write(
        _about(request.subscriber, [each.subscriber.chat_id for each in mine]),
        _settings(
            request.subscriber, await quiet_hours.find(transaction, request.subscriber.number)
        ),
        map(_entry, followed),
        _MESSAGE,
    )
    pieces = [piece for text in texts for piece in _pieces(text)]
    notes = [voice.say("export", count=len(pieces))]
    if len(pieces) > len(texts):
        notes.append(voice.say("export-cut"))
    head = join("\n\n", notes)
    return Reply(replies=(Content(head), *(Content(_code(piece)) for piece in pieces)))


def _about(subscriber: Subscriber, set_up: Iterable[int]) -> About:
    return About(
        id=subscriber.chat_id,
        topic=subscriber.thread_id,
        since=subscriber.created_at.isoformat(timespec="seconds"),
        channels=tuple(set_up),
    )


def _settings(subscriber: Subscriber, hushed: Quiet) -> Settings:
    return Settings(
        language=subscriber.language,
        zone=subscriber.zone,
        detail=subscriber.detail.value,
        digest=str(subscriber.schedule),
        told_nothing=subscriber.told_nothing,
        quiet=None if hushed.hours is None else str(hushed.hours),
        quiet_alerts=hushed.alerts.value,
    )


def _entry(subscription: Subscription) -> Entry:
    return Entry(
        written=subscription.written,
        understood=spell(load(subscription.query)),
        when=str(subscription.schedule),
        sound=subscription.sound,
        since=subscription.created_at.isoformat(timespec="seconds"),
    )


def _pieces(text: str) -> list[str]:
    """The text, cut where it is too long for a message, and so that joining them gives it back."""
    pieces = []
    while plain_text.units(text) > _MESSAGE:
        end = plain_text.fitting(text, _MESSAGE)
        # Telegram drops a space at the edge of a message.
        apart = (at for at in range(end, end // 2, -1) if not text[at - 1 : at + 1].count(" "))
        end = next(apart, end)
        pieces.append(text[:end])
        text = text[end:]
    return [*pieces, text]


def _code(text: str) -> Html:
    return Html(f"<pre>{escape(text)}</pre>")
