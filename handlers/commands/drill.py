"""/test: a drill for one chat, which comes the way an alert comes and can be taken for none."""

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import LANGUAGES, Voice, Words
from storage.engine.database import Transaction
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.lanes import Lane
from storage.values.message import Content
from storage.values.schedules import Every


async def drill(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/test"""
    voice, number = kit.voice(request), request.subscriber.number
    # A flood of drills must not stand before somebody's alert: one waits at a time.
    if await deliveries.is_waiting(transaction, number, Lane.ALERT):
        return reply(voice.say("drill-waits"))
    followed = await subscriptions.of(transaction, number)
    new = [
        NewDelivery(
            subscriber=number,
            lane=Lane.ALERT,
            content=_content(kit.words, voice, sound=sound),
            silent=not sound,
            due_at=request.now,
        )
        for sound in _sounds(followed)
    ]
    await deliveries.enqueue(transaction, new, request.now)
    note = _note(followed)
    return Reply() if note is None else reply(voice.say(note))


def _sounds(followed: list[Subscription]) -> list[bool]:
    """The ways in which alerts come here: with sound, without, or some so and some so."""
    at_once = [each.sound for each in followed if each.schedule.every is Every.NOW]
    return sorted(set(at_once), reverse=True) or [True]


def _note(followed: list[Subscription]) -> str | None:
    """What one has to know of alerts here: a drill alone would promise too much."""
    if not followed:
        return "drill-nothing"
    if all(each.schedule.every is not Every.NOW for each in followed):
        return "drill-digests"
    return None


def _content(words: Words, voice: Voice, *, sound: bool) -> Content:
    """Marked in every language we speak: others read along in a group, or get it forwarded."""
    others = [
        words.voice(language.code).say("drill-short")
        for language in LANGUAGES
        if language.code != voice.language
    ]
    how = voice.say("drill-sound" if sound else "drill-silent")
    mark = Html("🧪 <b>TEST · ТЕСТ · PROVA</b>")
    body = join("\n", [voice.say("drill"), how])
    return Content(join("\n\n", [mark, body, join("\n", others), mark]))
