"""Command /test: send a drill to this chat through the alert lane.

The drill arrives the way an alert does, with the same sound, and is clearly marked as a test.
"""

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import LANGUAGES, Catalog, Translator
from storage.engine.database import Transaction
from storage.outbox import deliveries
from storage.outbox.deliveries import NewDelivery
from storage.subscribers import sound_modes, subscriptions
from storage.subscribers.sound_modes import SoundMode
from storage.subscribers.subscriptions import Subscription
from storage.values.lanes import Lane
from storage.values.message import MessageContent
from storage.values.schedules import Frequency


async def send(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /test: enqueue a drill for each sound mode that the chat uses."""
    translator, number = context.translator(request), request.subscriber.number
    # Only one drill may wait: a flood of them would delay other chats' alerts.
    if await deliveries.has_waiting_message(transaction, number, Lane.ALERT):
        return text_reply(translator.html("drill-waits"))
    subscribed = await subscriptions.of(transaction, number)
    mode = await sound_modes.get(transaction, number)
    drills = [
        NewDelivery(
            subscriber=number,
            lane=Lane.ALERT,
            content=_render_drill(context.catalog, translator, mode, has_sound=has_sound),
            silent=not has_sound,
            due_at=request.now,
        )
        for has_sound in _sound_variants(subscribed, mode)
    ]
    await deliveries.enqueue(transaction, drills, request.now)
    note = _note_key(subscribed)
    return Reply() if note is None else text_reply(translator.html(note))


def _sound_variants(subscribed: list[Subscription], mode: SoundMode) -> list[bool]:
    """Return whether alerts at once have sound in the chat: [True], [False] or both."""
    if mode is SoundMode.NOTHING:
        return [False]
    at_once = [
        subscription.has_sound
        for subscription in subscribed
        if subscription.schedule.frequency is Frequency.NOW
    ]
    return sorted(set(at_once), reverse=True) or [True]


def _note_key(subscribed: list[Subscription]) -> str | None:
    """Return the text key of a caveat if no alert would arrive at once in this chat."""
    if not subscribed:
        return "drill-nothing"
    if all(subscription.schedule.frequency is not Frequency.NOW for subscription in subscribed):
        return "drill-digests"
    return None


def _render_drill(
    catalog: Catalog, translator: Translator, mode: SoundMode, *, has_sound: bool
) -> MessageContent:
    """Render the drill, marked as a test in every language.

    In a group or after a forward, people who read another language see it, too.
    """
    translations = [
        catalog.translator(language.code).html("drill-short")
        for language in LANGUAGES
        if language.code != translator.language
    ]
    key = "drill-sound" if has_sound else "drill-silent"
    sound_note = translator.html("drill-soundless" if mode is SoundMode.NOTHING else key)
    marker = Html("🧪 <b>TEST · ТЕСТ · PROVA</b>")
    body = join("\n", [translator.html("drill"), sound_note])
    return MessageContent(join("\n\n", [marker, body, join("\n", translations), marker]))
