"""Commands /pause and /resume: a temporary mute. News waits; alerts behave as in quiet hours."""

import re
from dataclasses import replace
from datetime import datetime, time, timedelta

from handlers.commands.quiet import render_alert_mode, render_status, save
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.telegram.events import Request
from handlers.text.any_language import parse_in_any_language
from handlers.text.dates import format_moment
from handlers.text.duration_text import parse_duration
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.plain_text import echo
from handlers.text.time_text import accepted_words, normalize, parse_time_of_day
from storage.engine.database import Transaction
from storage.subscribers import quiet_hours
from storage.subscribers.quiet_hours import QuietState
from storage.values import local_time
from storage.values.local_time import zone_of
from storage.values.message import Button, MessageContent

PAUSE = "pp"
RESUME = "pr"
"""Callback prefixes of `pp:MINUTES` (pause, counted from the press) and `pr:` (resume)."""

_DEFAULT_DURATION = timedelta(hours=2)
_MAX_DURATION = timedelta(days=30)
_PRESET_MINUTES = (30, 120, 480)
"""Durations with a button; users type any other."""


class PauseTooLongError(ValueError):
    """A pause above the maximum: people forget that they paused the bot."""


async def pause(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /pause [2h | 30m | 1d | until 07:00 | off]."""
    translator = context.translator(request)
    if normalize(request.text) in accepted_words("read-off", translator):
        return await resume(request, transaction, context)
    try:
        until = _read_end(request, translator)
    except PauseTooLongError:
        return text_reply(translator.html("pause-too-long", days=_MAX_DURATION.days))
    except ValueError:
        return text_reply(translator.html("pause-unknown", written=echo(request.text)))
    return Reply(messages=(await _save_pause(until, request, transaction, translator),))


async def resume(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /resume."""
    translator = context.translator(request)
    return Reply(messages=(MessageContent(await _end_pause(request, transaction, translator)),))


async def pause_by_button(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Pause for the duration on the button, from now on."""
    translator = context.translator(request)
    if request.callback_payload not in map(str, _PRESET_MINUTES):
        return Reply(answer=translator.text("answer-old-button"))
    until = request.now + timedelta(minutes=int(request.callback_payload))
    edit = await _save_pause(until, request, transaction, translator)
    return Reply(edit=edit, answer=translator.text("answer-changed"))


async def resume_by_button(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """End the pause from a button."""
    translator = context.translator(request)
    return Reply(edit=MessageContent(await _end_pause(request, transaction, translator)))


async def _save_pause(
    until: datetime, request: Request, transaction: Transaction, translator: Translator
) -> MessageContent:
    current = await quiet_hours.get(transaction, request.subscriber.number)
    paused = await save(replace(current, paused_until=until), request, transaction)
    lines = [
        translator.html(
            "paused", until=format_moment(until, request.subscriber.zone, request.now, translator)
        ),
        translator.html("paused-news"),
        render_alert_mode(paused, translator),
        _render_later_end(paused, until, request, translator),
        translator.html("paused-change"),
    ]
    return MessageContent(join("\n", lines), _keyboard(translator))


def _render_later_end(
    paused: QuietState, until: datetime, request: Request, translator: Translator
) -> Html:
    """Say until when it stays quiet, if quiet hours continue after the pause."""
    if paused.next_transition_at is None or paused.next_transition_at <= until:
        return Html()
    end = format_moment(paused.next_transition_at, request.subscriber.zone, request.now, translator)
    return translator.html("paused-longer", until=end)


async def _end_pause(request: Request, transaction: Transaction, translator: Translator) -> Html:
    current = await quiet_hours.get(transaction, request.subscriber.number)
    if current.paused_until is None or current.paused_until <= request.now:
        if not _is_quiet(current, request.now):
            return translator.html("resume-nothing")
        return join(
            "\n", [render_status(current, request, translator), translator.html("resume-hours")]
        )
    resumed = await save(replace(current, paused_until=None), request, transaction)
    status = render_status(resumed, request, translator)
    hint = translator.html("resume-hours") if _is_quiet(resumed, request.now) else Html()
    return join("\n", [translator.html("resumed"), status, hint])


def _is_quiet(state: QuietState, now: datetime) -> bool:
    """Return whether it is quiet: an end that has come is only waiting to be noticed."""
    end = state.next_transition_at
    return state.quiet_since is not None and end is not None and end > now


def _keyboard(translator: Translator) -> tuple[tuple[Button, ...], ...]:
    durations = tuple(
        Button(
            translator.text("button-minutes", count=minutes)
            if minutes < 60
            else translator.text("button-hours", count=minutes // 60),
            f"{PAUSE}:{minutes}",
        )
        for minutes in _PRESET_MINUTES
    )
    return (durations, (Button(translator.text("button-resume"), f"{RESUME}:"),))


def _read_end(request: Request, translator: Translator) -> datetime:
    """Return the end of the pause. Raise PauseTooLongError, or ValueError for an invalid time."""
    if not request.text.strip():
        return request.now + _DEFAULT_DURATION
    typed = parse_in_any_language(read_pause, request.text, translator)
    if isinstance(typed, time):
        return _next_occurrence(typed, request)
    if typed > _MAX_DURATION:
        raise PauseTooLongError
    return request.now + typed


def read_pause(text: str, translator: Translator) -> timedelta | time:
    """Read a duration, or the time of day after `until`. Raises ValueError for anything else."""
    typed = normalize(text)
    until_words = "|".join(map(re.escape, accepted_words("read-to", translator)))
    match = re.fullmatch(rf"(?:{until_words})\s+(.+)", typed)
    return parse_time_of_day(match[1], translator) if match else parse_duration(typed, translator)


def _next_occurrence(clock_time: time, request: Request) -> datetime:
    """Return the next moment at which the chat's local time is `clock_time`."""
    zone = zone_of(request.subscriber.zone)
    day = request.now.astimezone(zone).date()
    while (until := local_time.to_utc(day, clock_time, zone)) <= request.now:
        day += timedelta(days=1)
    return until
