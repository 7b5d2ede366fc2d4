"""/settings, /language and /timezone: one message in which every setting is a button."""

from handlers.commands import digest
from handlers.commands import quiet as quiet_command
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.messages.checkmarks import ticked
from handlers.services.change_timezone import rezone
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import LANGUAGES, Voice
from handlers.text.schedule_text import say_when
from handlers.text.timezones import OFFERED, UTC
from storage.engine.database import Transaction
from storage.subscribers import alert_preferences, quiet_hours, subscribers, subscriptions
from storage.subscribers.alert_preferences import Changes
from storage.subscribers.quiet_hours import Quiet
from storage.subscribers.subscribers import ChatKind, Detail, Subscriber
from storage.values.local_time import zone_of
from storage.values.message import Button, Content

PAGE = "t"
"""Prefix of `t:main`, `t:language` and `t:zone`: what the message turns to."""

LANGUAGE = "tl"
DETAIL = "td"
ZONE = "tz"
CHANGES = "ta"
"""Prefixes of `tl:CODE`, `td:DETAIL`, `tz:ZONE` and `ta:CHANGES`: what is chosen, not what is
toggled."""


_NEXT = {
    Changes.GRAVER: Changes.ALL,
    Changes.ALL: Changes.NONE,
    Changes.NONE: Changes.GRAVER,
}
_CHANGES = {
    Changes.GRAVER: "settings-changes-graver",
    Changes.ALL: "settings-changes-all",
    Changes.NONE: "settings-changes-none",
}
_CHOOSE = {
    Changes.GRAVER: "button-changes-graver",
    Changes.ALL: "button-changes-all",
    Changes.NONE: "button-changes-none",
}


