"""Announcements: messages from the operator to all chats, as a bulletin and its broadcast."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyroaring import BitMap
from sqlalchemy import delete, func, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import ANNOUNCEMENT_SOURCE, Bulletin, Kind, StoredBulletin
from storage.outbox import broadcasts, receipts
from storage.outbox.broadcasts import NewBroadcast
from storage.subscribers import mute_snapshot, sound_modes
from storage.values.lanes import Lane

_bulletin = schema.bulletin
_broadcast = schema.broadcast
_delivery = schema.delivery
_progress = schema.progress
_subscriber = schema.subscriber

_NUMBER_LIMIT = 1 << 32


@dataclass(frozen=True)
class AnnouncementProgress:
    """Progress of an announcement."""

    recipients: int  # chats; after a stop only those attempted
    delivered: int  # messages that Telegram accepted
    remaining: int  # chats not attempted yet, or waiting for a retry


async def create_draft(transaction: Transaction, text: str, now: datetime) -> StoredBulletin:
    """Store an announcement without sending it."""
    new = Bulletin(
        source=ANNOUNCEMENT_SOURCE, key=now.isoformat(), text=text, kind=Kind.NEWS, received_at=now
    )
    return await bulletins.add(transaction, new)


async def find(transaction: Transaction, id_: int) -> StoredBulletin | None:
    """Return the announcement with this id, None if there is none."""
    bulletin = (await bulletins.get(transaction, [id_])).get(id_)
    return bulletin if bulletin and bulletin.source == ANNOUNCEMENT_SOURCE else None


async def count_chats(transaction: Transaction) -> int:
    """Return the number of chats that an announcement would reach."""
    query = select(func.count(_subscriber.c.chat_id.distinct())).where(
        _subscriber.c.suspended.is_(None)
    )
    return (await transaction.execute(query)).scalar_one()


async def send(transaction: Transaction, id_: int, now: datetime) -> bool:
    """Enqueue a draft, once for each chat regardless of its forum topics.

    Muted chats get it silently. Returns False if it was sent before or no longer exists.
    """
    if not await _lock_announcement(transaction, id_) or await _is_sent(transaction, id_):
        return False
    first_numbers = (
        select(func.min(_subscriber.c.number))
        .where(_subscriber.c.suspended.is_(None))
        .group_by(_subscriber.c.chat_id)
    )
    recipients = BitMap((await transaction.execute(first_numbers)).scalars())
    muted = recipients & (await mute_snapshot.read(transaction)).muted_news
    silent = muted | (await sound_modes.read(transaction)).silenced(Lane.ANNOUNCEMENT, recipients)
    new = NewBroadcast(bulletin=id_, lane=Lane.ANNOUNCEMENT, recipients=recipients, silent=silent)
    await broadcasts.enqueue(transaction, [new], now)
    return True


async def discard(transaction: Transaction, id_: int) -> bool:
    """Delete a draft. Return False if it was sent or no longer exists."""
    if not await _lock_announcement(transaction, id_) or await _is_sent(transaction, id_):
        return False
    await transaction.execute(delete(_bulletin).where(_bulletin.c.id == id_))
    return True


async def load_progress(transaction: Transaction, id_: int) -> AnnouncementProgress | None:
    """Return the progress of an announcement, None if it was not sent."""
    query = (
        select(_broadcast.c.recipients, _broadcast.c.finished_at, _progress.c.attempted)
        .outerjoin_from(_broadcast, _progress)
        .where(_broadcast.c.bulletin == id_)
    )
    row = (await transaction.execute(query)).first()
    if row is None:
        return None
    attempted = (
        len(row.recipients) if row.finished_at else _count_attempted(row.recipients, row.attempted)
    )
    idle = select(func.count()).where(*_idle_deliveries(id_))
    waiting = (await transaction.execute(idle)).scalar_one()
    return AnnouncementProgress(
        recipients=len(row.recipients),
        delivered=await receipts.count(transaction, id_),
        remaining=len(row.recipients) - attempted + waiting,
    )


async def stop(transaction: Transaction, id_: int, now: datetime) -> bool:
    """Cancel an announcement for chats not attempted yet. Return False if there were none.

    Calls in flight continue; they are not retried if the process ends during them. Locks the row of
    the broadcast; the delivery worker locks it too before it records an attempt.
    """
    unfinished = select(_broadcast.c.id, _broadcast.c.recipients).where(
        _broadcast.c.bulletin == id_,
        _broadcast.c.lane == Lane.ANNOUNCEMENT,
        _broadcast.c.finished_at.is_(None),
    )
    row = (await transaction.execute(unfinished.with_for_update())).first()
    if row is not None:
        # Read after locking: attempts recorded while waiting for the lock are visible only now.
        progress_query = select(_progress.c.attempted).where(_progress.c.broadcast == row.id)
        attempted = (await transaction.execute(progress_query)).scalar()
        attempted_recipients = BitMap(row.recipients)
        attempted_recipients.remove_range(0 if attempted is None else attempted + 1, _NUMBER_LIMIT)
        await transaction.execute(
            update(_broadcast)
            .where(_broadcast.c.id == row.id)
            .values(recipients=attempted_recipients)
        )
        await broadcasts.finish(transaction, [row.id], now)
    cancelled = await transaction.execute(delete(_delivery).where(*_idle_deliveries(id_)))
    return row is not None or cancelled.rowcount > 0


def _idle_deliveries(id_: int) -> tuple[Any, ...]:
    """Conditions for deliveries that wait for their chat or for a retry."""
    return (
        _delivery.c.bulletin == id_,
        _delivery.c.lane == Lane.ANNOUNCEMENT,
        _delivery.c.attempted_at.is_(None),
        _delivery.c.failed_at.is_(None),
    )


def _count_attempted(recipients: BitMap, attempted: int | None) -> int:
    """Return the number of recipients up to the number `attempted`."""
    return 0 if attempted is None or attempted < 0 else recipients.rank(attempted)


async def _lock_announcement(transaction: Transaction, id_: int) -> bool:
    """Lock an announcement until the transaction ends. Return False if it does not exist."""
    query = select(_bulletin.c.id).where(
        _bulletin.c.id == id_, _bulletin.c.source == ANNOUNCEMENT_SOURCE
    )
    return (await transaction.execute(query.with_for_update())).first() is not None


async def _is_sent(transaction: Transaction, id_: int) -> bool:
    query = select(_broadcast.c.id).where(_broadcast.c.bulletin == id_)
    return (await transaction.execute(query)).first() is not None
