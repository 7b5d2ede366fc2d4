"""/latest and free text: the newest of what the sources said, leafed through in place."""

from dataclasses import replace

from handlers.commands.subscribe import follow_button, refused
from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.services.search import Found, Search
from handlers.telegram.callback_data import carried, carry, number
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.query_text import Wording
from matching.query.ast import Query
from matching.query.errors import QueryError
from matching.query.parser import Limits, parse
from storage.engine.database import Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.values.message import Button, Content

OLDER = "lo"
NEWER = "ln"
"""`lo:BULLETIN:COUNT:QUERY`: what is older than that bulletin; `ln` alike."""

_USUAL = 5
_MOST = 10
_FREE = 3

_LIMITS = Limits(size=400)
"""What is looked up stands above what was found, and must leave it room."""


async def latest(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/latest [QUERY] [COUNT]"""
    written, count = _read(request.text)
    return await _first_page(request, transaction, kit, written, count)


async def look_up(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Free text in a private chat."""
    return await _first_page(request, transaction, kit, request.text, _FREE)


async def press_older(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Turns to the page of what is older."""
    return await _turn(request, transaction, kit, newer=False)


async def press_newer(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Turns to the page of what is newer."""
    return await _turn(request, transaction, kit, newer=True)


async def _first_page(
    request: Request, transaction: Transaction, kit: Kit, written: str, count: int
) -> Reply:
    try:
        query = _query(written, kit)
    except QueryError as error:
        return refused(written, error, kit.voice(request))
    found = await Search(transaction, kit.reader, query).older(count)
    return Reply(replies=(_draw(request, kit, found, query, written, count),))


async def _turn(request: Request, transaction: Transaction, kit: Kit, *, newer: bool) -> Reply:
    old = Reply(answer=kit.voice(request).label("answer-old-button"))
    start, _, rest = request.pressed.partition(":")
    at, (counted, _, text) = number(start), rest.partition(":")
    count, written = number(counted), carried(text, request.press)
    if at is None or count is None or written is None:
        return old
    count = min(max(count, 1), _MOST)
    try:
        query = _query(written, kit)
    except QueryError:  # forged, or the operator's topics are others since
        return old
    search = Search(transaction, kit.reader, query)
    found = await (search.newer(count, at) if newer else search.older(count, at))
    return Reply(edit=_draw(request, kit, found, query, written, count))


def _draw(
    request: Request, kit: Kit, found: Found, query: Query | None, written: str, count: int
) -> Content:
    voice = kit.voice(request)
    head = _head(query, written, kit, voice)
    if found.bulletins:
        content, shown = _show(request, kit, found.bulletins, head, count)
        if shown < len(found.bulletins):
            found = replace(found, older=found.bulletins[shown - 1].id)
    else:
        said = voice.say("latest-none-here" if found.older else "latest-none")
        content = Content(join("\n\n", [head, said]))
    turns = []
    if found.newer is not None:
        turns.append(_turner(voice.label("button-newer"), NEWER, found.newer, count, written))
    if found.older is not None:
        turns.append(_turner(voice.label("button-older"), OLDER, found.older, count, written))
    rows = [*content.buttons, tuple(turns)]
    if query is not None:
        rows.append((follow_button(written, voice),))
    return replace(content, buttons=tuple(row for row in rows if row))


def _show(
    request: Request, kit: Kit, shown: tuple[StoredBulletin, ...], head: Html, count: int
) -> tuple[Content, int]:
    """The reports, and how many of them fit; a single one that was asked for is shown whole."""
    audience = kit.audience(request)
    if count > 1:
        return kit.messages.listing(shown, audience, request.now, head)
    content = kit.messages.bulletin(shown[0], audience, request.now)
    return replace(content, html=join("\n\n", [head, Html(content.html)])), 1


def _turner(label: str, prefix: str, at: int, count: int, written: str) -> Button:
    return Button(label, carry(f"{prefix}:{at}:{count}:", written))


def _head(query: Query | None, written: str, kit: Kit, voice: Voice) -> Html:
    """What is shown; with what was typed as its first code: see `carry`."""
    if query is None:
        return voice.say("latest-all")
    what = Wording(voice, kit.gazetteer, kit.topics).describe(query, written)
    return voice.say("latest", what=what, written=written)


def _query(written: str, kit: Kit) -> Query | None:
    return parse(written, kit.gazetteer, kit.topics, _LIMITS).query if written else None


def _read(text: str) -> tuple[str, int]:
    """What to look for, and how many to show; a last word of up to two digits is how many."""
    before, _, last = text.rpartition(" ")
    count = number(last) if len(last) <= 2 else None
    return (text, _USUAL) if count is None else (before.strip(), min(max(count, 1), _MOST))