async def settings(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/settings"""
    return Reply(replies=(await _main(request.subscriber, transaction, kit),))


async def language(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/language [CODE]"""
    voice = kit.voice(request)
    if not request.text:
        return Reply(replies=(_languages(voice),))
    code = _language(request.text)
    if code is None:
        return reply(voice.say("language-unknown", languages=", ".join(x.code for x in LANGUAGES)))
    await subscribers.choose(transaction, request.subscriber.number, language=code)
    return reply(kit.words.voice(code).say("language-chosen"))


async def timezone(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/timezone [ZONE]"""
    voice = kit.voice(request)
    if not request.text:
        return Reply(replies=(_zones(request.subscriber, voice),))
    zone = kit.zones.find(request.text)
    if zone is None:
        near = kit.zones.nearest(request.text)
        if near:
            return reply(voice.say("zone-near", written=request.text, zone=near))
        return reply(voice.say("zone-unknown", written=request.text))
    await rezone(transaction, request.subscriber.number, request.subscriber.zone, zone, request.now)
    clock = f"{request.now.astimezone(zone_of(zone)):%H:%M}"
    return reply(voice.say("zone-chosen", zone=zone, clock=clock))


async def press_page(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Turns the message to another page."""
    voice = kit.voice(request)
    match request.pressed:
        case "language":
            return Reply(edit=_languages(voice))
        case "zone":
            return Reply(edit=_zones(request.subscriber, voice))
        case _:
            return Reply(edit=await _main(request.subscriber, transaction, kit))


async def press_language(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Chooses a language."""
    code = _language(request.pressed)
    if code is None:
        return _old(request, kit)
    return await _choose(request, transaction, kit, request.subscriber._replace(language=code))


async def press_detail(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Chooses how much of a report a message shows."""
    if request.pressed not in list(Detail):
        return _old(request, kit)
    detail = Detail(request.pressed)
    return await _choose(request, transaction, kit, request.subscriber._replace(detail=detail))


async def press_changes(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Chooses which changes of an alert ring."""
    if request.pressed not in list(Changes):
        return _old(request, kit)
    chosen, number = Changes(request.pressed), request.subscriber.number
    if await alert_preferences.of(transaction, number) is chosen:
        return Reply(answer=kit.voice(request).label("answer-already-chosen"))
    await alert_preferences.choose(transaction, number, chosen)
    edit = await _main(request.subscriber, transaction, kit)
    return Reply(edit=edit, answer=kit.voice(request).label("answer-changed"))


async def press_zone(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Chooses a time zone."""
    if request.pressed not in OFFERED:
        return _old(request, kit)
    zone = request.pressed
    await rezone(transaction, request.subscriber.number, request.subscriber.zone, zone, request.now)
    return await _choose(request, transaction, kit, request.subscriber._replace(zone=zone))


async def _choose(request: Request, transaction: Transaction, kit: Kit, chosen: Subscriber) -> Reply:
    """Stores what differs and shows the settings as they are then."""
    voice = kit.words.voice(chosen.language)
    if chosen == request.subscriber:
        return Reply(answer=voice.label("answer-already-chosen"))
    await subscribers.choose(
        transaction, chosen.number, language=chosen.language, detail=chosen.detail
    )
    edit = await _main(chosen, transaction, kit)
    return Reply(edit=edit, answer=voice.label("answer-changed"))


async def _main(subscriber: Subscriber, transaction: Transaction, kit: Kit) -> Content:
    voice = kit.words.voice(subscriber.language)
    short, zone = subscriber.detail is Detail.SHORT, subscriber.zone or UTC
    other = Detail.FULL if short else Detail.SHORT
    count = len(await subscriptions.of(transaction, subscriber.number))
    changes = await alert_preferences.of(transaction, subscriber.number)
    following = _NEXT[changes]
    lines = [
        voice.say("settings"),
        voice.say("settings-language"),
        voice.say("settings-short" if short else "settings-full"),
        _zone_line(subscriber, voice),
        voice.say("settings-digest", when=say_when(subscriber.schedule, zone, voice)),
        _quiet_line(await quiet_hours.find(transaction, subscriber.number), voice),
        voice.say(_CHANGES[changes]),
        voice.say("settings-subscriptions", count=count),
        voice.say("settings-channel") if subscriber.kind is ChatKind.CHANNEL else Html(),
    ]
    detail = voice.label("button-full" if short else "button-short")
    return Content(
        join("\n", lines),
        (
            (Button(voice.label("button-language"), f"{PAGE}:language"),),
            (Button(detail, f"{DETAIL}:{other}"),),
            (Button(voice.label("button-zone"), f"{PAGE}:zone"),),
            (Button(voice.label("button-quiet"), f"{quiet_command.PAGE}:"),),
            (Button(voice.label("button-digest"), f"{digest.PAGE}:"),),
            (Button(voice.label(_CHOOSE[following]), f"{CHANGES}:{following}"),),
        ),
    )


def _zone_line(subscriber: Subscriber, voice: Voice) -> Html:
    if subscriber.zone is None:
        return voice.say("settings-no-zone")
    return voice.say("settings-zone", zone=subscriber.zone)


def _quiet_line(chosen: Quiet, voice: Voice) -> Html:
    if chosen.hours is None:
        return voice.say("settings-no-quiet")
    begin, end = f"{chosen.hours.begin:%H:%M}", f"{chosen.hours.end:%H:%M}"
    return voice.say("settings-quiet", begin=begin, end=end)


def _languages(voice: Voice) -> Content:
    rows = [
        (Button(ticked(each.name, here=each.code == voice.language), f"{LANGUAGE}:{each.code}"),)
        for each in LANGUAGES
    ]
    return Content(voice.say("language-choose"), (*rows, _back(voice)))


def _zones(subscriber: Subscriber, voice: Voice) -> Content:
    rows = [
        (Button(ticked(zone, here=zone == subscriber.zone), f"{ZONE}:{zone}"),) for zone in OFFERED
    ]
    said = join("\n\n", [_zone_line(subscriber, voice), voice.say("zone-choose")])
    return Content(said, (*rows, _back(voice)))


def _back(voice: Voice) -> tuple[Button]:
    return (Button(voice.label("button-settings"), f"{PAGE}:main"),)


def _language(text: str) -> str | None:
    """By its code, or by what its speakers call it."""
    wanted = text.strip().casefold()
    return next((x.code for x in LANGUAGES if wanted in (x.code, x.name.casefold())), None)


def _old(request: Request, kit: Kit) -> Reply:
    return Reply(answer=kit.voice(request).label("answer-old-button"))
