"""Command /quiet: daily quiet hours in which news waits, and the alert mode during them.

The alert mode also applies during a pause.
"""

from dataclasses import replace
from datetime import datetime

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.telegram.events import Request
from handlers.telegram.keyboards import with_checkmark
from handlers.text.any_language import parse_in_any_language
from handlers.text.dates import format_moment
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.plain_text import echo
from handlers.text.time_text import accepted_words, normalize, parse_time_range
from handlers.text.timezones import UTC
from handlers.text.utc_offsets import zone_title
from storage.engine.database import Transaction
from storage.subscribers import quiet_hours
from storage.subscribers.quiet_hours import QuietAlerts, QuietState
from storage.values.local_time import zone_of
from storage.values.message import Button, MessageContent
from storage.values.quiet_window import QuietHours, parse_quiet_hours

PAGE = "qp"
HOURS = "qh"
ALERT_MODE = "qa"
"""Callback prefixes of `qp:` (show the page), `qh:HOURS` or `qh:off`, and `qa:MODE`.

They carry the chosen value and do not toggle, so that a second press is idempotent."""

_OFF = "off"
_PRESETS = tuple(map(parse_quiet_hours, ("22:00-07:00", "23:00-08:00", "00:00-07:00")))
"""Windows with a button; users type any other."""

_SETTINGS_PAGE = "t:main"
"""Callback data of the main page of /settings; that module imports this one."""


class EmptyWindowError(ValueError):
    """Quiet hours that begin and end at the same time."""


