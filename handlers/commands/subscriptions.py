"""Commands /subscriptions and /unsubscribe: the list of subscriptions, edited in place."""

from collections.abc import Sequence
from dataclasses import replace

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services.subscriptions import find_by_button
from handlers.telegram.events import Request
from handlers.telegram.keyboards import parse_number
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.schedule_text import format_schedule
from handlers.text.subscription_options import SILENT, format_sound, split_options
from handlers.text.timezones import UTC
from matching.query.ast import dump, load
from matching.query.errors import QueryError
from matching.query.parser import parse
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import DEFAULT_SOUND, Subscription
from storage.values.message import Button, MessageContent

PAGE = "sp"
"""Callback prefix of `sp:PAGE`: turn to a page of the list."""

REMOVE = "sx"
ENABLE_SOUND = "sr"
DISABLE_SOUND = "sh"
"""Callback prefixes of `sx:SUBSCRIPTION:PAGE` and so on: change one subscription on that page."""

_PAGE_SIZE = 8
"""Subscriptions in one message; a line has up to 350 UTF-16 units."""


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /subscriptions."""
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    return Reply(messages=(_render_list(request, context, subscribed, 0),))


async def unsubscribe(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /unsubscribe [N | QUERY]; without either, show the list with its buttons."""
    translator = context.translator(request)
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    if not request.text or not subscribed:
        return Reply(messages=(_render_list(request, context, subscribed, 0),))
    position = parse_number(request.text.strip(" .#№"))
    if position is None:
        subscription = _find_by_query(subscribed, request, context)
    else:
        subscription = subscribed[position - 1] if 1 <= position <= len(subscribed) else None
    if subscription is None:
        return text_reply(translator.html("unsubscribe-no-such", count=len(subscribed)))
    await subscriptions.remove(transaction, [subscription.id])
    description = _describe(subscription, request, context)
    confirmation = translator.html("unsubscribed", what=description)
    return Reply(
        messages=(MessageContent(confirmation),), removed_subscription_ids=(subscription.id,)
    )


def _find_by_query(
    subscribed: Sequence[Subscription], request: Request, context: HandlerContext
) -> Subscription | None:
    """Return the subscription to the query that is typed, in whatever words; None without one."""
    typed, _, _ = split_options(request.message.multiline_text)
    try:
        parsed = parse(typed, context.gazetteer, context.topics, personal=request.personal)
    except QueryError:
        return None
    query = dump(parsed.query)
    return next((stored for stored in subscribed if stored.query == query), None)


async def show_page(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Turn to another page of the list."""
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    return Reply(
        edit=_render_list(request, context, subscribed, parse_number(request.callback_payload) or 0)
    )


async def remove(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Remove a subscription and refresh the list."""
    subscription = await _find_subscription(request, transaction)
    if subscription is None:
        return await _refresh_list(request, transaction, context, "answer-gone")
    await subscriptions.remove(transaction, [subscription.id])
    reply = await _refresh_list(request, transaction, context, "answer-removed")
    return replace(reply, removed_subscription_ids=(subscription.id,))


async def enable_sound(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Deliver a subscription's messages with sound from now on."""
    return await _set_sound(request, transaction, context, has_sound=True)


async def disable_sound(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Deliver a subscription's messages silently from now on."""
    return await _set_sound(request, transaction, context, has_sound=False)


async def _set_sound(
    request: Request, transaction: Transaction, context: HandlerContext, *, has_sound: bool
) -> Reply:
    subscription = await _find_subscription(request, transaction)
    if subscription is None:
        return await _refresh_list(request, transaction, context, "answer-gone")
    sound = DEFAULT_SOUND if has_sound else SILENT
    if subscription.has_sound is has_sound:
        return Reply(answer=context.translator(request).text("answer-already-chosen"))
    changed = await subscriptions.change(transaction, subscription, sound=sound)
    reply = await _refresh_list(
        request, transaction, context, "answer-ring" if has_sound else "answer-hush"
    )
    return replace(reply, changed_subscriptions=(changed,))


async def _find_subscription(request: Request, transaction: Transaction) -> Subscription | None:
    id_text = request.callback_payload.partition(":")[0]
    return await find_by_button(id_text, request, transaction)


async def _refresh_list(
    request: Request, transaction: Transaction, context: HandlerContext, answer: str
) -> Reply:
    """Render the list again, on the page of the button."""
    page = parse_number(request.callback_payload.partition(":")[2]) or 0
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    edit = _render_list(request, context, subscribed, page)
    return Reply(edit=edit, answer=context.translator(request).text(answer))


def _render_list(
    request: Request, context: HandlerContext, subscribed: Sequence[Subscription], page: int
) -> MessageContent:
    """Render one page of the list; a page past the end is the last one."""
    translator = context.translator(request)
    if not subscribed:
        return MessageContent(
            join("\n\n", [translator.html("subscriptions-none"), translator.html("examples")])
        )
    page = min(page, (len(subscribed) - 1) // _PAGE_SIZE)
    first = page * _PAGE_SIZE
    numbered = list(enumerate(subscribed[first : first + _PAGE_SIZE], start=first + 1))
    zone = request.subscriber.zone or UTC
    lines = [
        _render_line(position, subscription, zone, request, context)
        for position, subscription in numbered
    ]
    rows = [
        _line_buttons(position, subscription, page, translator)
        for position, subscription in numbered
    ]
    heading = translator.html("subscriptions", count=len(subscribed))
    return MessageContent(
        join("\n\n", [heading, *lines]), (*rows, *_page_buttons(page, len(subscribed), translator))
    )


def _render_line(
    position: int,
    subscription: Subscription,
    zone: str,
    request: Request,
    context: HandlerContext,
) -> Html:
    translator = context.translator(request)
    when = format_schedule(subscription.schedule, zone, translator)
    sound = format_sound(subscription.sound, translator)
    neighbours = Html()
    if subscription.indexed.is_immediate and subscription.has_neighbours:
        neighbours = translator.html("subscription-neighbours")
    description = _describe(subscription, request, context)
    text = translator.html("subscription", what=description, when=when)
    return join(" ", [Html(f"{position}."), join(", ", [text, sound, neighbours])])


def _describe(subscription: Subscription, request: Request, context: HandlerContext) -> Html:
    query = load(subscription.query)
    return context.formatter(request).format(query, subscription.query_text)


def _line_buttons(
    position: int, subscription: Subscription, page: int, translator: Translator
) -> tuple[Button, ...]:
    payload = f"{subscription.id}:{page}"
    remove_button = Button(translator.text("button-remove", number=position), f"{REMOVE}:{payload}")
    if subscription.has_sound:
        return (
            remove_button,
            Button(translator.text("button-hush", number=position), f"{DISABLE_SOUND}:{payload}"),
        )
    return (
        remove_button,
        Button(translator.text("button-ring", number=position), f"{ENABLE_SOUND}:{payload}"),
    )


def _page_buttons(page: int, count: int, translator: Translator) -> tuple[tuple[Button, ...], ...]:
    previous_buttons = (
        [Button(translator.text("button-back"), f"{PAGE}:{page - 1}")] if page else []
    )
    has_next = (page + 1) * _PAGE_SIZE < count
    next_buttons = (
        [Button(translator.text("button-forth"), f"{PAGE}:{page + 1}")] if has_next else []
    )
    return ((*previous_buttons, *next_buttons),) if previous_buttons or next_buttons else ()
