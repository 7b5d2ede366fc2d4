"""Buttons of one subscription: when it comes, with which sound, and with alerts next door."""

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.services.reschedule import reschedule
from handlers.services.subscription_message import SOUND, WHEN, render_subscription
from handlers.services.subscriptions import can_have_neighbours, find_by_button
from handlers.telegram.events import Request
from handlers.telegram.keyboards import with_checkmark
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.schedule_text import format_schedule
from handlers.text.subscription_options import SILENT
from handlers.text.timezones import UTC
from matching.query.ast import load
from matching.query.properties import LEVELS
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import DEFAULT_SOUND, Sound, Subscription
from storage.values.message import Button, MessageContent
from storage.values.schedules import IMMEDIATE, Frequency, Schedule, parse_schedule

_BACK = "back"
_NEIGHBOURS_ON, _NEIGHBOURS_OFF = "near", "far"
_SCHEDULES = (
    IMMEDIATE,
    Schedule(Frequency.HOURLY),
    parse_schedule("daily 09:00"),
    parse_schedule("mon-fri 09:00"),
    parse_schedule("weekly mon 09:00"),
)
"""Schedules with a button; users type any other."""

_SOUNDS = {
    "default": (DEFAULT_SOUND, "button-sound-default"),
    "always": (Sound(has_sound=True, sound_from=LEVELS[0]), "button-sound-always"),
    "orange": (Sound(has_sound=True, sound_from="orange"), "button-sound-from-orange"),
    "red": (Sound(has_sound=True, sound_from="red"), "button-sound-from-red"),
    "silent": (SILENT, "button-sound-silent"),
}
"""Choices of sound with the texts of their buttons, by the end of their callback data."""


async def choose_when(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Show the schedules of a subscription, or choose one."""
    translator = context.translator(request)
    id_text, _, choice = request.callback_payload.partition(":")
    subscription = await find_by_button(id_text, request, transaction)
    if subscription is None:
        return Reply(answer=translator.text("answer-gone"))
    if not choice:
        return Reply(edit=_render_schedules(subscription, request, context))
    if choice == _BACK:
        return Reply(edit=_render(subscription, request, context))
    try:
        schedule = parse_schedule(choice)
    except ValueError:
        return Reply(answer=translator.text("answer-old-button"))
    if schedule == subscription.schedule:
        return Reply(answer=translator.text("answer-already-chosen"))
    zone = request.subscriber.zone
    changed = await reschedule(transaction, subscription, schedule, zone, request.now)
    return _reply_changed(changed, request, context)


async def choose_sound(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Show the choices of sound of a subscription, or choose one."""
    translator = context.translator(request)
    id_text, _, choice = request.callback_payload.partition(":")
    subscription = await find_by_button(id_text, request, transaction)
    if subscription is None:
        return Reply(answer=translator.text("answer-gone"))
    if not choice:
        return Reply(edit=_render_sounds(subscription, request, context))
    if choice in (_NEIGHBOURS_ON, _NEIGHBOURS_OFF):
        return await _choose_neighbours(
            subscription, request, transaction, context, is_on=choice == _NEIGHBOURS_ON
        )
    if choice not in _SOUNDS:
        return Reply(answer=translator.text("answer-old-button"))
    sound, _ = _SOUNDS[choice]
    if sound == subscription.sound:
        return Reply(answer=translator.text("answer-already-chosen"))
    changed = await subscriptions.change(transaction, subscription, sound=sound)
    return _reply_changed(changed, request, context)


async def _choose_neighbours(
    subscription: Subscription,
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    *,
    is_on: bool,
) -> Reply:
    translator = context.translator(request)
    if is_on is subscription.has_neighbours:
        return Reply(answer=translator.text("answer-already-chosen"))
    if is_on and not _can_have_neighbours(subscription, context):
        return Reply(answer=translator.text("answer-old-button"))
    changed = await subscriptions.change(transaction, subscription, has_neighbours=is_on)
    return _reply_changed(changed, request, context)


def _reply_changed(changed: Subscription, request: Request, context: HandlerContext) -> Reply:
    return Reply(
        edit=_render(changed, request, context),
        answer=context.translator(request).text("answer-changed"),
        changed_subscriptions=(changed,),
    )


def _render(
    subscription: Subscription, request: Request, context: HandlerContext
) -> MessageContent:
    is_digest = subscription.schedule.frequency is not Frequency.NOW
    note = context.translator(request).html("digest-alerts") if is_digest else Html()
    zone = request.subscriber.zone or UTC
    return render_subscription(request, context, subscription, (), zone, note)


def _render_schedules(
    subscription: Subscription, request: Request, context: HandlerContext
) -> MessageContent:
    translator, zone = context.translator(request), request.subscriber.zone or UTC
    rows = []
    for schedule in _SCHEDULES:
        label = with_checkmark(
            format_schedule(schedule, zone, translator),
            is_selected=schedule == subscription.schedule,
        )
        rows.append((Button(label, f"{WHEN}:{subscription.id}:{schedule}"),))
    html = _heading("subscribed-choose-when", subscription, request, context)
    return MessageContent(html, (*rows, _back_button(subscription, translator)))


def _render_sounds(
    subscription: Subscription, request: Request, context: HandlerContext
) -> MessageContent:
    translator = context.translator(request)
    default_rank = LEVELS.index(context.sound_rule.sound_from)
    rows = []
    for name, (sound, key) in _SOUNDS.items():
        values = {"level": default_rank} if sound == DEFAULT_SOUND else {}
        label = with_checkmark(
            translator.text(key, **values),
            is_selected=sound == subscription.sound,
        )
        rows.append((Button(label, f"{SOUND}:{subscription.id}:{name}"),))
    if subscription.has_neighbours:
        label = translator.text("button-neighbours-off")
        rows.append((Button(label, f"{SOUND}:{subscription.id}:{_NEIGHBOURS_OFF}"),))
    elif _can_have_neighbours(subscription, context):
        label = translator.text("button-neighbours-on")
        rows.append((Button(label, f"{SOUND}:{subscription.id}:{_NEIGHBOURS_ON}"),))
    html = _heading("subscribed-choose-sound", subscription, request, context)
    return MessageContent(html, (*rows, _back_button(subscription, translator)))


def _heading(
    key: str, subscription: Subscription, request: Request, context: HandlerContext
) -> Html:
    description = context.formatter(request).format(
        load(subscription.query), subscription.query_text
    )
    return join("\n", [description, context.translator(request).html(key)])


def _back_button(subscription: Subscription, translator: Translator) -> tuple[Button]:
    label = translator.text("button-back-to-subscription")
    return (Button(label, f"{WHEN}:{subscription.id}:{_BACK}"),)


def _can_have_neighbours(subscription: Subscription, context: HandlerContext) -> bool:
    query = load(subscription.query)
    return can_have_neighbours(query, subscription.schedule, context.gazetteer)
