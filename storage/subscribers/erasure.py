"""Erases all that is known about a chat."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from storage import schema
from storage.engine.database import Transaction


@dataclass(frozen=True)
class Forgotten:
    """What was there of a chat."""

    subscriptions: tuple[int, ...]  # their ids: an index has to be told
    deliveries: int  # messages that were not sent yet, or given up


async def forget(transaction: Transaction, chat_id: int) -> Forgotten:
    """Erases the chat with all its topics.

    What remains are the bare numbers of its subscribers in lists of who gets what: they are never
    used again. What the chat wrote is erased when it is answered: see `inbox.complete`.
    """
    person, subscription, owed = schema.subscriber, schema.subscription, schema.delivery
    numbers = select(person.c.number).where(person.c.chat_id == chat_id)
    ids = select(subscription.c.id).where(subscription.c.subscriber.in_(numbers))
    count = select(func.count()).select_from(owed).where(owed.c.subscriber.in_(numbers))
    forgotten = Forgotten(
        tuple((await transaction.execute(ids)).scalars()),
        (await transaction.execute(count)).scalar_one(),
    )
    # The tables that belong to a subscriber lose their rows with it.
    await transaction.execute(delete(person).where(person.c.chat_id == chat_id))
    return forgotten
