"""A chat that is forgotten while something is on its way to it stops nobody else's messages."""

from datetime import UTC, datetime

import pytest
from pyroaring import BitMap

from bot.delivery.cycle import Ledger, play_round
from bot.delivery.outcome import Gone, Moved, Outcome, RetryAfter, Sent
from bot.delivery.recovery import recover
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.outbox import broadcasts, deliveries
from storage.outbox.broadcasts import NewBroadcast
from storage.subscribers import subscribers
from storage.subscribers.erasure import forget
from storage.subscribers.subscribers import ChatKind, Subscriber, Suspended, Target
from storage.values.lanes import Lane

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
        broadcast = NewBroadcast(
            bulletin=bulletin.id, lane=Lane.NEWS, recipients=numbers, silent=BitMap()
        )
        await broadcasts.enqueue(transaction, [broadcast], NOW)
    return people, bulletin


async def round_of(database: Database, ledger: Ledger, room: int) -> None:
    await play_round(database, ledger, room, lambda _: 0.0, NOW)


async def waiting(database: Database) -> list[int]:
    """To whom something is owed in a row of their own."""
    end = datetime.max.replace(tzinfo=UTC)
    async with database.read() as transaction:
        due = await deliveries.due(transaction, Lane.NEWS, end, limit=9)
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
    (ann, ben), _ = await owed(database)
    ledger = Ledger()
    await round_of(database, ledger, room=2)
    assert {errand.subscriber.number for errand in ledger.under_way} == {ann.number, ben.number}
    for errand in ledger.under_way:
        errand.outcome = outcome if errand.subscriber.number == ann.number else RetryAfter(3)
    ledger.finished, ledger.under_way = list(ledger.under_way), set()
    await forget_ann(database)
    await round_of(database, ledger, room=0)
    assert ledger.finished == []
    assert await waiting(database) == [ben.number]


async def test_a_start_after_a_crash_does_not_ask_for_who_was_forgotten(
    database: Database,
) -> None:
    (_, ben), _ = await owed(database)
    await round_of(database, Ledger(), room=2)
    await forget_ann(database)
    await recover(database, NOW)
    assert await waiting(database) == [ben.number]
