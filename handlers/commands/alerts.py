"""/alerts: what is on now, and what nobody knows."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.messages.alert import IncidentMessages, IncidentView
from handlers.telegram.events import Request
from handlers.text.dates import moment
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.query_text import Wording
from matching.places.gazetteer import Gazetteer, Region
from matching.places.lookup import suggest
from storage.engine.database import Transaction
from storage.inbound import bulletins, incidents, sources
from storage.inbound.incidents import Incident, Telling
from storage.values.message import Button, Content

PLACE = "al"
"""Prefix of `al:CODE`: what is on there."""

_OFFERED = 6
_LONGEST = 80
_STALE = timedelta(minutes=3)
_SPOKE = timedelta(days=1)
"""Sources that had a word in an alert of late are those whose silence counts."""


async def alerts(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/alerts [PLACE]"""
    voice, written = kit.voice(request), request.text.strip()[:_LONGEST]
    if not written:
        return Reply(replies=(await state(request, transaction, kit, None),))
    found = kit.gazetteer.find(written)
    if found:
        first, *others = found[:_OFFERED]
        return Reply(replies=(await state(request, transaction, kit, first, others),))
    near = suggest(written, kit.gazetteer, _OFFERED)
    key = "alerts-near" if near else "alerts-no-place"
    return Reply(replies=(Content(voice.say(key, written=written), _buttons(near, kit, voice)),))


async def press_place(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Another place of that name, or one that was probably meant."""
    region = kit.gazetteer.get(request.pressed)
    if region is None:
        return Reply(answer=kit.voice(request).label("answer-old-button"))
    return Reply(edit=await state(request, transaction, kit, region))


async def state(
    request: Request,
    transaction: Transaction,
    kit: Kit,
    region: Region | None,
    others: Sequence[Region] = (),
) -> Content:
    """What is on in a place, or anywhere; with a button for each of `others`."""
    voice = kit.voice(request)
    on = await incidents.open_now(transaction)
    ended = await incidents.ended(transaction, request.now - _SPOKE)
    spoke = {name for one in (*on, *ended.values()) for name in one.sources}
    heard = await sources.successes(transaction, sorted(spoke | kit.watchers))
    if region:
        on = [one for one in on if _concerns(one, region, kit.gazetteer)]
    head = voice.say("alerts-none" if not on else "alerts-head")
    if region:
        place = Wording(voice, kit.gazetteer, kit.topics).place(region.code)
        head = voice.say("alerts-none-in" if not on else "alerts-in", place=place)
    messages = IncidentMessages(kit.words, kit.gazetteer, kit.topics)
    views = await _views(transaction, on[::-1])
    listed = messages.listing(head, views, kit.audience(request), request.now, heard)
    stale = Html()
    if not on and not heard:
        listed = voice.say("alerts-unwatched")
    elif not on and request.now - max(heard.values()) > _STALE:
        at = moment(max(heard.values()), request.subscriber.zone, request.now, voice)
        stale = voice.say("alerts-stale", at=at)
    hint = voice.say("alerts-others") if others else Html()
    return Content(join("\n\n", [listed, stale, hint]), _buttons(others, kit, voice))


async def _views(transaction: Transaction, on: Sequence[Incident]) -> list[IncidentView]:
    texts = await bulletins.get(transaction, {one.newest for one in on if one.newest})
    return [
        IncidentView(incident=one, telling=Telling.OPENED, bulletin=texts.get(one.newest or 0))
        for one in on
    ]


def _concerns(incident: Incident, region: Region, gazetteer: Gazetteer) -> bool:
    inside, above = gazetteer.inside(region.code), gazetteer.ancestors(region.code)
    return incident.region in inside or incident.region in above


def _buttons(regions: Iterable[Region], kit: Kit, voice: Voice) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (Button(kit.gazetteer.title(region.code, voice.language), f"{PLACE}:{region.code}"),)
        for region in regions
    )
