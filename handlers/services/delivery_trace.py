"""What became of a report, in words."""

from handlers.telegram.events import Request
from handlers.text.dates import moment
from handlers.text.html import Html, join
from handlers.text.i18n import Voice
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import StoredBulletin
from storage.outbox.delivery_trace import Trace


async def told(
    transaction: Transaction, trace: Trace, found: StoredBulletin, request: Request, voice: Voice
) -> Html:
    """When it came to us, and whether and how it went to this chat."""
    at = moment(found.received_at, request.subscriber.zone, request.now, voice)
    came = voice.say("why-came", source=found.source, at=at)
    return join("\n", [came, await _became(transaction, trace, request, voice)])


async def _became(transaction: Transaction, trace: Trace, request: Request, voice: Voice) -> Html:  # noqa: PLR0911 - a table
    if trace.arrived:
        return voice.say("why-arrived-silent" if trace.silent else "why-arrived")
    if trace.failure is not None:
        return voice.say("why-retried" if trace.due_at else "why-failed", why=trace.failure)
    if trace.due_at is not None:
        return voice.say("why-waiting")
    if trace.held:
        return voice.say("why-held")
    if trace.owed:
        return voice.say("why-owed")
    if trace.fold is not None:
        first = (await bulletins.get(transaction, [trace.fold.into])).get(trace.fold.into)
        if first is not None:
            at = moment(first.received_at, request.subscriber.zone, request.now, voice)
            return voice.say("why-folded", source=first.source, at=at)
    return voice.say("why-not-owed")
