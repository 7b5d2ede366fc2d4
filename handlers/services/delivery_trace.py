"""Delivery trace in words: the state of a bulletin for one chat."""

from handlers.telegram.events import Request
from handlers.text.dates import format_moment
from handlers.text.html import Html, join
from handlers.text.i18n import Translator
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import StoredBulletin
from storage.outbox.delivery_trace import DeliveryTrace


async def describe(
    transaction: Transaction,
    trace: DeliveryTrace,
    bulletin: StoredBulletin,
    silence: Html,
    request: Request,
    translator: Translator,
) -> Html:
    """Describe the arrival of a bulletin, and its delivery to the chat of the request.

    `silence` is the rule because of which it came without sound; empty if it is not known.
    """
    received_at = format_moment(
        bulletin.received_at, request.subscriber.zone, request.now, translator
    )
    arrival = translator.html("why-came", source=bulletin.source, at=received_at)
    return join("\n", [arrival, await _delivery(transaction, trace, silence, request, translator)])


async def _delivery(  # noqa: PLR0911 - a return for each state
    transaction: Transaction,
    trace: DeliveryTrace,
    silence: Html,
    request: Request,
    translator: Translator,
) -> Html:
    if trace.is_delivered and trace.is_silent and not silence:
        return translator.html("why-arrived-silent")
    if trace.is_delivered:
        return join(" ", [translator.html("why-arrived"), silence])
    if trace.failure is not None:
        return translator.html("why-retried" if trace.due_at else "why-failed", why=trace.failure)
    if trace.due_at is not None:
        return translator.html("why-waiting")
    if trace.is_in_digest:
        return translator.html("why-held")
    if trace.is_recipient:
        return translator.html("why-owed")
    if trace.duplicate is not None:
        id_ = trace.duplicate.original
        original = (await bulletins.get(transaction, [id_])).get(id_)
        if original is not None:
            received_at = format_moment(
                original.received_at, request.subscriber.zone, request.now, translator
            )
            return translator.html("why-folded", source=original.source, at=received_at)
    return translator.html("why-not-owed")
