"""Settlement: store the outcomes of attempts as receipts, retries, carryover and dead letters.

It also suspends unreachable subscribers and follows chats that have migrated.
"""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.delivery.attempt import Attempt
from bot.delivery.expiry import ExpiredMessages, carryover_payload, is_fresh
from bot.delivery.metrics import Disposition, DispositionCounts
from bot.delivery.outcome import Moved, Outcome, Rejected, Sent, Unreachable
from bot.delivery.retry import CarryOver, Done, Expire, GiveUp, Retry, decide
from storage.engine.database import Transaction
from storage.inbound.incidents import NotificationReason
from storage.outbox import deliveries, receipts
from storage.outbox.deliveries import NewDelivery
from storage.outbox.receipts import Receipt
from storage.subscribers import lost_topics, subscribers
from storage.subscribers.subscribers import SuspensionReason, Target

log = structlog.get_logger(__name__)

_NEVER_EDITED = (NotificationReason.CLOSED, NotificationReason.MISSED)
"""Reasons of messages about alerts that stay as they were sent."""


class Settlement:
    """Settles attempts in one transaction, with as few statements as it can."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self._transaction = transaction
        self._now = now
        self._receipts: list[Receipt] = []
        self._done: list[int] = []  # ids of deliveries that need nothing more
        self._retries: list[NewDelivery] = []  # of calls that a broadcast recorded
        self._moved_subscriptions: list[int] = []
        self._topic_reachable: dict[int, bool] = {}  # by number of a forum topic's subscriber
        self.expired = ExpiredMessages()
        self.dispositions = DispositionCounts()

    async def settle(self, attempts: Sequence[Attempt]) -> list[int]:
        """Store the outcomes of finished attempts.

        Returns the ids of subscriptions that have another subscriber now, for the index.
        """
        for attempt in attempts:
            if isinstance(attempt.outcome, Sent):
                self._settle_sent(attempt, attempt.outcome)
            elif attempt.outcome is not None:
                await self._settle_unsent(attempt, attempt.outcome)
        await receipts.put(self._transaction, self._receipts, self._now)
        await deliveries.complete(self._transaction, self._done)
        await enqueue_for_existing(self._transaction, self._retries, self._now)
        await self._store_topics()
        await self.expired.store(self._transaction)
        return self._moved_subscriptions

    def _settle_sent(self, attempt: Attempt, outcome: Sent) -> None:
        number, message = attempt.subscriber.number, attempt.incident_message
        if attempt.subscriber.thread_id and not (message and message.edited_message_id):
            self._topic_reachable[number] = not outcome.is_outside_topic
        bulletin, message_id = attempt.bulletin_id, outcome.message_id
        if bulletin is not None and message_id is not None and not attempt.is_edit:
            is_live = message is not None and message.snapshot.reason not in _NEVER_EDITED
            self._receipts.append(Receipt(bulletin, number, message_id, is_live))
        self._finish(attempt)

    async def _settle_unsent(self, attempt: Attempt, outcome: Outcome) -> None:
        number = await self._update_subscriber(attempt, outcome)
        decision = decide(
            outcome,
            attempt.attempts,
            attempt.lane,
            self._now,
            maybe_sent=attempt.maybe_sent,
            fresh=attempt.incident_message is not None
            or is_fresh(attempt.lane, attempt.payload, self._now),
        )
        if attempt.is_edit and isinstance(outcome, Rejected):
            decision = Done()  # the message was deleted: nothing to update
        match decision:
            case Done():
                self._finish(attempt)
            case Retry() as retry:
                await self._retry(attempt, number, retry)
            case CarryOver(reason):
                log.warning("delivery_carried_over", reason=reason, subscriber=number)
                self._carry_over(attempt, number)
            case Expire():
                self.expired.expire(attempt.lane, attempt.bulletin_id, [number])
                self._finish(attempt)
            case GiveUp(reason):
                log.warning(
                    "delivery_dead_letter",
                    reason=reason,
                    lane=attempt.lane.name,
                    subscriber=number,
                )
                await self._give_up(attempt, number, outcome, reason)

    def _finish(self, attempt: Attempt) -> None:
        if attempt.delivery_id is not None:
            self._done.append(attempt.delivery_id)

    def _carry_over(self, attempt: Attempt, number: int) -> None:
        payload = carryover_payload(attempt)
        if payload is not None:
            self.expired.carry_over(number, payload)
        self._finish(attempt)

    async def _retry(self, attempt: Attempt, number: int, retry: Retry) -> None:
        self.dispositions[Disposition.RETRIED, attempt.lane] += 1
        if attempt.delivery_id is None:
            self._retries.append(_new_delivery(attempt, number, retry))
            return
        await deliveries.retry(
            self._transaction,
            attempt.delivery_id,
            due_at=retry.due_at,
            attempts=retry.attempts,
            maybe_sent=retry.maybe_sent,
            failure=retry.reason,
        )

    async def _give_up(self, attempt: Attempt, number: int, outcome: Outcome, reason: str) -> None:
        if isinstance(outcome, Unreachable):  # the message has no reader
            self._finish(attempt)
            return
        self.dispositions[Disposition.FAILED, attempt.lane] += 1
        row = attempt.delivery_id
        if row is None:
            new = _new_delivery(
                attempt, number, Retry(self._now, attempt.attempts, attempt.maybe_sent, reason)
            )
            stored = await enqueue_for_existing(self._transaction, [new], self._now)
            row = stored[0].id if stored else None
        if row is not None:
            await deliveries.fail(self._transaction, row, self._now, reason)

    async def _store_topics(self) -> None:
        if not self._topic_reachable:
            return
        existing = await subscribers.get(self._transaction, self._topic_reachable)
        lost = [number for number in existing if not self._topic_reachable[number]]
        await lost_topics.mark_lost(self._transaction, lost, self._now)
        await lost_topics.mark_reachable(
            self._transaction, [n for n in existing if self._topic_reachable[n]]
        )

    async def _update_subscriber(self, attempt: Attempt, outcome: Outcome) -> int:
        """Apply the outcome to the subscriber; return the number the message is for now."""
        subscriber = attempt.subscriber
        match outcome:
            case Unreachable(SuspensionReason.NOT_FOUND):
                await subscribers.record_not_found(self._transaction, subscriber.number)
            case Unreachable(reason):
                await subscribers.suspend(self._transaction, subscriber.chat_id, reason)
            case Moved(chat_id):
                self._moved_subscriptions += await subscribers.migrate_chat(
                    self._transaction, subscriber.chat_id, chat_id
                )
                target = Target(chat_id, subscriber.thread_id)
                moved = await subscribers.find(self._transaction, target)
                return moved.number if moved else subscriber.number
        return subscriber.number


async def enqueue_for_existing(
    transaction: Transaction, new: Sequence[NewDelivery], now: datetime
) -> Sequence[deliveries.Delivery]:
    """Enqueue deliveries for subscribers that still exist: some were erased during the call."""
    existing = (
        await subscribers.get(transaction, {delivery.subscriber for delivery in new}) if new else {}
    )
    return await deliveries.enqueue(
        transaction, [delivery for delivery in new if delivery.subscriber in existing], now
    )


def _new_delivery(attempt: Attempt, number: int, retry: Retry) -> NewDelivery:
    return NewDelivery(
        subscriber=number,
        lane=attempt.lane,
        bulletin=attempt.bulletin_id,
        broadcast=attempt.broadcast_id,
        content=attempt.content,
        silent=attempt.silent,
        attempts=retry.attempts,
        maybe_sent=retry.maybe_sent,
        due_at=retry.due_at,
        failure=retry.reason,
    )
