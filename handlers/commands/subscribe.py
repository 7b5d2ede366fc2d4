"""Command /subscribe, and the buttons for subscribing and for disambiguation of names."""

from handlers.commands.current_state import with_current_state
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services import ambiguity, place_lists
from handlers.services.clarification import render_question
from handlers.services.place_lists import PlaceMode
from handlers.services.query_sources import parse_with_sources
from handlers.services.subscription_message import render_subscription
from handlers.services.subscriptions import (
    SubscribeResult,
    SubscriptionQuotaError,
    add_subscription,
)
from handlers.telegram.events import Request
from handlers.telegram.keyboards import decode_text, encode_text, parse_number
from handlers.text.any_language import parse_in_any_language
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.plain_text import echo
from handlers.text.query_errors import apply_suggestion, format_error
from handlers.text.schedule_text import format_schedule
from handlers.text.subscription_options import (
    NO_OPTIONS,
    SubscriptionOptions,
    parse_options,
    split_options,
)
from handlers.text.timezones import UTC
from matching.query.ast import dump, load
from matching.query.doubts import Doubt, find_doubt
from matching.query.errors import QueryError
from matching.query.parser import ParsedQuery, parse
from matching.query.terms.ambiguities import Ambiguity
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button, MessageContent
from storage.values.schedules import Frequency

SUBSCRIBE = "f"
"""Callback prefix of `f:QUERY`, as typed: subscribe with the chat's default schedule."""


