"""Erasure: delete all personal data of a chat."""

from dataclasses import dataclass

from sqlalchemy import delete, func, select

from storage import schema
from storage.engine.database import Transaction


@dataclass(frozen=True)
class ErasureResult:
    """Data that was erased."""

    subscriptions: tuple[int, ...]  # ids, to be removed from the index
    deliveries: int  # pending messages and dead letters


async def erase_chat(transaction: Transaction, chat_id: int) -> ErasureResult:
    """Erase a chat with all its forum topics.

    Only bare subscriber numbers remain, in recipient sets; a number is never used again. Updates
    from the chat are erased when they are handled: see `update_inbox.complete`.
    """
    subscriber, subscription, delivery = schema.subscriber, schema.subscription, schema.delivery
    numbers = select(subscriber.c.number).where(subscriber.c.chat_id == chat_id)
    ids = select(subscription.c.id).where(subscription.c.subscriber.in_(numbers))
    count = select(func.count()).select_from(delivery).where(delivery.c.subscriber.in_(numbers))
    erased = ErasureResult(
        tuple((await transaction.execute(ids)).scalars()),
        (await transaction.execute(count)).scalar_one(),
    )
    # Foreign keys cascade: rows that belong to a subscriber are deleted with it.
    await transaction.execute(delete(subscriber).where(subscriber.c.chat_id == chat_id))
    return erased
