"""/subscribe, and the buttons that subscribe or change what a name means."""

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.services import ambiguity
from handlers.services.subscriptions import Followed, TooManyError, follow
from handlers.telegram.callback_data import carried, carry
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.query_errors import correct, refuse
from handlers.text.query_text import Wording
from handlers.text.schedule_text import read_when, say_when
from handlers.text.timezones import UTC
from matching.query.ast import dump, load
from matching.query.errors import QueryError
from matching.query.parser import Parsed, parse
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button, Content
from storage.values.schedules import Every, Schedule

FOLLOW = "f"
"""Prefix of `f:QUERY`, as typed: subscribes to it, by the usual schedule of the chat."""


async def subscribe(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/subscribe QUERY [| WHEN]"""
    voice = kit.voice(request)
    names = {f"/{command.name}" for command in kit.commands}
    if not names.isdisjoint(request.text.lower().split()):
        return reply(voice.say("subscribe-one-command"))
    written, when = request.text, ""
    if "|" in written:
        written, _, when = written.rpartition("|")
    try:
        schedule = read_when(when, voice) if when.strip() else None
    except ValueError:
        return reply(voice.say("schedule-unknown", written=when.strip()))
    try:
        return await subscribe_to(request, transaction, kit, written.strip(), schedule)
    except TooManyError:
        return reply(voice.say("subscribe-too-many", count=kit.quota))


async def press_follow(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """A button drawn by `follow_button`."""
    voice = kit.voice(request)
    written = carried(request.pressed, request.press)
    if not written:
        return Reply(answer=voice.label("answer-old-button"))
    try:
        return await subscribe_to(request, transaction, kit, written, None)
    except TooManyError:
        return Reply(answer=voice.label("answer-too-many", count=kit.quota))


async def press_choice(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Another meaning of an ambiguous name."""
    voice = kit.voice(request)
    old = Reply(answer=voice.label("answer-old-button"))
    pressed = ambiguity.read_press(request.pressed)
    if pressed is None:
        return old
    chosen, at, token = pressed
    number = request.subscriber.number
    subscription = await subscriptions.find(transaction, chosen, number)
    if subscription is None:
        return Reply(answer=voice.label("answer-gone"))
    try:
        parsed = parse(subscription.written, kit.gazetteer, kit.topics)
    except QueryError:  # the operator's topics are others since
        return old
    query = ambiguity.change(load(subscription.query), parsed.choices, at, token)
    if query is None:
        return old
    if dump(query) in [each.query for each in await subscriptions.of(transaction, number)]:
        return Reply(answer=voice.label("answer-already"))
    changed = await subscriptions.change(transaction, subscription, query=dump(query))
    content = _content(request, kit, changed, parsed, request.subscriber.zone or UTC, Html())
    return Reply(edit=content, answer=voice.label("answer-changed"), changed=(changed,))


def follow_button(written: str, voice: Voice) -> Button:
    """Subscribes to what was typed. See `carry` for what a long one asks of its message."""
    return Button(voice.label("button-follow"), carry(f"{FOLLOW}:", written))


def refused(written: str, error: QueryError, voice: Voice) -> Reply:
    """What is wrong with what was typed, with a button for what was probably meant."""
    corrected = correct(written, error)
    rows = ((follow_button(corrected, voice),),) if corrected else ()
    return Reply(replies=(Content(refuse(written, error, voice), rows),))


async def subscribe_to(
    request: Request,
    transaction: Transaction,
    kit: Kit,
    written: str,
    schedule: Schedule | None,
) -> Reply:
    """Subscribes to what was typed; None is the usual schedule of the chat. Raises TooManyError."""
    voice = kit.voice(request)
    try:
        parsed = parse(written, kit.gazetteer, kit.topics)
    except QueryError as error:
        return refused(written, error, voice)
    followed = await follow(request, transaction, kit, written, parsed.query, schedule)
    subscription, zone = followed.subscription, followed.zone or UTC
    content = _content(request, kit, subscription, parsed, zone, _notes(followed, voice))
    if not followed.new and not followed.changed:
        what = Wording(voice, kit.gazetteer, kit.topics).describe(parsed.query, written)
        when = say_when(subscription.schedule, zone, voice)
        return reply(voice.say("subscribe-already", what=what, when=when))
    return Reply(replies=(content,), changed=(subscription,))


def _content(
    request: Request,
    kit: Kit,
    subscription: Subscription,
    parsed: Parsed,
    zone: str,
    note: Html,
) -> Content:
    """How it was understood, and what else it could mean."""
    voice = kit.voice(request)
    wording = Wording(voice, kit.gazetteer, kit.topics)
    query = load(subscription.query)
    rows = ambiguity.buttons(subscription.id, query, parsed.choices, voice, wording)
    what = wording.describe(query, subscription.written)
    if subscription.schedule.every is Every.NOW:
        said = voice.say("subscribed", what=what)
    else:
        when = say_when(subscription.schedule, zone, voice)
        said = voice.say("subscribed-digest", what=what, when=when)
    hint = _hint(parsed, voice) if rows else Html()
    return Content(join("\n\n", [said, note, hint]), rows)


def _hint(parsed: Parsed, voice: Voice) -> Html:
    """What the buttons are for."""
    if all(choice.guessed for choice in parsed.choices):
        return voice.say("subscribed-guessed")
    return voice.say("subscribed-ambiguous")


def _notes(followed: Followed, voice: Voice) -> Html:
    """What a person has to know of the time zone, and of alerts that are gathered, too."""
    gathered = followed.subscription.schedule.every is not Every.NOW
    zone = Html()
    if followed.zone_is_new and followed.zone:
        zone = voice.say("zone-of-place", zone=followed.zone)
    elif followed.zone is None and gathered:
        zone = voice.say("zone-is-utc")
    return join("\n\n", [zone, voice.say("digest-alerts") if gathered else Html()])
