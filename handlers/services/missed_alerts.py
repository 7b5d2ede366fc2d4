"""Why the alerts of a summary were not rung, and who asked for them.

A summary has no receipt: nothing may be edited into it. So it is known by its first line.
"""

from datetime import datetime

from alerts.classification import read
from handlers.framework.handler_context import Kit
from handlers.messages.pagination import pages
from handlers.services import match_explanation
from handlers.telegram.events import Request
from handlers.text import html, plain_text
from handlers.text.dates import moment
from handlers.text.html import Html, bold, join
from handlers.text.i18n import LANGUAGES
from storage.engine.database import Transaction
from storage.inbound import bulletins, incidents
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import incident_messages, receipts
from storage.subscribers import subscriptions

_MOST = 5
_HEADLINE = 120


def is_summary(text: str, kit: Kit) -> bool:
    """Whether a message of ours lists what was missed; its reader may have changed languages."""
    heads = {html.shown(kit.words.voice(one.code).say("missed-head")) for one in LANGUAGES}
    return text.partition("\n")[0].strip() in heads


async def explain(
    request: Request, transaction: Transaction, kit: Kit, sent_at: datetime
) -> Html | None:
    """None where it is not known any more what was in it."""
    voice, number = kit.voice(request), request.subscriber.number
    listed = await incident_messages.last_summary(
        transaction, number, sent_at + receipts.CLOCKS_APART
    )
    alerts = await incidents.get(transaction, listed)
    firsts = {one.bulletin for one in alerts.values() if one.bulletin}
    told = await bulletins.get(transaction, sorted(firsts))
    if not told:
        return None
    parts = [voice.say("why-missed")]
    for first in [told[id_] for id_ in sorted(told)][:_MOST]:
        parts += await _each(first, request, transaction, kit)
    if len(told) > _MOST:
        parts.append(voice.say("alerts-more", count=len(told) - _MOST))
    return join("\n\n", parts)


async def _each(
    first: StoredBulletin, request: Request, transaction: Transaction, kit: Kit
) -> list[Html]:
    voice, zone = kit.voice(request), request.subscriber.zone
    raised = moment(first.published_at or first.received_at, zone, request.now, voice)
    at = moment(first.received_at, zone, request.now, voice)
    head = bold(plain_text.shorten(plain_text.line(pages(first).headline or first.text), _HEADLINE))
    came = voice.say("why-missed-came", raised=raised, at=at, source=first.source)
    followed = await subscriptions.of(transaction, request.subscriber.number)
    text = f"{first.title}\n{first.text}"
    return [
        join("\n", [head, came]),
        *match_explanation.say(followed, read(kit.reader, first), text, kit, request),
    ]
