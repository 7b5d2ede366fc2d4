"""/quiet: hours in which news waits, and what an alert does in them."""

import re
from dataclasses import replace

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.messages.checkmarks import ticked
from handlers.telegram.events import Request
from handlers.text.dates import moment
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.schedule_text import read_clock, vocabulary
from handlers.text.timezones import UTC
from storage.engine.database import Transaction
from storage.subscribers import quiet_hours
from storage.subscribers.quiet_hours import Alerts, Quiet
from storage.values.local_time import zone_of
from storage.values.message import Button, Content
from storage.values.quiet_window import Hours, parse_hours

PAGE = "qp"
HOURS = "qh"
ALERTS = "qa"
"""Prefixes of `qp:`, `qh:HOURS` or `qh:off`, and `qa:ALERTS`: what is chosen, not toggled."""

_OFF = "off"
_OFFERED = tuple(map(parse_hours, ("22:00-07:00", "23:00-08:00", "00:00-07:00")))
"""Hours to press; all others can be typed."""

_BACK = "t:main"
"""Of the settings, where the page of quiet hours is one of theirs."""


class SameError(ValueError):
    """The hours have no length."""


async def set_hours(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/quiet [HH:MM-HH:MM | off]"""
    voice = kit.voice(request)
    now = await quiet_hours.find(transaction, request.subscriber.number)
    if not request.text:
        return Reply(replies=(page(now, request, voice),))
    try:
        hours = read_hours(request.text, voice)
    except SameError:
        return Reply(replies=(Content(voice.say("quiet-no-length")),))
    except ValueError:
        return Reply(replies=(Content(voice.say("quiet-unknown", written=request.text)),))
    chosen = await store(replace(now, hours=hours), request, transaction)
    return Reply(replies=(page(chosen, request, voice),))


async def press_page(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Shows what is chosen."""
    now = await quiet_hours.find(transaction, request.subscriber.number)
    return Reply(edit=page(now, request, kit.voice(request)))


async def press_hours(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Chooses hours, or none."""
    try:
        hours = None if request.pressed == _OFF else parse_hours(request.pressed)
    except ValueError:
        return Reply(answer=kit.voice(request).label("answer-old-button"))
    now = await quiet_hours.find(transaction, request.subscriber.number)
    return await _change(now, replace(now, hours=hours), request, transaction, kit)


async def press_alerts(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Chooses what alerts do meanwhile."""
    if request.pressed not in list(Alerts):
        return Reply(answer=kit.voice(request).label("answer-old-button"))
    now = await quiet_hours.find(transaction, request.subscriber.number)
    chosen = replace(now, alerts=Alerts(request.pressed))
    said = await _change(now, chosen, request, transaction, kit)
    if said.edit is None or now.since is None or now.alerts is not Alerts.HELD:
        return said
    later = kit.voice(request).say("quiet-held-so-far")
    return replace(said, edit=replace(said.edit, html=join("\n", [Html(said.edit.html), later])))


async def store(chosen: Quiet, request: Request, transaction: Transaction) -> Quiet:
    """Stores it; how it stands then."""
    return await quiet_hours.choose(
        transaction, chosen, zone_of(request.subscriber.zone), request.now
    )


def page(now: Quiet, request: Request, voice: Voice) -> Content:
    """What is chosen and what that does, with a button for everything else."""
    return Content(join("\n", _lines(now, request, voice)), _rows(now, voice))


def standing(now: Quiet, request: Request, voice: Voice) -> Html:
    """Whether it is quiet at this moment, and how long."""
    if now.since is None or now.turns_at is None:
        return Html()
    if now.turns_at <= request.now:
        return voice.say("quiet-ends")
    until = moment(now.turns_at, request.subscriber.zone, request.now, voice)
    return voice.say("quiet-on", until=until)


def about_alerts(now: Quiet, voice: Voice) -> Html:
    """What an alert does meanwhile."""
    match now.alerts:
        case Alerts.RING:
            return voice.say("quiet-alerts-ring")
        case Alerts.SILENT:
            return voice.say("quiet-alerts-silent")
        case Alerts.HELD:
            return voice.say("quiet-alerts-held")


async def _change(
    now: Quiet, chosen: Quiet, request: Request, transaction: Transaction, kit: Kit
) -> Reply:
    voice = kit.voice(request)
    if chosen == now:
        return Reply(answer=voice.label("answer-already-chosen"))
    stored = await store(chosen, request, transaction)
    return Reply(edit=page(stored, request, voice), answer=voice.label("answer-changed"))


def _lines(now: Quiet, request: Request, voice: Voice) -> list[Html]:
    zone = request.subscriber.zone
    if now.hours is None:
        return [voice.say("quiet-none"), standing(now, request, voice), about_alerts(now, voice)]
    begin, end = f"{now.hours.begin:%H:%M}", f"{now.hours.end:%H:%M}"
    return [
        voice.say("quiet-hours", begin=begin, end=end, zone=zone or UTC),
        standing(now, request, voice),
        voice.say("quiet-news"),
        about_alerts(now, voice),
        Html() if zone else voice.say("zone-is-utc"),
    ]


def _rows(now: Quiet, voice: Voice) -> tuple[tuple[Button, ...], ...]:
    labels = {
        Alerts.RING: voice.label("button-alerts-ring"),
        Alerts.SILENT: voice.label("button-alerts-silent"),
        Alerts.HELD: voice.label("button-alerts-held"),
    }
    alerts = [
        (Button(ticked(label, here=each is now.alerts), f"{ALERTS}:{each}"),)
        for each, label in labels.items()
    ]
    hours = [Button(ticked(_said(h), here=h == now.hours), f"{HOURS}:{h}") for h in _OFFERED]
    off = (Button(voice.label("button-quiet-off"), f"{HOURS}:{_OFF}"),) if now.hours else ()
    back = (Button(voice.label("button-settings"), _BACK),)
    return tuple(row for row in (*alerts, tuple(hours), off, back) if row)


def read_hours(text: str, voice: Voice) -> Hours | None:
    """Reads `22:00-07:00`, `from 22 to 7` and their like, or `off`, as the reader says them.

    Raises SameError, and ValueError for anything else.
    """
    typed = " ".join(text.lower().split())
    if typed in (_OFF, *vocabulary("read-off", voice)):
        return None
    to = "|".join(map(re.escape, vocabulary("read-to", voice)))
    begins = "|".join(map(re.escape, vocabulary("read-from", voice)))
    found = re.fullmatch(rf"(?:(?:{begins})\s+)?(\S+?)\s*(?:[-–—]|\s(?:{to})\s)\s*(\S+)", typed)
    if not found:
        raise ValueError("not hours")
    begin, end = read_clock(found[1]), read_clock(found[2])
    if begin == end:
        raise SameError
    return Hours(begin, end)


def _said(hours: Hours) -> str:
    return f"{hours.begin:%H:%M}–{hours.end:%H:%M}"