async def set_hours(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /quiet [HH:MM-HH:MM | off]: show the quiet hours, or set them."""
    translator = context.translator(request)
    current = await quiet_hours.get(transaction, request.subscriber.number)
    if not request.text:
        return Reply(messages=(render_page(current, request, translator),))
    try:
        hours = parse_in_any_language(read_hours, request.text, translator)
    except EmptyWindowError:
        return Reply(messages=(MessageContent(translator.html("quiet-no-length")),))
    except ValueError:
        return Reply(
            messages=(MessageContent(translator.html("quiet-unknown", written=echo(request.text))),)
        )
    chosen = await save(_with_hours(current, hours, request.now), request, transaction)
    return Reply(messages=(render_page(chosen, request, translator),))


async def show_page(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Show the page of quiet hours in place of the settings."""
    current = await quiet_hours.get(transaction, request.subscriber.number)
    return Reply(edit=render_page(current, request, context.translator(request)))


async def choose_hours(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Choose quiet hours, or none, from a button."""
    try:
        data = request.callback_payload
        hours = None if data == _OFF else parse_quiet_hours(data)
    except ValueError:
        return Reply(answer=context.translator(request).text("answer-old-button"))
    current = await quiet_hours.get(transaction, request.subscriber.number)
    chosen = _with_hours(current, hours, request.now)
    return await _change(current, chosen, request, transaction, context)


async def choose_alert_mode(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Choose the alert mode from a button."""
    if request.callback_payload not in list(QuietAlerts):
        return Reply(answer=context.translator(request).text("answer-old-button"))
    current = await quiet_hours.get(transaction, request.subscriber.number)
    chosen = replace(current, alerts=QuietAlerts(request.callback_payload))
    reply = await _change(current, chosen, request, transaction, context)
    if reply.edit is None or current.quiet_since is None or current.alerts is not QuietAlerts.DEFER:
        return reply
    notice = context.translator(request).html("quiet-held-so-far")
    return replace(
        reply, edit=replace(reply.edit, html=join("\n", [Html(reply.edit.html), notice]))
    )


async def save(chosen: QuietState, request: Request, transaction: Transaction) -> QuietState:
    """Store the chosen state; return it with the current mute recomputed."""
    return await quiet_hours.save(
        transaction, chosen, zone_of(request.subscriber.zone), request.now
    )


def render_page(current: QuietState, request: Request, translator: Translator) -> MessageContent:
    """Render the quiet hours and their effect, with a button for each other choice."""
    return MessageContent(
        join("\n", _render_lines(current, request, translator)), _keyboard(current, translator)
    )


def render_status(current: QuietState, request: Request, translator: Translator) -> Html:
    """Say until when it is quiet now; empty if it is not quiet."""
    if current.quiet_since is None or current.next_transition_at is None:
        return Html()
    if current.next_transition_at <= request.now:
        return translator.html("quiet-ends")
    until = format_moment(
        current.next_transition_at, request.subscriber.zone, request.now, translator
    )
    return translator.html("quiet-on", until=until)


def render_alert_mode(current: QuietState, translator: Translator) -> Html:
    """Describe the alert mode."""
    match current.alerts:
        case QuietAlerts.NOTIFY:
            return translator.html("quiet-alerts-ring")
        case QuietAlerts.SILENT:
            return translator.html("quiet-alerts-silent")
        case QuietAlerts.DEFER:
            return translator.html("quiet-alerts-held")


async def _change(
    current: QuietState,
    chosen: QuietState,
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
) -> Reply:
    translator = context.translator(request)
    if chosen == current:
        return Reply(answer=translator.text("answer-already-chosen"))
    stored = await save(chosen, request, transaction)
    return Reply(
        edit=render_page(stored, request, translator), answer=translator.text("answer-changed")
    )


def _with_hours(current: QuietState, hours: QuietHours | None, now: datetime) -> QuietState:
    """Return the state with other hours. Without any, alerts are back to normal after a pause."""
    is_paused = current.paused_until is not None and current.paused_until > now
    alerts = current.alerts if hours or is_paused else QuietAlerts.NOTIFY
    return replace(current, hours=hours, alerts=alerts)


def _render_lines(current: QuietState, request: Request, translator: Translator) -> list[Html]:
    zone = request.subscriber.zone
    if current.hours is None:
        return [
            translator.html("quiet-none"),
            render_status(current, request, translator),
            _render_later_mode(current, request.now, translator),
        ]
    begin, end = f"{current.hours.begin:%H:%M}", f"{current.hours.end:%H:%M}"
    return [
        translator.html("quiet-hours", begin=begin, end=end, zone=zone_title(zone or UTC)),
        render_status(current, request, translator),
        translator.html("quiet-news"),
        render_alert_mode(current, translator),
        Html() if zone else translator.html("zone-is-utc"),
    ]


def _render_later_mode(current: QuietState, now: datetime, translator: Translator) -> Html:
    """Describe the alert mode without quiet hours: it holds in a pause only."""
    is_paused = current.paused_until is not None and current.paused_until > now
    if is_paused or current.alerts is QuietAlerts.NOTIFY:
        return render_alert_mode(current, translator)
    return translator.html("quiet-alerts-later", waits=int(current.alerts is QuietAlerts.DEFER))


def _keyboard(current: QuietState, translator: Translator) -> tuple[tuple[Button, ...], ...]:
    labels = {
        QuietAlerts.NOTIFY: translator.text("button-alerts-ring"),
        QuietAlerts.SILENT: translator.text("button-alerts-silent"),
        QuietAlerts.DEFER: translator.text("button-alerts-held"),
    }
    alert_rows = [
        (Button(with_checkmark(label, is_selected=mode is current.alerts), f"{ALERT_MODE}:{mode}"),)
        for mode, label in labels.items()
    ]
    hour_buttons = [
        Button(
            with_checkmark(_format_hours(window), is_selected=window == current.hours),
            f"{HOURS}:{window}",
        )
        for window in _PRESETS
    ]
    off_row = (
        (Button(translator.text("button-quiet-off"), f"{HOURS}:{_OFF}"),) if current.hours else ()
    )
    back_row = (Button(translator.text("button-settings"), _SETTINGS_PAGE),)
    return tuple(row for row in (*alert_rows, tuple(hour_buttons), off_row, back_row) if row)


def read_hours(text: str, translator: Translator) -> QuietHours | None:
    """Read a window such as `22:00-07:00` or `from 22 to 7`; return None for `off`.

    English and the reader's language are understood. Raises EmptyWindowError, or ValueError for
    other text.
    """
    if normalize(text) in (_OFF, *accepted_words("read-off", translator)):
        return None
    begin, end = parse_time_range(text, translator)
    if begin == end:
        raise EmptyWindowError
    return QuietHours(begin, end)


def _format_hours(hours: QuietHours) -> str:
    return f"{hours.begin:%H:%M}–{hours.end:%H:%M}"
