"""What whoever runs the bot tells all who receive: a bulletin of no source, and its broadcast."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pyroaring import BitMap
from sqlalchemy import delete, func, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.inbound import bulletins
from storage.inbound.bulletins import ANNOUNCEMENTS, Bulletin, Kind, StoredBulletin
from storage.outbox import broadcasts, receipts
from storage.outbox.broadcasts import NewBroadcast
from storage.subscribers import quiet_snapshot
from storage.values.lanes import Lane

_bulletin = schema.bulletin
_broadcast = schema.broadcast
_delivery = schema.delivery
_progress = schema.progress
_person = schema.subscriber

_NUMBERS = 1 << 32


@dataclass(frozen=True)
class Progress:
    """How far one has come."""

    recipients: int  # chats; once it was stopped, those that were attempted
    arrived: int  # messages that Telegram has taken
    left: int  # chats that were not attempted, or will be again


async def draft(transaction: Transaction, text: str, now: datetime) -> StoredBulletin:
    """Stores it, and sends it to nobody."""
    new = Bulletin(
        source=ANNOUNCEMENTS, key=now.isoformat(), text=text, kind=Kind.NEWS, received_at=now
    )
    return await bulletins.add(transaction, new)


async def find(transaction: Transaction, id_: int) -> StoredBulletin | None:
    """None where there is none with this id."""
    found = (await bulletins.get(transaction, [id_])).get(id_)
    return found if found and found.source == ANNOUNCEMENTS else None


async def reach(transaction: Transaction) -> int:
    """How many chats it would be sent to."""
    query = select(func.count(_person.c.chat_id.distinct())).where(_person.c.suspended.is_(None))
    return (await transaction.execute(query)).scalar_one()


async def send(transaction: Transaction, id_: int, now: datetime) -> bool:
    """Owes a draft to each chat once, whatever its topics; False when that was done before.

    Whoever is quiet now gets it without a sound. False also where it is gone.
    """
    if not await _lock(transaction, id_) or await _is_sent(transaction, id_):
        return False
    each = (
        select(func.min(_person.c.number))
        .where(_person.c.suspended.is_(None))
        .group_by(_person.c.chat_id)
    )
    recipients = BitMap((await transaction.execute(each)).scalars())
    silent = recipients & (await quiet_snapshot.now(transaction)).news
    new = NewBroadcast(bulletin=id_, lane=Lane.ANNOUNCEMENT, recipients=recipients, silent=silent)
    await broadcasts.enqueue(transaction, [new], now)
    return True


async def discard(transaction: Transaction, id_: int) -> bool:
    """Deletes a draft; False where it was sent, or is gone."""
    if not await _lock(transaction, id_) or await _is_sent(transaction, id_):
        return False
    await transaction.execute(delete(_bulletin).where(_bulletin.c.id == id_))
    return True


async def progress(transaction: Transaction, id_: int) -> Progress | None:
    """None where it was not sent."""
    query = (
        select(_broadcast.c.recipients, _broadcast.c.finished_at, _progress.c.attempted)
        .outerjoin_from(_broadcast, _progress)
        .where(_broadcast.c.bulletin == id_)
    )
    row = (await transaction.execute(query)).first()
    if row is None:
        return None
    begun = len(row.recipients) if row.finished_at else _count(row.recipients, row.attempted)
    idle = select(func.count()).where(*_idle(id_))
    waiting = (await transaction.execute(idle)).scalar_one()
    return Progress(
        recipients=len(row.recipients),
        arrived=await receipts.count(transaction, id_),
        left=len(row.recipients) - begun + waiting,
    )


async def stop(transaction: Transaction, id_: int, now: datetime) -> bool:
    """Takes it from those who were not attempted; False when there were none.

    What is under way goes on, and is not tried again should the process end meanwhile. The row is
    locked: nobody is attempted meanwhile who locks it too before they record an attempt.
    """
    unfinished = select(_broadcast.c.id, _broadcast.c.recipients).where(
        _broadcast.c.bulletin == id_,
        _broadcast.c.lane == Lane.ANNOUNCEMENT,
        _broadcast.c.finished_at.is_(None),
    )
    row = (await transaction.execute(unfinished.with_for_update())).first()
    if row is not None:
        # Asked once the row is locked: what was recorded while we waited for it shows only now.
        how_far = select(_progress.c.attempted).where(_progress.c.broadcast == row.id)
        attempted = (await transaction.execute(how_far)).scalar()
        begun = BitMap(row.recipients)
        begun.remove_range(0 if attempted is None else attempted + 1, _NUMBERS)
        await transaction.execute(
            update(_broadcast).where(_broadcast.c.id == row.id).values(recipients=begun)
        )
        await broadcasts.finish(transaction, [row.id], now)
    dropped = await transaction.execute(delete(_delivery).where(*_idle(id_)))
    return row is not None or dropped.rowcount > 0


def _idle(id_: int) -> tuple[Any, ...]:
    """What waits for its chat, or for another try."""
    return (
        _delivery.c.bulletin == id_,
        _delivery.c.lane == Lane.ANNOUNCEMENT,
        _delivery.c.attempted_at.is_(None),
        _delivery.c.failed_at.is_(None),
    )


def _count(recipients: BitMap, attempted: int | None) -> int:
    """How many of them were attempted."""
    return 0 if attempted is None or attempted < 0 else recipients.rank(attempted)


async def _lock(transaction: Transaction, id_: int) -> bool:
    """Whether it is there. Nobody else sends or deletes it before the transaction ends."""
    query = select(_bulletin.c.id).where(_bulletin.c.id == id_, _bulletin.c.source == ANNOUNCEMENTS)
    return (await transaction.execute(query.with_for_update())).first() is not None


async def _is_sent(transaction: Transaction, id_: int) -> bool:
    query = select(_broadcast.c.id).where(_broadcast.c.bulletin == id_)
    return (await transaction.execute(query)).first() is not None
