"""Command /digest: the default schedule of new subscriptions, and of existing ones on request."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services.reschedule import reschedule
from handlers.telegram.events import Request
from handlers.telegram.keyboards import with_checkmark
from handlers.text.any_language import parse_in_any_language
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.plain_text import echo
from handlers.text.schedule_text import format_schedule, parse_schedule_text
from handlers.text.timezones import UTC
from matching.query.ast import ALERT_TOPIC, And, Or, Query, TopicTerm, load
from matching.topics.hazards import AIR, hazard_tree
from storage.engine.database import Transaction
from storage.subscribers import subscribers, subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button, MessageContent
from storage.values.schedules import IMMEDIATE, Frequency, Schedule, parse_schedule

PAGE = "dp"
EMPTY_DIGESTS = "dn"
"""Callback prefixes of `dp:` (show the page), `dn:yes` and `dn:no` (send empty digests)."""

CHOOSE = "dw"
MOVE = "dm"
MOVE_ALERTS = "da"
"""Callback prefixes of `dw:SCHEDULE` (set the default), `dm:SCHEDULE` (move everything but alerts
that come at once), and `da:SCHEDULE` (move those alerts)."""

_ALERT_TOPICS = frozenset((ALERT_TOPIC, "air_alert", "all_clear", AIR, *hazard_tree().all_threats))
"""Topics of alerts and of their threats."""

_PRESETS = (
    IMMEDIATE,
    Schedule(Frequency.HOURLY),
    parse_schedule("daily 09:00"),
    parse_schedule("weekly mon 09:00"),
)
"""Schedules with a button; users type any other."""


async def set_schedule(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Answer /digest [WHEN]: show the default schedule, or set it."""
    translator = context.translator(request)
    written = request.text.removeprefix("|").strip()
    if not written:
        return Reply(messages=(_render_page(request, translator),))
    try:
        schedule = parse_in_any_language(parse_schedule_text, written, translator)
    except ValueError:
        return text_reply(translator.html("schedule-unknown", written=echo(written)))
    return Reply(messages=(await _save_schedule(request, transaction, translator, schedule),))


