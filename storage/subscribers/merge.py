"""Merge of two subscribers: subscriptions, saved places and unsent messages of one move.

A group that became a supergroup may have been added to the bot under its new id already.
"""

from pyroaring import BitMap
from sqlalchemy import ColumnElement, Table, delete, func, insert, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.subscribers import saved_places, sound_modes
from storage.subscribers.sound_modes import SoundMode


async def merge(transaction: Transaction, number: int, into: int) -> list[int]:
    """Move everything of one subscriber to another, and delete it.

    Returns the ids of its subscriptions.
    """
    table = schema.subscription
    ids = (
        (await transaction.execute(select(table.c.id).where(table.c.subscriber == number)))
        .scalars()
        .all()
    )
    await _move_digest_entries(transaction, number, into)
    await _move_pending_broadcasts(transaction, number, into)
    await saved_places.transfer(transaction, number, into)
    await _move_sound_mode(transaction, number, into)
    for owned in (schema.subscription, schema.delivery):
        await transaction.execute(
            update(owned).where(owned.c.subscriber == number).values(subscriber=into)
        )
    await transaction.execute(delete(schema.subscriber).where(schema.subscriber.c.number == number))
    return list(ids)


async def _move_sound_mode(transaction: Transaction, number: int, into: int) -> None:
    """Keep the mode of the subscriber, unless the other one has chosen a mode."""
    modes = await sound_modes.read(transaction)
    if modes.mode_of(into) is SoundMode.EVERYTHING:
        await sound_modes.set_mode(transaction, into, modes.mode_of(number))


async def _move_pending_broadcasts(transaction: Transaction, number: int, into: int) -> None:
    """Enqueue a delivery for each broadcast that has not reached the subscriber yet."""
    broadcast, progress = schema.broadcast, schema.progress
    query = (
        select(broadcast, func.coalesce(progress.c.attempted, -1).label("attempted"))
        .outerjoin_from(broadcast, progress, progress.c.broadcast == broadcast.c.id)
        .where(broadcast.c.finished_at.is_(None))
    )
    deliveries = [
        {
            "subscriber": into,
            "lane": row.lane,
            "bulletin": row.bulletin,
            "broadcast": row.id,
            "silent": number in row.silent,
            "attempts": 0,
            "due_at": row.created_at,
            "created_at": row.created_at,
        }
        for row in await transaction.execute(query)
        if number > row.attempted and number in row.recipients and into not in row.recipients
    ]
    if deliveries:
        await transaction.execute(insert(schema.delivery), deliveries)


async def _move_digest_entries(transaction: Transaction, number: int, into: int) -> None:
    """Replace the subscriber in all that waits for its digests."""
    subscription, entry = schema.subscription, schema.digest_entry
    first = await transaction.scalar(
        select(func.min(subscription.c.last_bulletin)).where(
            subscription.c.subscriber == number, subscription.c.next_due_at.is_not(None)
        )
    )
    if first is not None:
        await _replace(transaction, entry, entry.c.bulletin > first, number, into)
    carryover = schema.digest_carryover
    await _replace(transaction, carryover, carryover.c.bulletin > 0, number, into)


async def _replace(
    transaction: Transaction, table: Table, condition: ColumnElement[bool], number: int, into: int
) -> None:
    query = select(table.c.bulletin, table.c.recipients).where(condition)
    for row in (await transaction.execute(query)).all():
        if number in row.recipients:
            recipients = (row.recipients - BitMap([number])) | BitMap([into])
            await transaction.execute(
                update(table).where(table.c.bulletin == row.bulletin).values(recipients=recipients)
            )
