"""A chat that is forgotten while something is on its way to it stops nobody else's messages."""

from datetime import UTC, datetime

import pytest
from pyroaring import BitMap

from bot.delivery.errands import Errand
from bot.delivery.outcome import Gone, Moved, Outcome, RetryAfter, Sent
from bot.delivery.recovery import recover
from bot.delivery.round import Group, Ledger, play_round
from storage import broadcasts, bulletins, deliveries, subscribers
from storage.broadcasts import NOBODY
from storage.bulletins import Bulletin, StoredBulletin
from storage.database import Database
from storage.forgetting import forget
from storage.lanes import Lane
from storage.subscribers import ChatKind, Subscriber, Suspended, Target

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ANN, BEN = 11, 12


async def owed(database: Database) -> tuple[list[Subscriber], StoredBulletin]:
    """Ann and Ben, and a broadcast to both."""
    async with database.write() as transaction:
        people = [
            await subscribers.ensure(transaction, Target(chat), ChatKind.PRIVATE, "en", NOW)
            for chat in (ANN, BEN)
        ]
        new = Bulletin(source="blog", key="1", title="News", received_at=NOW)
        bulletin = await bulletins.add(transaction, new)
        numbers = BitMap([person.number for person in people])
        await broadcasts.enqueue(transaction, bulletin.id, Lane.NEWS, numbers, BitMap(), NOW)
    return people, bulletin


def an_errand(subscriber: Subscriber, bulletin: StoredBulletin) -> Errand:
    return Errand(subscriber, Lane.NEWS, bulletin, silent=False, attempts=1, delivery=None)


async def waiting(database: Database) -> list[int]:
    """To whom something is owed in a row of their own."""
    async with database.read() as transaction:
        due = await deliveries.due(
            transaction, datetime.max.replace(tzinfo=UTC), limit=9, without=[]
        )
    return [delivery.subscriber for delivery in due]


async def forget_ann(database: Database) -> None:
    async with database.write() as transaction:
        await forget(transaction, ANN)


@pytest.mark.parametrize(
    "outcome",
    [RetryAfter(3), Sent(1), Gone(Suspended.BLOCKED), Gone(Suspended.NOT_FOUND), Moved(-5)],
)
async def test_whatever_became_of_the_call_the_round_goes_on(
    database: Database, outcome: Outcome
) -> None:
    (ann, ben), bulletin = await owed(database)
    errands = [an_errand(each, bulletin) for each in (ann, ben)]
    for errand, became in zip(errands, (outcome, RetryAfter(3)), strict=True):
        errand.outcome = became
    ledger = Ledger(finished=list(errands))
    await forget_ann(database)
    await play_round(database, ledger, 0, lambda _: 0.0, NOW)
    assert ledger.finished == []
    assert await waiting(database) == [ben.number]


async def test_a_call_that_takes_long_is_kept_for_nobody(database: Database) -> None:
    (ann, ben), bulletin = await owed(database)
    errands = [an_errand(each, bulletin) for each in (ann, ben)]
    long_ago = datetime(2026, 3, 1, 8, tzinfo=UTC)
    ledger = Ledger(groups=[Group(1, ben.number, errands, long_ago)], under_way=set(errands))
    await forget_ann(database)
    await play_round(database, ledger, 0, lambda _: 0.0, NOW)
    assert [errand.delivery is None for errand in errands] == [True, False]


async def test_a_start_after_a_crash_does_not_ask_for_who_was_forgotten(
    database: Database,
) -> None:
    (_, ben), _ = await owed(database)
    async with database.write() as transaction:
        (broadcast,) = await broadcasts.unfinished(transaction)
        assert broadcast.cursor == NOBODY
        await broadcasts.attempt(transaction, broadcast.id, ben.number)
    await forget_ann(database)
    await recover(database, NOW)
    assert await waiting(database) == [ben.number]
