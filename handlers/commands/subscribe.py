"""Command /subscribe, and the buttons for subscribing and for disambiguation of names."""

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services import ambiguity, place_lists
from handlers.services.place_lists import PlaceMode
from handlers.services.subscriptions import (
    SubscribeResult,
    SubscriptionQuotaError,
    add_subscription,
)
from handlers.telegram.events import Request
from handlers.telegram.keyboards import decode_text, encode_text, parse_number
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.plain_text import echo
from handlers.text.query_errors import apply_suggestion, format_error
from handlers.text.query_text import QueryFormatter
from handlers.text.schedule_text import format_schedule, parse_schedule_text
from handlers.text.timezones import UTC
from matching.query.ast import Query, dump, load
from matching.query.errors import QueryError
from matching.query.parser import Ambiguity, parse
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button, MessageContent
from storage.values.schedules import Frequency, Schedule

SUBSCRIBE = "f"
"""Callback prefix of `f:QUERY`, as typed: subscribe with the chat's default schedule."""

PLACE_MODE = "b"
"""Callback prefix of `b:SUBSCRIPTION:MODE`: reports must mention any or all of its places."""


async def subscribe(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /subscribe QUERY [| WHEN]."""
    translator = context.translator(request)
    names = {f"/{command.name}" for command in context.commands}
    if not names.isdisjoint(request.text.lower().split()):
        return text_reply(translator.html("subscribe-one-command"))
    written, when = request.message.multiline_text, ""  # the end of a line separates places
    if "|" in written:
        written, _, when = written.rpartition("|")
    try:
        schedule = parse_schedule_text(when, translator) if when.strip() else None
    except ValueError:
        return text_reply(translator.html("schedule-unknown", written=echo(when)))
    try:
        return await subscribe_to_query(request, transaction, context, written.strip(), schedule)
    except SubscriptionQuotaError:
        return text_reply(translator.html("subscribe-too-many", count=context.subscription_quota))


async def subscribe_by_button(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Subscribe to the query of a `subscribe_button`."""
    translator = context.translator(request)
    written = decode_text(request.callback_payload, request.callback_query)
    if not written:
        return Reply(answer=translator.text("answer-old-button"))
    try:
        return await subscribe_to_query(request, transaction, context, written, None)
    except SubscriptionQuotaError:
        return Reply(answer=translator.text("answer-too-many", count=context.subscription_quota))


async def choose_meaning(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Change a subscription to another meaning of an ambiguous name."""
    translator = context.translator(request)
    rejection = Reply(answer=translator.text("answer-old-button"))
    choice = ambiguity.parse_callback(request.callback_payload)
    if choice is None:
        return rejection
    subscription_id, position, token = choice
    number = request.subscriber.number
    subscription = await subscriptions.find(transaction, subscription_id, number)
    if subscription is None:
        return Reply(answer=translator.text("answer-gone"))
    try:
        parsed = parse(subscription.query_text, context.gazetteer, context.topics)
    except QueryError:  # the topics in the configuration have changed
        return rejection
    query = ambiguity.apply_choice(load(subscription.query), parsed.ambiguities, position, token)
    if query is None:
        return rejection
    existing = {other.query for other in await subscriptions.of(transaction, number)}
    if dump(query) in existing:
        return Reply(answer=translator.text("answer-already"))
    changed = await subscriptions.change(transaction, subscription, query=dump(query))
    content = _render_subscription(
        request, context, changed, parsed.ambiguities, request.subscriber.zone or UTC, Html()
    )
    return Reply(
        edit=content, answer=translator.text("answer-changed"), changed_subscriptions=(changed,)
    )


async def choose_place_mode(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Change whether reports must mention any or all places of a subscription."""
    translator = context.translator(request)
    id_text, _, mode = request.callback_payload.partition(":")
    subscription_id = parse_number(id_text)
    if subscription_id is None or mode not in list(PlaceMode):
        return Reply(answer=translator.text("answer-old-button"))
    number = request.subscriber.number
    subscription = await subscriptions.find(transaction, subscription_id, number)
    if subscription is None:
        return Reply(answer=translator.text("answer-gone"))
    query = dump(place_lists.change_mode(load(subscription.query), PlaceMode(mode)))
    if query == subscription.query:
        return Reply(answer=translator.text("answer-already-chosen"))
    if query in {other.query for other in await subscriptions.of(transaction, number)}:
        return Reply(answer=translator.text("answer-already"))
    changed = await subscriptions.change(transaction, subscription, query=query)
    zone = request.subscriber.zone or UTC
    content = _render_subscription(request, context, changed, (), zone, Html())
    return Reply(
        edit=content, answer=translator.text("answer-changed"), changed_subscriptions=(changed,)
    )


def subscribe_button(written: str, translator: Translator) -> Button:
    """Return a button that subscribes to a query as typed.

    See `encode_text`: a message must quote a query that is too long for callback data.
    """
    return Button(translator.text("button-follow"), encode_text(f"{SUBSCRIBE}:", written))


def reply_to_query_error(written: str, error: QueryError, translator: Translator) -> Reply:
    """Explain a query error, with a button for the probable correction."""
    corrected = apply_suggestion(written, error)
    rows = ((subscribe_button(corrected, translator),),) if corrected else ()
    return Reply(messages=(MessageContent(format_error(written, error, translator), rows),))


async def subscribe_to_query(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    written: str,
    schedule: Schedule | None,
) -> Reply:
    """Subscribe to a query as typed.

    `schedule`: None for the chat's default. Raises SubscriptionQuotaError.
    """
    translator = context.translator(request)
    try:
        parsed = parse(written, context.gazetteer, context.topics)
    except QueryError as error:
        return reply_to_query_error(written, error, translator)
    result = await add_subscription(request, transaction, context, written, parsed.query, schedule)
    subscription, zone = result.subscription, result.zone or UTC
    content = _render_subscription(
        request,
        context,
        subscription,
        parsed.ambiguities,
        zone,
        _render_notes(result, translator),
    )
    if not result.is_new and not result.is_changed:
        description = QueryFormatter(translator, context.gazetteer, context.topics).format(
            parsed.query, written
        )
        when = format_schedule(subscription.schedule, zone, translator)
        return text_reply(translator.html("subscribe-already", what=description, when=when))
    return Reply(messages=(content,), changed_subscriptions=(subscription,))


def _render_subscription(
    request: Request,
    context: HandlerContext,
    subscription: Subscription,
    ambiguities: tuple[Ambiguity, ...],
    zone: str,
    note: Html,
) -> MessageContent:
    """Render the query as understood, with buttons for its other meanings."""
    translator = context.translator(request)
    formatter = QueryFormatter(translator, context.gazetteer, context.topics)
    query = load(subscription.query)
    rows = ambiguity.alternative_buttons(subscription.id, query, ambiguities, translator, formatter)
    description = formatter.format(query, subscription.query_text)
    if subscription.schedule.frequency is Frequency.NOW:
        confirmation = translator.html("subscribed", what=description)
    else:
        when = format_schedule(subscription.schedule, zone, translator)
        confirmation = translator.html("subscribed-digest", what=description, when=when)
    hint = _render_meaning_hint(ambiguities, translator) if rows else Html()
    rows = (*_place_mode_buttons(subscription.id, query, translator), *rows)
    return MessageContent(join("\n\n", [confirmation, note, hint]), rows)


def _place_mode_buttons(
    subscription_id: int, query: Query, translator: Translator
) -> tuple[tuple[Button, ...], ...]:
    """Return the button for the other reading of a list of places; empty without a list."""
    place_list = place_lists.find_list(query)
    if place_list is None:
        return ()
    mode, count = place_list
    other, key = PlaceMode.ANY, "button-any-place"
    if mode is PlaceMode.ANY:
        other, key = PlaceMode.ALL, "button-all-places"
    values = {"count": count} if mode is PlaceMode.ANY else {}
    label = translator.text(key, **values)
    return ((Button(label, f"{PLACE_MODE}:{subscription_id}:{other}"),),)


def _render_meaning_hint(ambiguities: tuple[Ambiguity, ...], translator: Translator) -> Html:
    """Explain the buttons: corrections of a probable typo, or other meanings."""
    if all(choice.is_guess for choice in ambiguities):
        return translator.html("subscribed-guessed")
    return translator.html("subscribed-ambiguous")


def _render_notes(result: SubscribeResult, translator: Translator) -> Html:
    """Explain a newly set or missing time zone, and that a digest delays alerts."""
    is_digest = result.subscription.schedule.frequency is not Frequency.NOW
    zone = Html()
    if result.is_zone_new and result.zone:
        zone = translator.html("zone-of-place", zone=result.zone)
    elif result.zone is None and is_digest:
        zone = translator.html("zone-is-utc")
    return join("\n\n", [zone, translator.html("digest-alerts") if is_digest else Html()])
