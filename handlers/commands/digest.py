"""/digest: when a chat hears of what it follows from now on, and of what it follows already."""

from dataclasses import replace

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.messages.checkmarks import ticked
from handlers.services.reschedule import reschedule
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.schedule_text import read_when, say_when
from handlers.text.timezones import UTC
from storage.engine.database import Transaction
from storage.subscribers import subscribers, subscriptions
from storage.values.message import Button, Content
from storage.values.schedules import AT_ONCE, Every, Schedule, parse_schedule

PAGE = "dp"
NOTHING = "dn"
"""Prefixes of `dp:`, and of `dn:yes` and `dn:no`: whether to tell that there is nothing new."""

CHOOSE = "dw"
MOVE = "dm"
"""Prefixes of `dw:SCHEDULE` and `dm:SCHEDULE`: makes it the usual one; moves everything to it."""

_OFFERED = (
    AT_ONCE,
    Schedule(Every.HOURLY),
    parse_schedule("daily 09:00"),
    parse_schedule("weekly mon 09:00"),
)
"""Schedules to press; every other can be typed."""


async def digest(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/digest [WHEN]"""
    voice = kit.voice(request)
    written = request.text.removeprefix("|").strip()
    if not written:
        return Reply(replies=(_offer(request, voice),))
    try:
        schedule = read_when(written, voice)
    except ValueError:
        return reply(voice.say("schedule-unknown", written=written))
    return Reply(replies=(await _choose(request, transaction, voice, schedule),))


async def press_page(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Shows what is chosen."""
    return Reply(edit=_offer(request, kit.voice(request)))


async def press_nothing(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Chooses whether to tell, at the hour of a digest, that there is nothing new."""
    voice = kit.voice(request)
    if request.pressed not in ("yes", "no"):
        return Reply(answer=voice.label("answer-old-button"))
    chosen = request.subscriber._replace(told_nothing=request.pressed == "yes")
    if chosen == request.subscriber:
        return Reply(answer=voice.label("answer-already-chosen"))
    await subscribers.choose(transaction, chosen.number, told_nothing=chosen.told_nothing)
    edit = _offer(replace(request, subscriber=chosen), voice)
    return Reply(edit=edit, answer=voice.label("answer-changed"))


async def press_choose(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Makes a schedule the usual one."""
    voice = kit.voice(request)
    schedule = _pressed(request)
    if schedule is None:
        return Reply(answer=voice.label("answer-old-button"))
    edit = await _choose(request, transaction, voice, schedule)
    return Reply(edit=edit, answer=voice.label("answer-changed"))


async def press_move(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Gives everything that is followed one schedule."""
    voice = kit.voice(request)
    schedule = _pressed(request)
    if schedule is None:
        return Reply(answer=voice.label("answer-old-button"))
    number, zone = request.subscriber.number, request.subscriber.zone
    changed = [
        await reschedule(transaction, each, schedule, zone, request.now)
        for each in await subscriptions.of(transaction, number)
        if each.schedule != schedule
    ]
    if not changed:
        return Reply(answer=voice.label("answer-already-chosen"))
    said = voice.say(
        "digest-moved", count=len(changed), when=say_when(schedule, zone or UTC, voice)
    )
    return Reply(
        edit=Content(join("\n\n", [said, _alerts(schedule, voice)])),
        answer=voice.label("answer-changed"),
        changed=tuple(changed),
    )


async def _choose(
    request: Request, transaction: Transaction, voice: Voice, schedule: Schedule
) -> Content:
    """Stores it; what one has to know, and a button for what is followed already."""
    number, zone = request.subscriber.number, request.subscriber.zone
    await subscribers.choose(transaction, number, schedule=schedule)
    said = [voice.say("digest-chosen", when=say_when(schedule, zone or UTC, voice))]
    if zone is None and schedule.every in (Every.DAILY, Every.WEEKLY):
        said.append(voice.say("zone-is-utc"))
    said.append(_alerts(schedule, voice))
    followed = await subscriptions.of(transaction, number)
    others = sum(each.schedule != schedule for each in followed)
    if not others:
        return Content(join("\n\n", said))
    said.append(voice.say("digest-others", count=others))
    return Content(
        join("\n\n", said), ((Button(voice.label("button-move"), f"{MOVE}:{schedule}"),),)
    )


def _offer(request: Request, voice: Voice) -> Content:
    usual, zone = request.subscriber.schedule, request.subscriber.zone or UTC
    rows = []
    for schedule in _OFFERED:
        label = ticked(say_when(schedule, zone, voice), here=schedule == usual)
        rows.append((Button(label, f"{CHOOSE}:{schedule}"),))
    told = request.subscriber.told_nothing
    label = voice.label("button-nothing-untold" if told else "button-nothing-told")
    rows.append((Button(label, f"{NOTHING}:{'no' if told else 'yes'}"),))
    said = [
        voice.say("digest", when=say_when(usual, zone, voice)),
        voice.say("digest-nothing-told" if told else "digest-nothing-untold"),
    ]
    return Content(join("\n", said), tuple(rows))


def _alerts(schedule: Schedule, voice: Voice) -> Html:
    """An alert that waits until tomorrow is none: who chooses that shall know it."""
    return Html() if schedule.every is Every.NOW else voice.say("digest-alerts")


def _pressed(request: Request) -> Schedule | None:
    try:
        return parse_schedule(request.pressed)
    except ValueError:
        return None
