"""Stores what became of errands: receipts, rows done, put off or given up; who is gone or moved."""

from collections.abc import Sequence
from datetime import datetime

import structlog

from bot.delivery.attempt import Errand
from bot.delivery.expiry import Expired, joinable
from bot.delivery.metrics import Fate, Tally
from bot.delivery.outcome import Gone, Moved, Outcome, Rejected, Sent
from bot.delivery.retry import Again, Done, Expire, GiveUp, Join, decide
from bot.delivery.ttl import is_fresh
from storage.engine.database import Transaction
from storage.inbound.incidents import Telling
from storage.outbox import deliveries, receipts
from storage.outbox.deliveries import NewDelivery
from storage.outbox.receipts import Receipt
from storage.subscribers import lost_topics, subscribers
from storage.subscribers.subscribers import Suspended, Target

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
        self._topics: dict[int, bool] = {}  # whether a subscriber's topic can be written to
        self.expired = Expired()
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
        await self._store_topics()
        await self.expired.store(self._transaction)
        return self._joined

    def _arrived(self, errand: Errand, outcome: Sent) -> None:
        if errand.subscriber.thread_id and not (errand.told and errand.told.edits):
            self._topics[errand.subscriber.number] = not outcome.astray
        if errand.bulletin is not None and outcome.message_id is not None and _is_shown(errand):
            number = errand.subscriber.number
            living = errand.told is not None and errand.told.scene.telling is not Telling.CLOSED
            self._receipts.append(Receipt(errand.bulletin, number, outcome.message_id, living))
        self._over(errand)

    async def _failed(self, errand: Errand, outcome: Outcome) -> None:
        number = await self._note_subscriber(errand, outcome)
        decision = decide(
            outcome,
            errand.attempts,
            errand.lane,
            self._now,
            doubts=errand.doubts,
            fresh=errand.told is not None or is_fresh(errand.lane, errand.what, self._now),
        )
        if errand.is_edit and isinstance(outcome, Rejected):
            decision = Done()  # whoever has deleted the message does not miss it
        match decision:
            case Done():
                self._over(errand)
            case Again() as again:
                await self._retry(errand, number, again)
            case Join(why):
                log.warning("joins the next digest", why=why, subscriber=number)
                self._join(errand, number)
            case Expire():
                self.expired.note(errand.lane, errand.bulletin, [number])
                self._over(errand)
            case GiveUp(why):
                log.warning("gave up", why=why, lane=errand.lane.name, subscriber=number)
                await self._give_up(errand, number, outcome, why)

    def _over(self, errand: Errand) -> None:
        if errand.delivery is not None:
            self._done.append(errand.delivery)

    def _join(self, errand: Errand, number: int) -> None:
        what = joinable(errand)
        if what is not None:
            self.expired.join(number, what)
        self._over(errand)

    async def _retry(self, errand: Errand, number: int, again: Again) -> None:
        self.tally[Fate.RETRIED, errand.lane] += 1
        if errand.delivery is None:
            self._again.append(_row(errand, number, again))
            return
        await deliveries.retry(
            self._transaction,
            errand.delivery,
            due_at=again.at,
            attempts=again.attempts,
            doubts=again.doubts,
            failure=again.why,
        )

    async def _give_up(self, errand: Errand, number: int, outcome: Outcome, why: str) -> None:
        if isinstance(outcome, Gone):  # there is nobody any more
            self._over(errand)
            return
        self.tally[Fate.FAILED, errand.lane] += 1
        row = errand.delivery
        if row is None:
            new = _row(errand, number, Again(self._now, errand.attempts, errand.doubts, why))
            stored = await enqueue_known(self._transaction, [new], self._now)
            row = stored[0].id if stored else None
        if row is not None:
            await deliveries.fail(self._transaction, row, self._now, why)

    async def _store_topics(self) -> None:
        if not self._topics:
            return
        there = await subscribers.get(self._transaction, self._topics)
        lost = [number for number in there if not self._topics[number]]
        await lost_topics.lost(self._transaction, lost, self._now)
        await lost_topics.found(self._transaction, [n for n in there if self._topics[n]])

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


def _is_shown(errand: Errand) -> bool:
    """Whether the message is the bulletin's own: an edit is not, nor what lists many alerts."""
    missed = errand.told is not None and errand.told.scene.telling is Telling.MISSED
    return not (errand.is_edit or missed)


def _row(errand: Errand, number: int, again: Again) -> NewDelivery:
    return NewDelivery(
        subscriber=number,
        lane=errand.lane,
        bulletin=errand.bulletin,
        broadcast=errand.broadcast,
        content=errand.content,
        silent=errand.silent,
        attempts=again.attempts,
        doubts=again.doubts,
        due_at=again.at,
        failure=again.why,
    )
