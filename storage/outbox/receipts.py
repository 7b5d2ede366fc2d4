"""Receipts: under which message id whom a bulletin has reached.

One row holds those whose arrival was stored together, packed: a subscriber costs two to five
bytes, not a row. They are kept as long as their bulletin.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyroaring import BitMap
from sqlalchemy import insert, select

from storage import schema
from storage.engine.database import Transaction

_table = schema.receipt

CLOCKS_APART = timedelta(minutes=1)
"""So far may our clock and Telegram's be apart."""

_HIGH = bytes(range(0x80, 0x100))

_STORED_WITHIN = timedelta(minutes=10)
"""So long after its message a receipt may be stored: a database may have been away."""


@dataclass(frozen=True)
class Receipt:
    """Telegram has it."""

    bulletin: int  # the bulletin's id
    subscriber: int  # the subscriber's number
    message_id: int  # Telegram's, unique within the chat
    living: bool = False  # tells of an alert that is on, and is edited as that goes on


async def put(transaction: Transaction, new: Iterable[Receipt], now: datetime) -> None:
    """Stores them, a row a bulletin and kind."""
    alike: dict[tuple[int, bool], list[tuple[int, int]]] = {}
    for receipt in new:
        pair = (receipt.subscriber, receipt.message_id)
        alike.setdefault((receipt.bulletin, receipt.living), []).append(pair)
    values = [
        {
            "bulletin": bulletin,
            "lowest": min(pairs)[0],
            "highest": max(pairs)[0],
            "packed": pack(sorted(pairs)),
            "living": living,
            "stored_at": now,
        }
        for (bulletin, living), pairs in alike.items()
    ]
    if values:
        await transaction.execute(insert(_table), values)


async def message_ids(transaction: Transaction, bulletin: int, subscriber: int) -> list[int]:
    """Under which ids the subscriber has that bulletin, in the order of their arrival."""
    query = (
        select(_table.c.packed)
        .where(
            _table.c.bulletin == bulletin,
            _table.c.lowest <= subscriber,
            _table.c.highest >= subscriber,
        )
        .order_by(_table.c.id)
    )
    return [
        message_id
        for packed in (await transaction.execute(query)).scalars()
        for number, message_id in unpack(packed)
        if number == subscriber
    ]


async def living(
    transaction: Transaction, bulletins: Collection[int], numbers: BitMap
) -> dict[int, dict[int, list[int]]]:
    """By subscriber, of `numbers`, and by bulletin the ids of living messages, oldest first."""
    query = (
        select(_table.c.bulletin, _table.c.packed)
        .where(
            _table.c.bulletin.in_(bulletins),
            _table.c.living,
            _table.c.lowest <= numbers.max(),
            _table.c.highest >= numbers.min(),
        )
        .order_by(_table.c.id)
    )
    found: dict[int, dict[int, list[int]]] = {}
    for bulletin, packed in await transaction.execute(query):
        for number, message_id in unpack(packed):
            if number in numbers:
                found.setdefault(number, {}).setdefault(bulletin, []).append(message_id)
    return found


async def bulletin_of(
    transaction: Transaction, chat_id: int, message_id: int, sent_at: datetime
) -> int | None:
    """Id of the bulletin that a message of ours carries; None when it carries none we know of.

    `sent_at` is the message's date as Telegram tells it: only what was stored about then is
    looked through.
    """
    who = select(schema.subscriber.c.number).where(schema.subscriber.c.chat_id == chat_id)
    numbers = set((await transaction.execute(who)).scalars())
    if not numbers:
        return None
    query = (
        select(_table.c.bulletin, _table.c.packed)
        .where(
            _table.c.stored_at >= sent_at - CLOCKS_APART,
            _table.c.stored_at <= sent_at + _STORED_WITHIN,
            _table.c.lowest <= max(numbers),
            _table.c.highest >= min(numbers),
        )
        .order_by(_table.c.stored_at)
    )
    for bulletin, packed in await transaction.execute(query):
        if any(pair[0] in numbers and pair[1] == message_id for pair in unpack(packed)):
            found: int = bulletin
            return found
    return None


async def count(transaction: Transaction, bulletin: int) -> int:
    """How many messages carry that bulletin."""
    query = select(_table.c.packed).where(_table.c.bulletin == bulletin)
    # The last byte of each value is below 0x80, and each receipt is two values.
    ends = [
        len(packed.translate(None, _HIGH))
        for packed in (await transaction.execute(query)).scalars()
    ]
    return sum(ends) // 2


def pack(pairs: Iterable[tuple[int, int]]) -> bytes:
    """Pairs in ascending order, each as its distance from the one before, in 7 bits a byte."""
    packed = bytearray()
    last_number = last_id = 0
    for number, message_id in pairs:
        _append(packed, number - last_number)
        step = message_id - last_id
        _append(packed, step * 2 if step >= 0 else -step * 2 - 1)
        last_number, last_id = number, message_id
    return bytes(packed)


def unpack(packed: bytes) -> Iterator[tuple[int, int]]:
    """What `pack` packed."""
    values = _values(packed)
    number = message_id = 0
    for distance in values:
        number += distance
        step = next(values)
        message_id += step // 2 if step % 2 == 0 else -(step + 1) // 2
        yield number, message_id


def _append(packed: bytearray, value: int) -> None:
    while value > 0x7F:
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    packed.append(value)


def _values(packed: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in packed:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0
