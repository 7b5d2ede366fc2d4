"""/subscriptions and /unsubscribe: what a chat follows, with buttons to change it in place."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.telegram.callback_data import number
from handlers.telegram.events import Request
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from handlers.text.query_text import Wording
from handlers.text.schedule_text import say_when
from handlers.text.timezones import UTC
from matching.query.ast import load
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button, Content

PAGE = "sp"
"""Prefix of `sp:PAGE`: leafs through the list."""

REMOVE = "sx"
RING = "sr"
HUSH = "sh"
"""Prefixes of `sx:SUBSCRIPTION:PAGE` and so on: removes it, gives it its sound, takes it."""

_PAGE = 8
"""Subscriptions a message: each may be 350 units long."""


async def show(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/subscriptions"""
    followed = await subscriptions.of(transaction, request.subscriber.number)
    return Reply(replies=(_list(request, kit, followed, 0),))


async def unsubscribe(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/unsubscribe [N]; without N, buttons."""
    voice = kit.voice(request)
    followed = await subscriptions.of(transaction, request.subscriber.number)
    if not request.text or not followed:
        return Reply(replies=(_list(request, kit, followed, 0),))
    wanted = number(request.text.strip(" .#№"))
    if wanted is None or not 1 <= wanted <= len(followed):
        return reply(voice.say("unsubscribe-no-such", count=len(followed)))
    subscription = followed[wanted - 1]
    await subscriptions.remove(transaction, [subscription.id])
    what = _what(subscription, kit, voice)
    said = voice.say("unsubscribed", what=what)
    return Reply(replies=(Content(said),), removed=(subscription.id,))


async def press_page(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Leafs through the list."""
    followed = await subscriptions.of(transaction, request.subscriber.number)
    return Reply(edit=_list(request, kit, followed, number(request.pressed) or 0))


async def press_remove(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Removes one and shows what is left."""
    subscription = await _pressed(request, transaction)
    if subscription is None:
        return await _after(request, transaction, kit, "answer-gone")
    await subscriptions.remove(transaction, [subscription.id])
    said = await _after(request, transaction, kit, "answer-removed")
    return replace(said, removed=(subscription.id,))


async def press_ring(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """With sound from now on."""
    return await _switch(request, transaction, kit, sound=True)


async def press_hush(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """Without sound from now on."""
    return await _switch(request, transaction, kit, sound=False)


async def _switch(request: Request, transaction: Transaction, kit: Kit, *, sound: bool) -> Reply:
    subscription = await _pressed(request, transaction)
    if subscription is None:
        return await _after(request, transaction, kit, "answer-gone")
    if subscription.sound is sound:
        return Reply(answer=kit.voice(request).label("answer-already-chosen"))
    changed = await subscriptions.change(transaction, subscription, sound=sound)
    said = await _after(request, transaction, kit, "answer-ring" if sound else "answer-hush")
    return replace(said, changed=(changed,))


async def _pressed(request: Request, transaction: Transaction) -> Subscription | None:
    """The subscription a button is for; None when it is gone, or somebody else's."""
    wanted = number(request.pressed.partition(":")[0])
    if wanted is None:
        return None
    return await subscriptions.find(transaction, wanted, request.subscriber.number)


async def _after(request: Request, transaction: Transaction, kit: Kit, answer: str) -> Reply:
    """The list as it is now, on the page where the button was."""
    page = number(request.pressed.partition(":")[2]) or 0
    followed = await subscriptions.of(transaction, request.subscriber.number)
    edit = _list(request, kit, followed, page)
    return Reply(edit=edit, answer=kit.voice(request).label(answer))


def _list(request: Request, kit: Kit, followed: Sequence[Subscription], page: int) -> Content:
    """One page of the list, the last one where there are not so many."""
    voice = kit.voice(request)
    if not followed:
        return Content(join("\n\n", [voice.say("subscriptions-none"), voice.say("examples")]))
    page = min(page, (len(followed) - 1) // _PAGE)
    first = page * _PAGE
    shown = list(enumerate(followed[first : first + _PAGE], start=first + 1))
    zone = request.subscriber.zone or UTC
    lines = [_line(place, each, zone, kit, voice) for place, each in shown]
    rows = [_buttons(place, each, page, voice) for place, each in shown]
    head = voice.say("subscriptions", count=len(followed))
    return Content(join("\n\n", [head, *lines]), (*rows, *_leaves(page, len(followed), voice)))


def _line(place: int, subscription: Subscription, zone: str, kit: Kit, voice: Voice) -> Html:
    when = say_when(subscription.schedule, zone, voice)
    sound = Html() if subscription.sound else voice.say("subscription-silent")
    said = voice.say("subscription", what=_what(subscription, kit, voice), when=when)
    return join(" ", [Html(f"{place}."), join(", ", [said, sound])])


def _what(subscription: Subscription, kit: Kit, voice: Voice) -> Html:
    wording = Wording(voice, kit.gazetteer, kit.topics)
    return wording.describe(load(subscription.query), subscription.written)


def _buttons(place: int, subscription: Subscription, page: int, voice: Voice) -> tuple[Button, ...]:
    tail = f"{subscription.id}:{page}"
    remove = Button(voice.label("button-remove", number=place), f"{REMOVE}:{tail}")
    if subscription.sound:
        return (remove, Button(voice.label("button-hush", number=place), f"{HUSH}:{tail}"))
    return (remove, Button(voice.label("button-ring", number=place), f"{RING}:{tail}"))


def _leaves(page: int, count: int, voice: Voice) -> tuple[tuple[Button, ...], ...]:
    back = [Button(voice.label("button-back"), f"{PAGE}:{page - 1}")] if page else []
    more = (page + 1) * _PAGE < count
    forth = [Button(voice.label("button-forth"), f"{PAGE}:{page + 1}")] if more else []
    return ((*back, *forth),) if back or forth else ()
