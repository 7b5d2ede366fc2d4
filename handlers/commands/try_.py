"""Command /try: count the messages that a subscription would have brought."""

from dataclasses import dataclass, replace

from handlers.commands.subscribe import subscribe_to_text
from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services.backtest import BacktestResult, run_backtest
from handlers.services.query_sources import parse_with_sources
from handlers.services.search import load_results
from handlers.services.subscriptions import SubscriptionQuotaError, places_of
from handlers.telegram.events import Request
from handlers.telegram.keyboards import MAX_BYTES, decode_text, encode_text, parse_number
from handlers.text.any_language import parse_in_any_language
from handlers.text.dates import format_moment
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
from matching.query.ast import Query, TopicTerm, dump, load, terms
from matching.query.errors import QueryError
from matching.query.parser import QueryLimits, parse
from storage.engine.database import Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.subscribers import subscriptions
from storage.subscribers.subscriptions import (
    DEFAULT_SOUND,
    IndexedSubscription,
    Subscription,
)
from storage.values.message import Button, MessageContent
from storage.values.schedules import IMMEDIATE, Schedule

AGAIN = "bt"
SUBSCRIBE = "bf"
"""Callback prefixes of `bt:WRITTEN` and `bf:WRITTEN`, a query with its options as typed: count its
messages in place, or subscribe to it."""

NARROW = "bq"
"""Callback prefix of `bq:TOPIC:WRITTEN`: count in place only messages that have the topic."""

_LIMITS = QueryLimits(size=400, guesses=1)
"""The query is repeated above the results, so its length is limited to leave room for them."""

_MANY = 20  # messages from which a narrower query is offered


@dataclass(frozen=True)
class _Trial:
    """Subscription to try, as typed and as understood."""

    written: str  # query and options
    query_text: str
    query: Query
    schedule: Schedule
    options: SubscriptionOptions = NO_OPTIONS
    stored: Subscription | None = None  # if the chat has it already

    def indexed(self, number: int) -> IndexedSubscription:
        """Return the subscription as the index would have it."""
        if self.stored is not None:
            return self.stored.indexed
        sound = self.options.sound or DEFAULT_SOUND
        return IndexedSubscription(
            0,
            number,
            dump(self.query),
            self.schedule == IMMEDIATE,
            sound.has_sound,
            sound.sound_from,
            bool(self.options.has_neighbours),
        )

    def can_be_narrowed(self, usual: Schedule) -> bool:
        """Return whether `written` has all options, so that a topic can be added to it."""
        return self.stored is None or (
            self.stored.sound == DEFAULT_SOUND
            and not self.stored.has_neighbours
            and self.schedule == usual
        )


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /try QUERY [| WHEN, OPTIONS]."""
    translator = context.translator(request)
    written = request.message.multiline_text.strip()
    query_text, _, options_text = split_options(written)
    if not query_text:
        return text_reply(translator.html("try-usage"))
    try:
        trial = _parse(written, request, context)
        await parse_with_sources(query_text, request.personal, transaction, context, _LIMITS)
    except QueryError as error:
        return _reply_to_query_error(query_text, error, request, context)
    except ValueError:
        return text_reply(translator.html("schedule-unknown", written=echo(options_text)))
    content = await _try(trial, request, transaction, context)
    if content is None:
        button = _again_button(written, "button-try-again", translator)
        html = join("\n", [translator.html("answer-try-busy"), _quote(written, translator)])
        content = MessageContent(html, ((button,),))
    return Reply(messages=(content,))


async def show_again(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Count the messages of the query of a button."""
    trial = _parse_button(request.callback_payload, None, request, context)
    return await _show_in_place(trial, request, transaction, context)


