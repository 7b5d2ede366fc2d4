"""/sources, for those who run the bot; and what they are told when a source dies or is back."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.dates import moment
from handlers.text.html import Html, bold, join
from handlers.text.i18n import Voice
from storage.engine.database import Transaction
from storage.inbound import sources
from storage.inbound.sources import Health
from storage.values.message import Content

_LONGEST = 200  # of an error
_PLACES = 10  # of the unknown ones that are shown
_LONGEST_PLACE = 60
_UNITS = (
    ("span-days", timedelta(days=1)),
    ("span-hours", timedelta(hours=1)),
    ("span-minutes", timedelta(minutes=1)),
)


async def show(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/sources"""
    voice, zone = kit.voice(request), request.subscriber.zone
    found = await sources.health(transaction)
    if not found:
        return Reply(replies=(Content(voice.say("sources-none")),))
    dead = sum(one.is_dead(request.now) for one in found)
    entries = [voice.say("sources-head", count=len(found), dead=dead)]
    entries += [describe(one, request.now, zone, voice) for one in found]
    return Reply(replies=tuple(Content(html) for html in in_messages(entries)))


def describe(one: Health, now: datetime, zone: str | None, voice: Voice) -> Html:
    """One source in a few lines."""
    head = voice.say(_state(one, now), name=bold(one.name), kind=one.kind)
    facts = join(" · ", _facts(one, now, zone, voice))
    error = _error(one)
    trouble = voice.say("source-error", error=error, count=one.errors) if error else Html()
    places = ", ".join(plain_text.shorten(place, _LONGEST_PLACE) for place in one.unknown[:_PLACES])
    unknown = Html()
    if places:
        unknown = voice.say("source-unknown", places=places, count=len(one.unknown))
    return join("\n", [head, facts, trouble, unknown])


def dead(one: Health, now: datetime, zone: str | None, voice: Voice) -> Html:
    """That it has died."""
    last = _last(one, now, zone, voice)
    return voice.say("page-dead", name=bold(one.name), last=last, error=_error(one) or "—")


def back(one: Health, now: datetime, voice: Voice) -> Html:
    """That it is back: `paged_at` tells how long that took."""
    away = span(now - one.paged_at, voice) if one.paged_at else ""
    return voice.say("page-back", name=bold(one.name), span=away)


def span(length: timedelta, voice: Voice) -> str:
    """A length of time in its largest whole unit; seconds with a tenth below ten."""
    for unit, size in _UNITS:
        if length >= size:
            return voice.label(unit, count=length // size)
    seconds = max(length.total_seconds(), 0.0)
    shown = f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}".removesuffix(".0")
    return voice.label("span-seconds", count=shown)


def _error(one: Health) -> str:
    return plain_text.shorten(plain_text.line(one.error), _LONGEST) if one.error else ""


def _state(one: Health, now: datetime) -> str:
    if one.every is None:
        return "source-told"
    if one.is_dead(now):
        return "source-dead"
    if one.errors:
        return "source-shaky"
    return "source-good" if one.succeeded_at else "source-new"


def _facts(one: Health, now: datetime, zone: str | None, voice: Voice) -> list[Html]:
    facts = [_last(one, now, zone, voice)]
    if one.latency is not None:
        facts.append(voice.say("source-took", span=span(one.latency, voice)))
    if one.next_at is not None and one.every is not None:
        facts.append(voice.say("source-next", span=span(one.next_at - now, voice)))
    return facts


def _last(one: Health, now: datetime, zone: str | None, voice: Voice) -> Html:
    if one.succeeded_at is None:
        return voice.say("source-unheard" if one.every is None else "source-never")
    ago = span(now - one.succeeded_at, voice)
    at = moment(one.succeeded_at, zone, now, voice)
    return voice.say("source-last", at=at, span=ago)


def in_messages(entries: Sequence[Html]) -> list[Html]:
    """In as few messages as they fit."""
    messages: list[Html] = []
    for entry in entries:
        longer = join("\n\n", [messages[-1], entry]) if messages else entry
        if messages and plain_text.units(longer) <= plain_text.MESSAGE:
            messages[-1] = longer
        else:
            messages.append(entry)
    return messages
