"""A chat erased during a call to it does not block the messages of others."""

from datetime import UTC, datetime

import pytest
from pyroaring import BitMap

from bot.delivery.cycle import InFlight, run_cycle
from bot.delivery.outcome import Moved, Outcome, RetryAfter, Sent, Unreachable
from bot.delivery.recovery import recover
from storage.engine.database import Database
from storage.inbound import bulletins
from storage.inbound.bulletins import Bulletin, StoredBulletin
from storage.outbox import broadcasts, deliveries
from storage.outbox.broadcasts import NewBroadcast
from storage.subscribers import subscribers
from storage.subscribers.erasure import erase_chat
from storage.subscribers.subscribers import ChatKind, Subscriber, SuspensionReason, Target
from storage.values.lanes import Lane

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
ANN, BEN = 11, 12


async def enqueue_broadcast(database: Database) -> tuple[list[Subscriber], StoredBulletin]:
    """Enqueue a broadcast to Ann and Ben."""
    async with database.write() as transaction:
        people = [
            await subscribers.get_or_create(transaction, Target(chat), ChatKind.PRIVATE, "en", NOW)
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


async def run_one_cycle(database: Database, in_flight: InFlight, room: int) -> None:
    await run_cycle(database, in_flight, room, lambda _: 0.0, NOW)


async def waiting_subscribers(database: Database) -> list[int]:
    """Return the numbers of subscribers with a delivery."""
    end = datetime.max.replace(tzinfo=UTC)
    async with database.read() as transaction:
        due = await deliveries.list_due(transaction, Lane.NEWS, end, limit=9)
    return [delivery.subscriber for delivery in due]


async def erase_ann(database: Database) -> None:
    async with database.write() as transaction:
        await erase_chat(transaction, ANN)


@pytest.mark.parametrize(
    "outcome",
    [
        RetryAfter(3),
        Sent(1),
        Unreachable(SuspensionReason.BLOCKED),
        Unreachable(SuspensionReason.NOT_FOUND),
        Moved(-5),
    ],
)
async def test_the_outcome_for_an_erased_chat_does_not_fail_the_cycle(
    database: Database, outcome: Outcome
) -> None:
    (ann, ben), _ = await enqueue_broadcast(database)
    in_flight = InFlight()
    await run_one_cycle(database, in_flight, room=2)
    assert {attempt.subscriber.number for attempt in in_flight.attempts} == {ann.number, ben.number}
    for attempt in in_flight.attempts:
        attempt.outcome = outcome if attempt.subscriber.number == ann.number else RetryAfter(3)
    in_flight.finished, in_flight.attempts = list(in_flight.attempts), set()
    await erase_ann(database)
    await run_one_cycle(database, in_flight, room=0)
    assert in_flight.finished == []
    assert await waiting_subscribers(database) == [ben.number]


async def test_recovery_skips_an_erased_chat(
    database: Database,
) -> None:
    (_, ben), _ = await enqueue_broadcast(database)
    await run_one_cycle(database, InFlight(), room=2)
    await erase_ann(database)
    await recover(database, NOW)
    assert await waiting_subscribers(database) == [ben.number]