async def show_subscription(
    request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    """Count the messages of the subscription of a button, in a message of its own."""
    translator = context.translator(request)
    id_ = parse_number(request.callback_payload)
    if id_ is None:
        return Reply(answer=translator.text("answer-old-button"))
    subscription = await subscriptions.find(transaction, id_, request.subscriber.number)
    if subscription is None:
        return Reply(answer=translator.text("answer-gone"))
    text, query = subscription.query_text, load(subscription.query)
    trial = _Trial(text, text, query, subscription.schedule, stored=subscription)
    content = await _try(trial, request, transaction, context)
    if content is None:
        return Reply(answer=translator.text("answer-try-busy"))
    return Reply(messages=(content,))


async def narrow(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Count the messages of the query of a button that have a topic."""
    topic, _, payload = request.callback_payload.partition(":")
    trial = _parse_button(payload, topic, request, context)
    return await _show_in_place(trial, request, transaction, context)


async def subscribe(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Subscribe to the query of a button, with its options."""
    translator = context.translator(request)
    trial = _parse_button(request.callback_payload, None, request, context)
    if trial is None:
        return Reply(answer=translator.text("answer-old-button"))
    try:
        return await subscribe_to_text(request, transaction, context, trial.written)
    except SubscriptionQuotaError:
        return Reply(answer=translator.text("answer-too-many", count=context.subscription_quota))


async def _show_in_place(
    trial: _Trial | None, request: Request, transaction: Transaction, context: HandlerContext
) -> Reply:
    translator = context.translator(request)
    if trial is None:
        return Reply(answer=translator.text("answer-old-button"))
    content = await _try(trial, request, transaction, context)
    if content is None:
        return Reply(answer=translator.text("answer-try-busy"))
    return Reply(edit=content)


def _reply_to_query_error(
    query_text: str, error: QueryError, request: Request, context: HandlerContext
) -> Reply:
    """Explain a query error, with a button for the probable correction."""
    translator = context.translator(request)
    corrected = apply_suggestion(query_text, error)
    rows = ((_again_button(corrected, "button-try", translator),),) if corrected else ()
    return Reply(messages=(MessageContent(format_error(query_text, error, translator), rows),))


def _parse_button(
    payload: str, topic: str | None, request: Request, context: HandlerContext
) -> _Trial | None:
    """Return the trial of a button; None if it is forged, or the topics have changed."""
    written = decode_text(payload, request.callback_query)
    try:
        if written and topic is not None:
            written = _add_topic(written, topic)
        return _parse(written, request, context) if written else None
    except (QueryError, ValueError):
        return None


def _add_topic(written: str, topic: str) -> str:
    query_text, separator, options_text = split_options(written)
    places = ", ".join(filter(None, map(str.strip, query_text.splitlines())))
    narrower = f'({places}) #"{topic}"' if '"' not in topic else ""
    return f"{narrower} {separator}{options_text}".strip()


def _parse(written: str, request: Request, context: HandlerContext) -> _Trial:
    """Parse a query with options. Raises QueryError, and ValueError for unknown options."""
    query_text, _, options_text = split_options(written)
    options = parse_in_any_language(parse_options, options_text, context.translator(request))
    parsed = parse(query_text, context.gazetteer, context.topics, _LIMITS, request.personal)
    schedule = options.schedule or request.subscriber.schedule
    return _Trial(written, query_text, parsed.query, schedule, options)


async def _try(
    trial: _Trial, request: Request, transaction: Transaction, context: HandlerContext
) -> MessageContent | None:
    """Return the results; None if too many other trials run."""
    subscription = trial.indexed(request.subscriber.number)
    zone = request.subscriber.zone or context.timezones.find_for_regions(places_of(trial.query))
    with context.backtests.enter() as is_free:
        if not is_free:
            return None
        result = await run_backtest(subscription, zone, request, transaction, context)
    newest = await load_results(transaction, context.reader, result.newest)
    return _render(trial, result, newest, zone or UTC, request, context)


def _render(
    trial: _Trial,
    result: BacktestResult,
    newest: tuple[StoredBulletin, ...],
    zone: str,
    request: Request,
    context: HandlerContext,
) -> MessageContent:
    translator = context.translator(request)
    description = context.formatter(request).format(trial.query, trial.query_text)
    head = join(
        "\n",
        [translator.html("try-head", what=description), _quote(trial.written, translator)],
    )
    narrower = _narrower_button(trial, result, request, context)
    paragraphs = [head, _render_counts(trial, result, zone, request, context)]
    if narrower:
        paragraphs.append(translator.html("try-many"))
    if newest:
        paragraphs.append(translator.html("try-newest"))
    heading = join("\n\n", paragraphs)
    content = MessageContent(heading)
    if newest:
        options = context.render_options(request)
        content, _ = context.bulletin_renderer.render_list(newest, options, request.now, heading)
    subscribe_button = Button(
        translator.text("button-follow"), encode_text(f"{SUBSCRIBE}:", trial.written)
    )
    rows = (
        *content.buttons,
        (narrower,) if narrower else (),
        () if trial.stored else (subscribe_button,),
    )
    return replace(content, buttons=tuple(filter(None, rows)))


def _render_counts(
    trial: _Trial, result: BacktestResult, zone: str, request: Request, context: HandlerContext
) -> Html:
    translator = context.translator(request)
    if result.since is None:
        return translator.html("try-no-reports")
    is_immediate = trial.schedule == IMMEDIATE
    if not result.count:
        counts = translator.html("try-none", days=result.days)
    elif is_immediate:
        counts = translator.html(
            "try-count",
            days=result.days,
            count=result.count,
            sound=result.with_sound,
            night=result.at_night,
        )
    else:
        when = format_schedule(trial.schedule, zone, translator)
        counts = translator.html("try-digest", days=result.days, count=result.count, when=when)
    if result.is_complete:
        return counts
    since = format_moment(result.since, zone, request.now, translator)
    return join("\n", [counts, translator.html("try-limit", since=since)])


def _narrower_button(
    trial: _Trial, result: BacktestResult, request: Request, context: HandlerContext
) -> Button | None:
    """Return the button that adds the commonest topic; None if that makes no difference."""
    if result.count < _MANY or not trial.can_be_narrowed(request.subscriber.schedule):
        return None
    asked = {term.name for term in terms(trial.query) if isinstance(term, TopicTerm)}
    for name, count in result.topics:
        data = encode_text(f"{NARROW}:{name}:", trial.written)
        # The name of an operator's topic may be too long for a button.
        if name in asked or count == result.count or len(data.encode()) > MAX_BYTES:
            continue
        try:
            _parse(_add_topic(trial.written, name), request, context)
        except (QueryError, ValueError):  # it is at the limit of a query
            return None
        translator = context.translator(request)
        title = context.topics.title(name, translator.language)
        label = translator.text("button-try-topic", topic=title)
        return Button(label, data)
    return None


def _again_button(written: str, key: str, translator: Translator) -> Button:
    return Button(translator.text(key), encode_text(f"{AGAIN}:", written))


def _quote(written: str, translator: Translator) -> Html:
    """Return the query as typed, from which `decode_text` reads it."""
    return translator.html("try-written", written=written)
