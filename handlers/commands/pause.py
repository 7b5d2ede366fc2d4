"""/pause and /resume: for a while news waits, and alerts do as in quiet hours."""

import re
from dataclasses import replace
from datetime import datetime, time, timedelta

from handlers.commands.quiet import about_alerts, standing, store
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.telegram.events import Request
from handlers.text.dates import moment
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.schedule_text import read_clock, vocabulary
from storage.engine.database import Transaction
from storage.subscribers import quiet_hours
from storage.subscribers.quiet_hours import Quiet
from storage.values import local_time
from storage.values.local_time import zone_of
from storage.values.message import Button, Content

PAUSE = "pp"
RESUME = "pr"
"""Prefixes of `pp:MINUTES`, from the press on, and of `pr:`."""

_USUAL = timedelta(hours=2)
_LONGEST = timedelta(days=30)
_OFFERED = (30, 120, 480)
"""Minutes to press; every other time can be typed."""

_UNITS = {
    "read-minutes": timedelta(minutes=1),
    "read-hours": timedelta(hours=1),
    "read-days": timedelta(days=1),
}


class TooLongError(ValueError):
    """Nobody remembers after so long why nothing comes."""


async def pause(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/pause [2h | 30m | 1d | until 07:00]"""
    voice = kit.voice(request)
    try:
        until = _read(request, voice)
    except TooLongError:
        return reply(voice.say("pause-too-long", days=_LONGEST.days))
    except ValueError:
        return reply(voice.say("pause-unknown", written=request.text))
    return Reply(replies=(await _pause(until, request, transaction, voice),))


async def resume(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/resume"""
    voice = kit.voice(request)
    return Reply(replies=(Content(await _resume(request, transaction, voice)),))


async def press_pause(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Pauses for as long as the button says, from now on."""
    voice = kit.voice(request)
    if request.pressed not in map(str, _OFFERED):
        return Reply(answer=voice.label("answer-old-button"))
    until = request.now + timedelta(minutes=int(request.pressed))
    edit = await _pause(until, request, transaction, voice)
    return Reply(edit=edit, answer=voice.label("answer-changed"))


async def press_resume(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Ends the pause."""
    voice = kit.voice(request)
    return Reply(edit=Content(await _resume(request, transaction, voice)))


async def _pause(
    until: datetime, request: Request, transaction: Transaction, voice: Voice
) -> Content:
    now = await quiet_hours.find(transaction, request.subscriber.number)
    paused = await store(replace(now, paused_until=until), request, transaction)
    said = [
        voice.say("paused", until=moment(until, request.subscriber.zone, request.now, voice)),
        voice.say("paused-news"),
        about_alerts(paused, voice),
        _longer(paused, until, request, voice),
        voice.say("paused-change"),
    ]
    return Content(join("\n", said), _rows(voice))


def _longer(paused: Quiet, until: datetime, request: Request, voice: Voice) -> Html:
    """Quiet hours may go on where the pause ends."""
    if paused.turns_at is None or paused.turns_at <= until:
        return Html()
    end = moment(paused.turns_at, request.subscriber.zone, request.now, voice)
    return voice.say("paused-longer", until=end)


async def _resume(request: Request, transaction: Transaction, voice: Voice) -> Html:
    now = await quiet_hours.find(transaction, request.subscriber.number)
    if now.paused_until is None or now.paused_until <= request.now:
        on = standing(now, request, voice)
        said = voice.say("resume-hours") if on else voice.say("resume-nothing")
        return join("\n", [on, said])
    resumed = await store(replace(now, paused_until=None), request, transaction)
    on = standing(resumed, request, voice)
    goes_on = resumed.turns_at is not None and resumed.turns_at > request.now
    hint = voice.say("resume-hours") if resumed.since and goes_on else Html()
    return join("\n", [voice.say("resumed"), on, hint])


def _rows(voice: Voice) -> tuple[tuple[Button, ...], ...]:
    spans = tuple(
        Button(
            voice.label("button-minutes", count=minutes)
            if minutes < 60
            else voice.label("button-hours", count=minutes // 60),
            f"{PAUSE}:{minutes}",
        )
        for minutes in _OFFERED
    )
    return (spans, (Button(voice.label("button-resume"), f"{RESUME}:"),))


def _read(request: Request, voice: Voice) -> datetime:
    """When the pause ends. Raises TooLongError, and ValueError for what is no time."""
    typed = " ".join(request.text.lower().split())
    if not typed:
        return request.now + _USUAL
    words = "|".join(map(re.escape, vocabulary("read-to", voice)))
    found = re.fullmatch(rf"(?:{words})\s+(\S+)", typed)
    if found:
        return _next(read_clock(found[1]), request)
    return request.now + span(typed, voice)


def _next(at: time, request: Request) -> datetime:
    """When the chat's clocks show that next."""
    zone = zone_of(request.subscriber.zone)
    day = request.now.astimezone(zone).date()
    while (until := local_time.shown(day, at, zone)) <= request.now:
        day += timedelta(days=1)
    return until


def span(typed: str, voice: Voice) -> timedelta:
    """Reads `2h`, `1h 30m` and their like, in English or the reader's language.

    Raises TooLongError, and ValueError for what is no time, or none at all.
    """
    units = {word: unit for key, unit in _UNITS.items() for word in vocabulary(key, voice)}
    said = "|".join(map(re.escape, sorted(units, key=len, reverse=True)))
    piece = rf"([0-9]{{1,5}})\s*({said})\.?"
    if not re.fullmatch(rf"{piece}(?:\s*{piece})*", typed):
        raise ValueError("not a time")
    found = re.findall(piece, typed)
    whole = sum((int(count) * units[unit] for count, unit in found), timedelta())
    if whole > _LONGEST:
        raise TooLongError
    if not whole:
        raise ValueError("no time at all")
    return whole
