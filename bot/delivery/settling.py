"""Stores what became of errands: receipts, rows done, put off or given up; who is gone or moved."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.delivery.counting import Fate, Tally
from bot.delivery.errands import Errand
from bot.delivery.outcome import Gone, Moved, Outcome, Sent
from bot.delivery.retry import Again, Done, GiveUp, decide
from storage import deliveries, receipts, subscribers
from storage.database import Transaction
from storage.deliveries import NewDelivery
from storage.receipts import Receipt
from storage.subscribers import Suspended, Target

log = structlog.get_logger(__name__)


class Settlement:
    """Outcomes on their way into one transaction: what can be stored together is."""

    def __init__(self, transaction: Transaction, now: datetime) -> None:
        self._transaction = transaction
        self._now = now
        self._receipts: list[Receipt] = []
        self._done: list[int] = []  # ids of deliveries
        self._again: list[NewDelivery] = []  # what a broadcast leaves to be retried
        self._joined: list[int] = []
        self.tally = Tally()

    async def settle(self, errands: Sequence[Errand]) -> list[int]:
        """Stores the outcomes of errands, which all have one.

        Returns the ids of subscriptions that belong to another subscriber now: an index has to
        be told.
        """
        for errand in errands:
            if isinstance(errand.outcome, Sent):
                self._arrived(errand, errand.outcome)
            elif errand.outcome is not None:
                await self._failed(errand, errand.outcome)
        await receipts.put(self._transaction, self._receipts, self._now)
        await deliveries.done(self._transaction, self._done)
        await enqueue_known(self._transaction, self._again, self._now)
        return self._joined

    def _arrived(self, errand: Errand, outcome: Sent) -> None:
        if errand.bulletin is not None and outcome.message_id is not None:
            number = errand.subscriber.number
            self._receipts.append(Receipt(errand.bulletin, number, outcome.message_id))
        self._over(errand)

    async def _failed(self, errand: Errand, outcome: Outcome) -> None:
        number = await self._note_subscriber(errand, outcome)
        match decide(outcome, errand.attempts, errand.lane, self._now):
            case Done():
                self._over(errand)
            case Again() as again:
                await self._retry(errand, number, again)
            case GiveUp(why):
                log.warning("gave up", why=why, lane=errand.lane.name, subscriber=number)
                await self._give_up(errand, number, outcome, why)

    def _over(self, errand: Errand) -> None:
        if errand.delivery is not None:
            self._done.append(errand.delivery)

    async def _retry(self, errand: Errand, number: int, again: Again) -> None:
        self.tally[Fate.RETRIED, errand.lane] += 1
        if errand.delivery is None:
            new = _row(errand, number, again.at, attempts=again.attempts, failure=again.why)
            self._again.append(new)
            return
        await deliveries.retry(
            self._transaction,
            errand.delivery,
            due_at=again.at,
            attempts=again.attempts,
            failure=again.why,
        )

    async def _give_up(self, errand: Errand, number: int, outcome: Outcome, why: str) -> None:
        if isinstance(outcome, Gone):  # there is nobody any more
            self._over(errand)
            return
        self.tally[Fate.FAILED, errand.lane] += 1
        row = errand.delivery
        if row is None:
            new = _row(errand, number, self._now, attempts=errand.attempts, failure=why)
            stored = await enqueue_known(self._transaction, [new], self._now)
            row = stored[0].id if stored else None
        if row is not None:
            await deliveries.fail(self._transaction, row, self._now, why)

    async def _note_subscriber(self, errand: Errand, outcome: Outcome) -> int:
        """The number of whom the errand is for now."""
        subscriber = errand.subscriber
        match outcome:
            case Gone(Suspended.NOT_FOUND):
                await subscribers.miss(self._transaction, subscriber.number)
            case Gone(reason):
                await subscribers.suspend(self._transaction, subscriber.chat_id, reason)
            case Moved(chat_id):
                self._joined += await subscribers.move(
                    self._transaction, subscriber.chat_id, chat_id
                )
                target = Target(chat_id, subscriber.thread_id)
                there = await subscribers.find(self._transaction, target)
                return there.number if there else subscriber.number
        return subscriber.number


async def enqueue_known(
    transaction: Transaction, new: Sequence[NewDelivery], now: datetime
) -> Sequence[deliveries.Delivery]:
    """Enqueues what is for somebody who is still there: others have gone during the call."""
    there = await subscribers.get(transaction, {one.subscriber for one in new}) if new else {}
    return await deliveries.enqueue(transaction, [n for n in new if n.subscriber in there], now)


def _row(
    errand: Errand, number: int, due_at: datetime, *, attempts: int, failure: str
) -> NewDelivery:
    return NewDelivery(
        subscriber=number,
        lane=errand.lane,
        bulletin=errand.bulletin,
        content=errand.content,
        silent=errand.silent,
        attempts=attempts,
        due_at=due_at,
        failure=failure,
    )
