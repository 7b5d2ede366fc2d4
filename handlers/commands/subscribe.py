"""Command /subscribe, and the buttons for subscribing and for disambiguation of names."""

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services import ambiguity
from handlers.services.subscriptions import (
    SubscribeResult,
    SubscriptionQuotaError,
    add_subscription,
)
from handlers.telegram.events import Request
from handlers.telegram.keyboards import decode_text, encode_text
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from handlers.text.query_errors import apply_suggestion, format_error
from handlers.text.query_text import QueryFormatter
from handlers.text.schedule_text import format_schedule, parse_schedule_text
from handlers.text.timezones import UTC
from matching.query.ast import dump, load
from matching.query.errors import QueryError
from matching.query.parser import ParsedQuery, parse
from storage.engine.database import Transaction
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import Subscription
from storage.values.message import Button, MessageContent
from storage.values.schedules import Frequency, Schedule

SUBSCRIBE = "f"
"""Callback prefix of `f:QUERY`, as typed: subscribe with the chat's default schedule."""


async def subscribe(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /subscribe QUERY [| WHEN]."""
    translator = context.translator(request)
    names = {f"/{command.name}" for command in context.commands}
    if not names.isdisjoint(request.text.lower().split()):
        return text_reply(translator.html("subscribe-one-command"))
    written, when = request.text, ""
    if "|" in written:
        written, _, when = written.rpartition("|")
    try:
        schedule = parse_schedule_text(when, translator) if when.strip() else None
    except ValueError:
        return text_reply(translator.html("schedule-unknown", written=when.strip()))
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
        request, context, changed, parsed, request.subscriber.zone or UTC, Html()
    )
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
        request, context, subscription, parsed, zone, _render_notes(result, translator)
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
    parsed: ParsedQuery,
    zone: str,
    note: Html,
) -> MessageContent:
    """Render the query as understood, with buttons for its other meanings."""
    translator = context.translator(request)
    formatter = QueryFormatter(translator, context.gazetteer, context.topics)
    query = load(subscription.query)
    rows = ambiguity.alternative_buttons(
        subscription.id, query, parsed.ambiguities, translator, formatter
    )
    description = formatter.format(query, subscription.query_text)
    if subscription.schedule.frequency is Frequency.NOW:
        confirmation = translator.html("subscribed", what=description)
    else:
        when = format_schedule(subscription.schedule, zone, translator)
        confirmation = translator.html("subscribed-digest", what=description, when=when)
    hint = _render_meaning_hint(parsed, translator) if rows else Html()
    return MessageContent(join("\n\n", [confirmation, note, hint]), rows)


def _render_meaning_hint(parsed: ParsedQuery, translator: Translator) -> Html:
    """Explain the buttons: corrections of a probable typo, or other meanings."""
    if all(choice.is_guess for choice in parsed.ambiguities):
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