async def subscribe(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /subscribe QUERY [| WHEN, OPTIONS]."""
    translator = context.translator(request)
    names = {f"/{command.name}" for command in context.commands}
    if not names.isdisjoint(request.text.lower().split()):
        return text_reply(translator.html("subscribe-one-command"))
    text = request.message.multiline_text  # the end of a line separates places
    try:
        return await subscribe_to_text(request, transaction, context, text)
    except SubscriptionQuotaError:
        return text_reply(translator.html("subscribe-too-many", count=context.subscription_quota))


async def subscribe_to_text(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    text: str,
    token: str | None = None,
) -> Reply:
    """Subscribe to QUERY [| WHEN, OPTIONS], or ask about it. Raises SubscriptionQuotaError.

    `token` is the choice for the first doubtful word, None before there is one.
    """
    translator = context.translator(request)
    written, separator, when = split_options(text)
    try:
        options = parse_in_any_language(parse_options, when, translator)
    except ValueError:
        return text_reply(translator.html("schedule-unknown", written=echo(when)))
    tail = f" {separator}{when}" if separator else ""
    if token is not None:
        parsed = await _parse(written, request, transaction, context)
        doubt = _find_doubt(written, parsed, request, context)
        chosen = doubt.resolve(written, token) if doubt else None
        if chosen is None:
            return Reply(answer=translator.text("answer-old-button"))
        written = chosen
    return await _subscribe_or_ask(request, transaction, context, written, options, tail)


async def subscribe_by_button(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Subscribe to the query of a `subscribe_button`."""
    translator = context.translator(request)
    written = decode_text(request.callback_payload, request.callback_query)
    if not written:
        return Reply(answer=translator.text("answer-old-button"))
    try:
        return await _subscribe_or_ask(request, transaction, context, written)
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
    subscription = await subscriptions.find(transaction, subscription_id, request.subscriber.number)
    if subscription is None:
        return Reply(answer=translator.text("answer-gone"))
    try:
        parsed = parse(
            subscription.query_text,
            context.gazetteer,
            context.topics,
            personal=request.personal,
        )
    except QueryError:  # the topics in the configuration have changed
        return rejection
    query = ambiguity.apply_choice(load(subscription.query), parsed.ambiguities, position, token)
    if query is None:
        return rejection
    return await _change_query(
        subscription, dump(query), parsed.ambiguities, request, transaction, context
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
    subscription = await subscriptions.find(transaction, subscription_id, request.subscriber.number)
    if subscription is None:
        return Reply(answer=translator.text("answer-gone"))
    query = dump(place_lists.change_mode(load(subscription.query), PlaceMode(mode)))
    if query == subscription.query:
        return Reply(answer=translator.text("answer-already-chosen"))
    return await _change_query(subscription, query, (), request, transaction, context)


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
    request: Request, transaction: Transaction, context: HandlerContext, written: str
) -> Reply:
    """Subscribe to a query without a doubt. Raises SubscriptionQuotaError."""
    parsed = await _parse(written, request, transaction, context)
    return await _store(request, transaction, context, written, parsed, NO_OPTIONS)


async def _change_query(
    subscription: Subscription,
    query: str,
    ambiguities: tuple[Ambiguity, ...],
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
) -> Reply:
    """Store another compiled query, unless the chat has a subscription to it."""
    translator = context.translator(request)
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    if query in {other.query for other in subscribed}:
        return Reply(answer=translator.text("answer-already"))
    changed = await subscriptions.change(transaction, subscription, query=query)
    zone = request.subscriber.zone or UTC
    content = render_subscription(request, context, changed, ambiguities, zone, Html())
    return Reply(
        edit=content, answer=translator.text("answer-changed"), changed_subscriptions=(changed,)
    )


async def _subscribe_or_ask(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    written: str,
    options: SubscriptionOptions = NO_OPTIONS,
    tail: str = "",
) -> Reply:
    """Subscribe to a query, or ask about a doubt. `tail`: what follows the query, as typed."""
    parsed = await _parse(written, request, transaction, context)
    if doubt := _find_doubt(written, parsed, request, context):
        return Reply(messages=(render_question(doubt, f"{written}{tail}", request, context),))
    reply = await _store(request, transaction, context, written, parsed, options)
    return await with_current_state(reply, request, transaction, context)


async def _store(
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
    written: str,
    parsed: ParsedQuery | QueryError,
    options: SubscriptionOptions,
) -> Reply:
    translator = context.translator(request)
    if isinstance(parsed, QueryError):
        return reply_to_query_error(written, parsed, translator)
    result = await add_subscription(request, transaction, context, written, parsed.query, options)
    subscription, zone = result.subscription, result.zone or UTC
    if not result.is_new and not result.is_changed:
        description = context.formatter(request).format(parsed.query, written)
        when = format_schedule(subscription.schedule, zone, translator)
        notice = translator.html("subscribe-already", what=description, when=when)
        return text_reply(join("\n\n", [notice, _refusal(result, translator)]))
    content = render_subscription(
        request,
        context,
        subscription,
        parsed.ambiguities,
        zone,
        _render_notes(result, translator),
        can_undo=result.is_new,
    )
    return Reply(messages=(content,), changed_subscriptions=(subscription,))


def _find_doubt(
    written: str, parsed: ParsedQuery | QueryError, request: Request, context: HandlerContext
) -> Doubt | None:
    """Return what to ask about a query before anything is stored."""
    valid = None if isinstance(parsed, QueryError) else parsed
    return find_doubt(written, valid, context.gazetteer, context.topics, request.personal)


async def _parse(
    written: str, request: Request, transaction: Transaction, context: HandlerContext
) -> ParsedQuery | QueryError:
    """Parse a query whose sources exist: configured, or with a stored bulletin.

    Returns an error: a query with one may have a doubt that explains it.
    """
    try:
        return await parse_with_sources(written, request.personal, transaction, context)
    except QueryError as error:
        return error


def _render_notes(result: SubscribeResult, translator: Translator) -> Html:
    """Explain a newly set or missing time zone, and that a digest delays alerts."""
    is_digest = result.subscription.schedule.frequency is not Frequency.NOW
    zone = Html()
    if result.is_zone_new and result.zone:
        zone = translator.html("zone-of-place", zone=result.zone)
    elif result.zone is None and is_digest:
        zone = translator.html("zone-is-utc")
    digest = translator.html("digest-alerts") if is_digest else Html()
    return join("\n\n", [_refusal(result, translator), zone, digest])


def _refusal(result: SubscribeResult, translator: Translator) -> Html:
    """Explain that an option was left out."""
    if result.are_neighbours_refused:
        return translator.html("subscribed-no-neighbours")
    return Html()