async def show_page(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Show the digest page in place of the settings."""
    return Reply(edit=_render_page(request, context.translator(request)))


async def choose_empty_digests(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Choose whether a digest without news is sent."""
    translator = context.translator(request)
    if request.callback_payload not in ("yes", "no"):
        return Reply(answer=translator.text("answer-old-button"))
    chosen = request.subscriber._replace(wants_empty_digests=request.callback_payload == "yes")
    if chosen == request.subscriber:
        return Reply(answer=translator.text("answer-already-chosen"))
    await subscribers.change_settings(
        transaction, chosen.number, wants_empty_digests=chosen.wants_empty_digests
    )
    edit = _render_page(replace(request, subscriber=chosen), translator)
    return Reply(edit=edit, answer=translator.text("answer-changed"))


async def choose_schedule(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Set the default schedule from a button."""
    translator = context.translator(request)
    schedule = _read_callback_schedule(request)
    if schedule is None:
        return Reply(answer=translator.text("answer-old-button"))
    edit = await _save_schedule(request, transaction, translator, schedule)
    return Reply(edit=edit, answer=translator.text("answer-changed"))


async def move_subscriptions(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Move the subscriptions of the chat to one schedule; alerts at once stay at once."""
    return await _move(request, transaction, context, is_for_alerts=False)


async def move_alerts(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Move the subscriptions to alerts that come at once to one schedule, too."""
    return await _move(request, transaction, context, is_for_alerts=True)


async def _move(
    request: Request, transaction: Transaction, context: HandlerContext, *, is_for_alerts: bool
) -> Reply:
    translator = context.translator(request)
    schedule = _read_callback_schedule(request)
    if schedule is None:
        return Reply(answer=translator.text("answer-old-button"))
    number, zone = request.subscriber.number, request.subscriber.zone
    movable, urgent = _split_movable(await subscriptions.of(transaction, number), schedule)
    chosen = urgent if is_for_alerts else movable
    changed = [
        await reschedule(transaction, subscription, schedule, zone, request.now)
        for subscription in chosen
    ]
    if not changed:
        return Reply(answer=translator.text("answer-already-chosen"))
    summary = translator.html(
        "digest-moved", count=len(changed), when=format_schedule(schedule, zone or UTC, translator)
    )
    paragraphs = [summary, _alert_warning(schedule, translator)]
    rows: tuple[tuple[Button, ...], ...] = ()
    if urgent and not is_for_alerts:
        paragraphs = [summary, translator.html("digest-urgent", count=len(urgent))]
        rows = (_alerts_button(schedule, translator),)
    return Reply(
        edit=MessageContent(join("\n\n", paragraphs), rows),
        answer=translator.text("answer-changed"),
        changed_subscriptions=tuple(changed),
    )


async def _save_schedule(
    request: Request, transaction: Transaction, translator: Translator, schedule: Schedule
) -> MessageContent:
    """Store the default schedule; offer to move the subscriptions that differ from it."""
    number, zone = request.subscriber.number, request.subscriber.zone
    await subscribers.change_settings(transaction, number, schedule=schedule)
    paragraphs = [
        translator.html("digest-chosen", when=format_schedule(schedule, zone or UTC, translator))
    ]
    if zone is None and schedule.frequency not in (Frequency.NOW, Frequency.HOURLY):
        paragraphs.append(translator.html("zone-is-utc"))
    paragraphs.append(_alert_warning(schedule, translator))
    movable, urgent = _split_movable(await subscriptions.of(transaction, number), schedule)
    rows: list[tuple[Button, ...]] = []
    if movable:
        paragraphs.append(translator.html("digest-others", count=len(movable)))
        rows.append((Button(translator.text("button-move"), f"{MOVE}:{schedule}"),))
    if urgent:
        paragraphs.append(translator.html("digest-urgent", count=len(urgent)))
        rows.append(_alerts_button(schedule, translator))
    return MessageContent(join("\n\n", paragraphs), tuple(rows))


def _split_movable(
    subscribed: Sequence[Subscription], schedule: Schedule
) -> tuple[list[Subscription], list[Subscription]]:
    """Return the subscriptions with another schedule: to move, and alerts that come at once."""
    movable: list[Subscription] = []
    urgent: list[Subscription] = []
    for subscription in subscribed:
        if subscription.schedule != schedule:
            is_now = subscription.schedule.frequency is Frequency.NOW
            group = urgent if is_now and _asks_for_alerts(load(subscription.query)) else movable
            group.append(subscription)
    return movable, urgent


def _asks_for_alerts(query: Query) -> bool:
    """Return whether a query has a topic of alerts that is not negated."""
    match query:
        case And(parts) | Or(parts):
            return any(map(_asks_for_alerts, parts))
        case TopicTerm(name):
            return name in _ALERT_TOPICS
        case _:
            return False


def _alerts_button(schedule: Schedule, translator: Translator) -> tuple[Button]:
    return (Button(translator.text("button-move-alerts"), f"{MOVE_ALERTS}:{schedule}"),)


def _render_page(request: Request, translator: Translator) -> MessageContent:
    default, zone = request.subscriber.schedule, request.subscriber.zone or UTC
    rows = []
    for schedule in _PRESETS:
        label = with_checkmark(
            format_schedule(schedule, zone, translator), is_selected=schedule == default
        )
        rows.append((Button(label, f"{CHOOSE}:{schedule}"),))
    notifies_when_empty = request.subscriber.wants_empty_digests
    label = translator.text(
        "button-nothing-untold" if notifies_when_empty else "button-nothing-told"
    )
    rows.append((Button(label, f"{EMPTY_DIGESTS}:{'no' if notifies_when_empty else 'yes'}"),))
    lines = [
        translator.html("digest", when=format_schedule(default, zone, translator)),
        translator.html("digest-nothing-told" if notifies_when_empty else "digest-nothing-untold"),
    ]
    return MessageContent(join("\n", lines), tuple(rows))


def _alert_warning(schedule: Schedule, translator: Translator) -> Html:
    """Warn that a digest delays alerts, too."""
    return Html() if schedule.frequency is Frequency.NOW else translator.html("digest-alerts")


def _read_callback_schedule(request: Request) -> Schedule | None:
    try:
        return parse_schedule(request.callback_payload)
    except ValueError:
        return None
