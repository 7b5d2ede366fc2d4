"""Command /stats, for operators: subscribers, subscriptions, bulletins and the outbox."""

from collections import Counter
from collections.abc import Iterable

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.telegram.events import Request
from handlers.text.dates import format_moment
from handlers.text.html import Html, bold, join
from handlers.text.i18n import LANGUAGES
from matching.query.ast import PlaceTerm, load, terms
from storage.engine.database import Transaction
from storage.maintenance import statistics
from storage.maintenance.statistics import Statistics
from storage.values.lanes import Lane

_MAX_PLACES = 10

LANE_LABELS = {
    Lane.REPLY: "lane-reply",
    Lane.ALERT: "lane-alert",
    Lane.NEWS: "lane-news",
    Lane.EDIT: "lane-edit",
    Lane.DIGEST: "lane-digest",
    Lane.ANNOUNCEMENT: "lane-announcement",
}


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /stats."""
    stats = await statistics.count(transaction, request.now)
    parts = [_render_subscribers(stats, request, context), _render_queue(stats, request, context)]
    return text_reply(join("\n\n", parts))


def _render_subscribers(stats: Statistics, request: Request, context: HandlerContext) -> Html:
    translator = context.translator(request)
    names = {language.code: language.name for language in LANGUAGES}
    languages = ", ".join(
        f"{names.get(code, code)} {count}" for code, count in stats.by_language.items()
    )
    formatter = context.formatter(request)
    places = ", ".join(
        f"{formatter.place_name(code)} {count}"
        for code, count in _top_places(stats.queries, context)
    )
    total = sum(stats.by_language.values())
    lines = [translator.html("stats-people", count=total, suspended=stats.suspended)]
    if languages:
        lines.append(translator.html("stats-languages", languages=languages))
    lines.append(translator.html("stats-subscriptions", count=stats.subscriptions))
    if places:
        lines.append(translator.html("stats-places", places=places))
    return join("\n", lines)


def _render_queue(stats: Statistics, request: Request, context: HandlerContext) -> Html:
    translator = context.translator(request)
    lines = [translator.html("stats-reports", hour=stats.last_hour, day=stats.last_day)]
    waiting = ", ".join(
        f"{translator.text(LANE_LABELS[lane])} {count}"
        for lane, count in sorted(stats.waiting.items())
    )
    if stats.oldest_pending_at is None and not stats.announcements:
        lines.append(translator.html("stats-nothing-waits"))
    if stats.oldest_pending_at is not None:
        since = format_moment(
            stats.oldest_pending_at, request.subscriber.zone, request.now, translator
        )
        lines.append(translator.html("stats-waits", count=stats.broadcasts, since=since))
    if stats.announcements:
        lines.append(translator.html("stats-announcements", count=stats.announcements))
    if waiting:
        lines.append(translator.html("stats-lanes", lanes=waiting))
    if stats.failed:
        lines.append(bold(translator.text("stats-failed", count=stats.failed)))
    return join("\n", lines)


def _top_places(
    queries: Iterable[tuple[str, int]], context: HandlerContext
) -> list[tuple[str, int]]:
    """Return the most subscribed places with their counts."""
    counter: Counter[str] = Counter()
    for query, count in queries:
        for code in {term.code for term in terms(load(query)) if isinstance(term, PlaceTerm)}:
            if context.gazetteer.get(code):
                counter[code] += count
    return counter.most_common(_MAX_PLACES)
