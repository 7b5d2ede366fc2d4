"""Command /sources, for operators: health of each source; outage and recovery notices."""

from collections.abc import Sequence
from datetime import datetime

from handlers.framework.handler_context import HandlerContext
from handlers.framework.replies import Reply
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.dates import format_duration, format_moment
from handlers.text.html import Html, bold, join
from handlers.text.i18n import Translator
from storage.engine.database import Transaction
from storage.inbound import sources
from storage.inbound.sources import SourceHealth
from storage.values.message import MessageContent

_MAX_ERROR_LENGTH = 200
_MAX_UNKNOWN_PLACES = 10
_MAX_PLACE_LENGTH = 60


async def show(request: Request, transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /sources."""
    translator, zone = context.translator(request), request.subscriber.zone
    sources_health = await sources.get_health(transaction)
    if not sources_health:
        return Reply(messages=(MessageContent(translator.html("sources-none")),))
    dead_count = sum(health.is_down(request.now) for health in sources_health)
    entries = [translator.html("sources-head", count=len(sources_health), dead=dead_count)]
    entries += [render_health(health, request.now, zone, translator) for health in sources_health]
    return Reply(messages=tuple(MessageContent(html) for html in pack_into_messages(entries)))


def render_health(
    health: SourceHealth, now: datetime, zone: str | None, translator: Translator
) -> Html:
    """Render the health of one source in a few lines."""
    heading = translator.html(_state_key(health, now), name=bold(health.name), kind=health.kind)
    facts = join(" · ", _render_facts(health, now, zone, translator))
    error = _short_error(health)
    error_line = (
        translator.html("source-error", error=error, count=health.consecutive_errors)
        if error
        else Html()
    )
    place_names = ", ".join(
        plain_text.truncate(name, _MAX_PLACE_LENGTH)
        for name in health.unknown_places[:_MAX_UNKNOWN_PLACES]
    )
    unknown_line = Html()
    if place_names:
        unknown_line = translator.html(
            "source-unknown", places=place_names, count=len(health.unknown_places)
        )
    return join("\n", [heading, facts, error_line, unknown_line])


def render_outage_notice(
    health: SourceHealth, now: datetime, zone: str | None, translator: Translator
) -> Html:
    """Render the notice that a source is down."""
    last = _render_last_success(health, now, zone, translator)
    return translator.html(
        "page-dead", name=bold(health.name), last=last, error=_short_error(health) or "—"
    )


def render_recovery_notice(health: SourceHealth, now: datetime, translator: Translator) -> Html:
    """Render the notice that a source is back, with the time since its outage notice."""
    outage = (
        format_duration(now - health.outage_notified_at, translator)
        if health.outage_notified_at
        else ""
    )
    return translator.html("page-back", name=bold(health.name), span=outage)


def _short_error(health: SourceHealth) -> str:
    return (
        plain_text.truncate(plain_text.single_line(health.error), _MAX_ERROR_LENGTH)
        if health.error
        else ""
    )


def _state_key(health: SourceHealth, now: datetime) -> str:
    if health.interval is None:
        return "source-told"
    if health.is_down(now):
        return "source-dead"
    if health.consecutive_errors:
        return "source-shaky"
    return "source-good" if health.succeeded_at else "source-new"


def _render_facts(
    health: SourceHealth, now: datetime, zone: str | None, translator: Translator
) -> list[Html]:
    facts = [_render_last_success(health, now, zone, translator)]
    if health.latency is not None:
        facts.append(
            translator.html("source-took", span=format_duration(health.latency, translator))
        )
    if health.next_poll_at is not None and health.interval is not None:
        facts.append(
            translator.html(
                "source-next", span=format_duration(health.next_poll_at - now, translator)
            )
        )
    return facts


def _render_last_success(
    health: SourceHealth, now: datetime, zone: str | None, translator: Translator
) -> Html:
    if health.succeeded_at is None:
        return translator.html("source-unheard" if health.interval is None else "source-never")
    elapsed = format_duration(now - health.succeeded_at, translator)
    succeeded_at = format_moment(health.succeeded_at, zone, now, translator)
    return translator.html("source-last", at=succeeded_at, span=elapsed)


def pack_into_messages(entries: Sequence[Html]) -> list[Html]:
    """Join entries into as few messages as Telegram's length limit allows."""
    messages: list[Html] = []
    for entry in entries:
        joined = join("\n\n", [messages[-1], entry]) if messages else entry
        if messages and plain_text.utf16_length(joined) <= plain_text.MAX_MESSAGE_UNITS:
            messages[-1] = joined
        else:
            messages.append(entry)
    return messages
