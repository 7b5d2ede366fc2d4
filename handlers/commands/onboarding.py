"""Three taps to the first subscription: where, what, done; and at once how it is there now."""

from dataclasses import replace

from handlers.commands import alerts
from handlers.commands.subscribe import subscribe_to
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.services.canonical_query import spell
from handlers.services.search import Search
from handlers.services.subscriptions import TooManyError
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.query_text import Wording
from matching.query.ast import And, Or, PlaceTerm, Query, TopicTerm
from storage.engine.database import Transaction
from storage.subscribers import subscribers
from storage.values.message import Button, Content

WHERE = "ow"
"""Prefix of `ow:cities` and `ow:oblasts`: places to choose from."""

PLACE = "op"
"""Prefix of `op:CODE`: a place is chosen."""

WHAT = "oq"
"""Prefix of `oq:WHAT:CODE`: subscribes to that of the place."""

_CITIES = (
    *("UA80000000000093317", "UA63120270010096107"),  # Kyiv, Kharkiv
    *("UA51100270010076757", "UA12020010010037010"),  # Odesa, Dnipro
    *("UA23060070010069526", "UA46060250010015970"),  # Zaporizhzhia, Lviv
)
_COUNTRY = "UA"

_ALERTS = ("air_alert", "all_clear")
_TOPICS = {
    "alerts": _ALERTS,
    "important": (*_ALERTS, "missile", "drone", "artillery", "nuclear", "evacuation"),
    "everything": (),
}
_LABELS = {
    "alerts": "button-alerts",
    "important": "button-important",
    "everything": "button-everything",
}

_A_ROW = 2


def greeting(request: Request, kit: Kit) -> Content:
    """The first message, with places to begin with."""
    voice = kit.voice(request)
    said = join("\n\n", [voice.say("start"), voice.say("start-where")])
    rows = _places((*_CITIES, _COUNTRY), kit, voice)
    oblasts = Button(voice.label("button-oblasts"), f"{WHERE}:oblasts")
    return Content(said, (*rows[:-1], (*rows[-1], oblasts)))


def place_button(code: str, name: str) -> Button:
    """Asks what to hear of that place."""
    return Button(name, f"{PLACE}:{code}")


async def press_where(request: Request, _transaction: Transaction, kit: Kit) -> Reply:
    """Turns to other places."""
    if request.pressed != "oblasts":
        return Reply(edit=greeting(request, kit))
    voice = kit.voice(request)
    oblasts = [
        region.code
        for region in kit.gazetteer.known()
        if region.kind == "oblast" and region.at_home
    ]
    names = {code: kit.gazetteer.name(code, voice.language) for code in oblasts}
    rows = _places(sorted(oblasts, key=lambda code: names[code]), kit, voice)
    back = (Button(voice.label("button-cities"), f"{WHERE}:cities"),)
    return Reply(edit=Content(voice.say("start-where"), (*rows, back)))


async def press_place(request: Request, _transaction: Transaction, kit: Kit) -> Reply:
    """Asks what to hear of a place."""
    voice = kit.voice(request)
    region = kit.gazetteer.get(request.pressed)
    if region is None:
        return Reply(answer=voice.label("answer-old-button"))
    said = voice.say("start-what", place=_name(region.code, kit, voice))
    rows = tuple(
        (Button(voice.label(label), f"{WHAT}:{what}:{region.code}"),)
        for what, label in _LABELS.items()
    )
    back = (Button(voice.label("button-cities"), f"{WHERE}:cities"),)
    return Reply(edit=Content(said, (*rows, back)))


async def press_what(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Subscribes, and tells how it is now: first the alerts, which each choice includes."""
    voice = kit.voice(request)
    what, _, code = request.pressed.partition(":")
    region = kit.gazetteer.get(code)
    if what not in _TOPICS or region is None:
        return Reply(answer=voice.label("answer-old-button"))
    query = _query(what, code)
    try:
        said = await subscribe_to(request, transaction, kit, spell(query), None)
    except TooManyError:
        return Reply(answer=voice.label("answer-too-many", count=kit.quota))
    # The first place followed gives the zone in which times are told.
    number = request.subscriber.number
    request = replace(request, subscriber=(await subscribers.get(transaction, [number]))[number])
    on = await alerts.state(request, transaction, kit, region)
    now = [replace(on, html=join("\n\n", [Html(on.html), voice.say("start-test")]))]
    if what != "alerts":
        now.append(await _newest(request, transaction, kit, query))
    return replace(said, replies=(*said.replies, *now))


async def _newest(request: Request, transaction: Transaction, kit: Kit, query: Query) -> Content:
    """The newest that such a subscription would have brought."""
    voice = kit.voice(request)
    found = await Search(transaction, kit.reader, query).older(1)
    if not found.bulletins:
        return Content(voice.say("start-nothing-yet"))
    content = kit.messages.bulletin(found.bulletins[0], kit.audience(request), request.now)
    return replace(content, html=join("\n\n", [voice.say("start-newest"), Html(content.html)]))


def _query(what: str, code: str) -> Query:
    topics = tuple(TopicTerm(name) for name in _TOPICS[what])
    return And((Or(topics), PlaceTerm(code))) if topics else PlaceTerm(code)


def _places(codes: tuple[str, ...] | list[str], kit: Kit, voice: Voice) -> list[tuple[Button, ...]]:
    buttons = [place_button(code, _name(code, kit, voice)) for code in codes]
    return [tuple(buttons[at : at + _A_ROW]) for at in range(0, len(buttons), _A_ROW)]


def _name(code: str, kit: Kit, voice: Voice) -> str:
    return Wording(voice, kit.gazetteer, kit.topics).place(code)
