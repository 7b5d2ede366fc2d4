"""Match explanation: the subscriptions that a bulletin matches, with the words that show it."""

import asyncio
from collections.abc import Sequence

from handlers.framework.handler_context import HandlerContext
from handlers.services.subscription_entries import matches_neighbour
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.html import Html, join
from handlers.text.measure_text import format_distance, format_values
from handlers.text.schedule_text import format_schedule
from handlers.text.timezones import UTC
from matching.query.ast import NearTerm, Not, Query, Term, TopicTerm, load
from matching.query.evaluator import evaluate, find_unmet_parts, highlight
from matching.reader import Reading
from matching.topics.highlights import TopicHighlighter
from storage.subscribers.subscriptions import Subscription

_MAX_SUBSCRIPTIONS = 8
_MAX_WORDS = 8
_MAX_WORD_LENGTH = 60


async def explain(
    subscriptions: Sequence[Subscription],
    reading: Reading,
    text: str,
    context: HandlerContext,
    request: Request,
) -> list[Html]:
    """Return paragraphs on the matching subscriptions; without any, on the unmet parts of all.

    `text` is the text of the reading: title, newline, text. Other tasks run between subscriptions.
    """
    translator = context.translator(request)
    if not subscriptions:
        return [translator.html("why-nothing-followed")]
    pairs, matches, near = [], [], []
    for subscription in subscriptions:
        pairs.append(pair := (subscription, load(subscription.query)))
        if evaluate(pair[1], reading):
            matches.append(pair)
        elif matches_neighbour(subscription, reading, context.gazetteer):
            near.append(pair)
        await asyncio.sleep(0)  # inflecting the words of a long query takes milliseconds
    if matches or near:
        highlighter = TopicHighlighter(reading, text, context.topics)
        lines = [
            await _explain_match(subscription, query, reading, text, highlighter, context, request)
            for subscription, query in matches[:_MAX_SUBSCRIPTIONS]
        ]
        lines += [
            _explain_neighbour(subscription, query, context, request)
            for subscription, query in near[: _MAX_SUBSCRIPTIONS - len(lines)]
        ]
        count = len(matches) + len(near)
        return [join("\n", [translator.html("why-asked", count=count), *lines])]
    lines = [
        _explain_mismatch(subscription, query, reading, context, request)
        for subscription, query in pairs[:_MAX_SUBSCRIPTIONS]
    ]
    return [join("\n", [translator.html("why-not-asked"), *lines])]


def _explain_mismatch(
    subscription: Subscription,
    query: Query,
    reading: Reading,
    context: HandlerContext,
    request: Request,
) -> Html:
    translator = context.translator(request)
    formatter = context.formatter(request)
    query_text = subscription.query_text
    description = formatter.format(query, query_text)
    unmet = find_unmet_parts(query, reading)
    # If a term is missing, the excluded terms that are present make no difference.
    if missing := [part for part in unmet if not isinstance(part, Not)]:
        terms = join(", ", [formatter.format_part(part, query_text) for part in missing])
        return translator.html("why-missing", what=description, missing=terms)
    excluded = [part.part for part in unmet if isinstance(part, Not)]
    terms = join(", ", [formatter.format_part(part, query_text) for part in excluded])
    return translator.html("why-unwanted", what=description, unwanted=terms)


def _explain_neighbour(
    subscription: Subscription, query: Query, context: HandlerContext, request: Request
) -> Html:
    translator = context.translator(request)
    description = context.formatter(request).format(query, subscription.query_text)
    schedule = format_schedule(subscription.schedule, request.subscriber.zone or UTC, translator)
    return translator.html("why-asked-neighbour", what=description, when=schedule)


async def _explain_match(
    subscription: Subscription,
    query: Query,
    reading: Reading,
    text: str,
    highlighter: TopicHighlighter,
    context: HandlerContext,
    request: Request,
) -> Html:
    translator = context.translator(request)
    formatter = context.formatter(request)
    description = formatter.format(query, subscription.query_text)
    schedule = format_schedule(subscription.schedule, request.subscriber.zone or UTC, translator)
    matches = highlight(query, reading)
    quotes: dict[str, str] = {}  # distinct words, each in its first spelling
    for start, end in await _matching_spans(matches, reading, highlighter, context):
        word = plain_text.truncate(plain_text.single_line(text[start:end]), _MAX_WORD_LENGTH)
        quotes.setdefault(word.casefold(), word)
    quoted_words = list(filter(None, quotes.values()))[:_MAX_WORDS]
    distances = {
        term: format_distance(term, reading, formatter.centre_name(term), translator)
        for term, _, _ in matches
        if isinstance(term, NearTerm)
    }
    facts = [*format_values(query, reading, translator), *distances.values()]
    words = join(", ", [*(translator.html("why-word", word=w) for w in quoted_words), *facts])
    if not words:
        return translator.html("why-asked-line", what=description, when=schedule)
    return translator.html("why-asked-because", what=description, when=schedule, words=words)


async def _matching_spans(
    matches: Sequence[tuple[Term, int, int]],
    reading: Reading,
    highlighter: TopicHighlighter,
    context: HandlerContext,
) -> list[tuple[int, int]]:
    """Return the spans of the words that match; for a topic, the words that show the topic."""
    spans: list[tuple[int, int]] = []
    for term, start, end in matches:
        if not isinstance(term, TopicTerm):
            spans.append((start, end))
        elif term.name in context.topics.bulletin_queries:
            evidence = highlight(context.topics.bulletin_queries[term.name], reading)
            spans += [(first, last) for _, first, last in evidence]
        else:
            spans += highlighter.highlight(term.name)
            await asyncio.sleep(0)
    return sorted(spans)
