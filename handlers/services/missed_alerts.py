"""Missed alerts explanation: the delay of each alert in a summary, and its subscriptions.

A summary has no receipt, so that it is never edited. It is recognised by its first line.
"""

from datetime import datetime

from alerts.stored_readings import load_readings
from handlers.framework.handler_context import HandlerContext
from handlers.messages.pagination import paginate
from handlers.services import match_explanation
from handlers.telegram.events import Request
from handlers.text import html, plain_text
from handlers.text.dates import format_moment
from handlers.text.html import Html, bold, join
from handlers.text.i18n import LANGUAGES
from storage.engine.database import Transaction
from storage.inbound import bulletins, incidents
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import missed_alerts, receipts
from storage.subscribers import subscriptions

_MAX_ALERTS = 5
_MAX_HEADLINE_LENGTH = 120


def is_summary(text: str, context: HandlerContext) -> bool:
    """Return whether a message of the bot is a summary of missed alerts, in any language.

    The chat may have changed its language since.
    """
    translators = [context.catalog.translator(language.code) for language in LANGUAGES]
    headings = {html.visible_text(translator.html("missed-head")) for translator in translators}
    return text.partition("\n")[0].strip() in headings


async def explain(
    request: Request, transaction: Transaction, context: HandlerContext, sent_at: datetime
) -> Html | None:
    """Explain the summary sent at a time; None if its alerts are no longer stored."""
    translator, number = context.translator(request), request.subscriber.number
    ids = await missed_alerts.find_last_summary(
        transaction, number, sent_at + receipts.MAX_CLOCK_SKEW
    )
    alerts = await incidents.get(transaction, ids)
    first_ids = {incident.bulletin for incident in alerts.values() if incident.bulletin}
    first_bulletins = await bulletins.get(transaction, sorted(first_ids))
    if not first_bulletins:
        return None
    paragraphs = [translator.html("why-missed")]
    for _, bulletin in sorted(first_bulletins.items())[:_MAX_ALERTS]:
        paragraphs += await _explain_alert(bulletin, request, transaction, context)
    if len(first_bulletins) > _MAX_ALERTS:
        count = len(first_bulletins) - _MAX_ALERTS
        paragraphs.append(translator.html("alerts-more", count=count))
    return join("\n\n", paragraphs)


async def _explain_alert(
    bulletin: StoredBulletin, request: Request, transaction: Transaction, context: HandlerContext
) -> list[Html]:
    translator, zone = context.translator(request), request.subscriber.zone
    headline = plain_text.single_line(paginate(bulletin).headline or bulletin.text)
    delay = translator.html(
        "why-missed-came",
        raised=format_moment(bulletin.issued_at, zone, request.now, translator),
        at=format_moment(bulletin.received_at, zone, request.now, translator),
        source=bulletin.source,
    )
    subscribed = await subscriptions.of(transaction, request.subscriber.number)
    reading = (await load_readings(transaction, context.reader, [bulletin]))[bulletin.id]
    text = f"{bulletin.title}\n{bulletin.text}"
    return [
        join("\n", [bold(plain_text.truncate(headline, _MAX_HEADLINE_LENGTH)), delay]),
        *await match_explanation.explain(subscribed, reading, text, context, request),
    ]
