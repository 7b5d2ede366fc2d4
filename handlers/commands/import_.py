"""/import: what /export gave comes back, all of it or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.services.change_timezone import rezone
from handlers.services.export_format import (
    VERSION,
    Entry,
    Fault,
    Portable,
    Settings,
    UnreadableError,
    read,
)
from handlers.services.subscriptions import follow
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.query_errors import marked, refuse
from matching.query.ast import Query, dump
from matching.query.errors import QueryError
from matching.query.parser import Limits, parse
from storage.engine.database import Transaction
from storage.subscribers import quiet_hours, subscribers, subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.local_time import zone_of
from storage.values.message import Content

_SPELLED_OUT = Limits(size=16_384)
"""What is spelled out is longer than what was typed."""

_KEYS = {
    Fault.OPML: "import-opml",
    Fault.TOO_LONG: "import-too-long",
    Fault.NOT_OURS: "import-not-ours",
    Fault.BROKEN: "import-broken",
    Fault.VERSION: "import-version",
    Fault.MISSING: "import-missing",
    Fault.UNKNOWN: "import-unknown",
    Fault.WRONG: "import-wrong",
}


@dataclass(frozen=True)
class _Wish:
    """One entry that can be followed."""

    entry: Entry
    query: Query


class _NoQueryError(Exception):
    """An entry asks for nothing that can be read."""

    def __init__(self, said: Html) -> None:
        super().__init__()
        self.said = said


async def bring(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/import TEXT, or in reply to a message that holds the text."""
    voice = kit.voice(request)
    replied = request.heard.replied
    text = request.text or (replied.text if replied else "")
    if not text:
        return _without_text(request, voice)
    try:
        brought = read(text)
        wishes = [_wish(at, entry, kit, voice) for at, entry in enumerate(brought.subscriptions)]
    except UnreadableError as error:
        return reply(_unreadable(text, error, voice))
    except _NoQueryError as error:
        return reply(error.said)
    if count := await _too_many(request, transaction, kit, wishes):
        return reply(voice.say("import-too-many", count=count, most=kit.quota))
    return await _take(request, transaction, kit, brought, wishes)


async def refuse_file(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """A file that comes without a command."""
    return _without_text(request, kit.voice(request))


def _without_text(request: Request, voice: Voice) -> Reply:
    name = request.heard.file
    if name is None:
        return reply(voice.say("import-how"))
    if name.lower().endswith((".opml", ".xml")):
        return reply(voice.say("import-opml"))
    return reply(voice.say("import-file"))


def _wish(at: int, entry: Entry, kit: Kit, voice: Voice) -> _Wish:
    """Raises _NoQueryError."""
    name, text, limits = "written", entry.written, Limits()
    if entry.understood is not None:
        name, text, limits = "understood", entry.understood, _SPELLED_OUT
    try:
        return _Wish(entry, parse(text, kit.gazetteer, kit.topics, limits).query)
    except QueryError as error:
        place = voice.say("import-place", place=f"subscriptions › {at + 1} › {name}")
        raise _NoQueryError(join("\n\n", [place, refuse(text, error, voice)])) from None


def _unreadable(text: str, error: UnreadableError, voice: Voice) -> Html:
    said = voice.say(
        _KEYS[error.fault], place=error.place, found=_excerpt(error.found), version=VERSION
    )
    if error.fault is Fault.BROKEN:
        return join("\n\n", [said, marked(text, error.at, error.at + 1)])
    return said


async def _too_many(
    request: Request, transaction: Transaction, kit: Kit, wishes: Sequence[_Wish]
) -> int | None:
    """How many the chat would follow, where those are more than it may."""
    there = await subscriptions.of(transaction, request.subscriber.number)
    new = {dump(wish.query) for wish in wishes} - {each.query for each in there}
    count = len(new) + await subscriptions.count_in_chat(transaction, request.heard.target.chat_id)
    return count if new and count > kit.quota else None


async def _take(
    request: Request,
    transaction: Transaction,
    kit: Kit,
    brought: Portable,
    wishes: Sequence[_Wish],
) -> Reply:
    request = await _choose(request, transaction, brought.settings)
    changed: list[Subscription] = []
    new = 0
    for wish in wishes:
        followed = await follow(
            request, transaction, kit, wish.entry.written, wish.query, wish.entry.schedule
        )
        new += followed.new
        subscription = followed.subscription
        if subscription.sound is not wish.entry.sound:
            subscription = await subscriptions.change(
                transaction, subscription, sound=wish.entry.sound
            )
        changed.append(subscription)
        # The first place may have brought a zone: the next one must not bring another.
        request = replace(request, subscriber=request.subscriber._replace(zone=followed.zone))
    said = kit.voice(request).say("imported", new=new, known=len(wishes) - new)
    return Reply(replies=(Content(said),), changed=tuple(changed))


async def _choose(request: Request, transaction: Transaction, settings: Settings) -> Request:
    """Stores the settings that are given; the request as of who has them."""
    now = request.subscriber
    chosen = now._replace(
        language=settings.language or now.language,
        zone=settings.zone or now.zone,
        detail=settings.chosen_detail or now.detail,
        schedule=settings.usual_schedule or now.schedule,
    )
    await subscribers.choose(
        transaction,
        now.number,
        language=chosen.language,
        detail=chosen.detail,
        schedule=chosen.schedule,
        told_nothing=settings.told_nothing,
    )
    await _choose_quiet(request, transaction, settings)
    if chosen.zone and chosen.zone != now.zone:
        await rezone(transaction, now.number, now.zone, chosen.zone, request.now)
    return replace(request, subscriber=chosen)


async def _choose_quiet(request: Request, transaction: Transaction, settings: Settings) -> None:
    if settings.quiet_hours is None and settings.chosen_alerts is None:
        return
    now = await quiet_hours.find(transaction, request.subscriber.number)
    chosen = replace(
        now,
        hours=settings.quiet_hours or now.hours,
        alerts=settings.chosen_alerts or now.alerts,
    )
    zone = zone_of(settings.zone or request.subscriber.zone)
    await quiet_hours.choose(transaction, chosen, zone, request.now)


def _excerpt(text: str) -> str:
    return text if len(text) <= 100 else f"{text[:99]}…"
