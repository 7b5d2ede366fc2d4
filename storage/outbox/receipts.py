"""Receipts: the message ids under which a bulletin reached its subscribers.

One packed row contains all receipts stored together: a subscriber costs two to five bytes instead
of a row. Receipts are deleted with their bulletin.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyroaring import BitMap
from sqlalchemy import insert, not_, select

from storage import schema
from storage.engine.database import Transaction

_table = schema.receipt

MAX_CLOCK_SKEW = timedelta(minutes=1)
"""Largest expected difference between our clock and Telegram's."""

_CONTINUATION_BYTES = bytes(range(0x80, 0x100))

_MAX_STORE_DELAY = timedelta(minutes=10)
"""Longest expected delay between a message and its receipt: the database may be unavailable."""


@dataclass(frozen=True)
class Receipt:
    """Proof that Telegram accepted a message."""

    bulletin: int  # the bulletin's id
    subscriber: int  # the subscriber's number
    message_id: int  # Telegram's, unique within the chat
    is_live: bool = False  # shows an alert; edited while that is active


async def put(transaction: Transaction, receipts: Iterable[Receipt], now: datetime) -> None:
    """Store receipts, packed into one row for each bulletin and `is_live`."""
    groups: dict[tuple[int, bool], list[tuple[int, int]]] = {}
    for receipt in receipts:
        pair = (receipt.subscriber, receipt.message_id)
        groups.setdefault((receipt.bulletin, receipt.is_live), []).append(pair)
    values = [
        {
            "bulletin": bulletin,
            "lowest": min(pairs)[0],
            "highest": max(pairs)[0],
            "packed": pack(sorted(pairs)),
            "is_live": is_live,
            "stored_at": now,
        }
        for (bulletin, is_live), pairs in groups.items()
    ]
    if values:
        await transaction.execute(insert(_table), values)


async def find_message_ids(transaction: Transaction, bulletin: int, subscriber: int) -> list[int]:
    """Return the ids of the messages that brought a bulletin to a subscriber, oldest first."""
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


async def find_live_messages(
    transaction: Transaction, bulletins: Collection[int], numbers: BitMap
) -> dict[int, dict[int, list[int]]]:
    """Return ids of live messages by subscriber (of `numbers`) and bulletin, oldest first."""
    query = (
        select(_table.c.bulletin, _table.c.packed)
        .where(
            _table.c.bulletin.in_(bulletins),
            _table.c.is_live,
            _table.c.lowest <= numbers.max(),
            _table.c.highest >= numbers.min(),
        )
        .order_by(_table.c.id)
    )
    messages: dict[int, dict[int, list[int]]] = {}
    for bulletin, packed in await transaction.execute(query):
        for number, message_id in unpack(packed):
            if number in numbers:
                messages.setdefault(number, {}).setdefault(bulletin, []).append(message_id)
    return messages


async def find_first_messages(
    transaction: Transaction, bulletin: int, numbers: BitMap
) -> dict[int, int]:
    """Return, by subscriber number, the id of the first message with a bulletin, live ones apart.

    Leaves out subscribers without one.
    """
    query = (
        select(_table.c.packed)
        .where(
            _table.c.bulletin == bulletin,
            not_(_table.c.is_live),
            _table.c.lowest <= numbers.max(),
            _table.c.highest >= numbers.min(),
        )
        .order_by(_table.c.id)
    )
    messages: dict[int, int] = {}
    for packed in (await transaction.execute(query)).scalars():
        for number, message_id in unpack(packed):
            if number in numbers:
                messages.setdefault(number, message_id)
    return messages


async def find_bulletin(
    transaction: Transaction, chat_id: int, message_id: int, sent_at: datetime
) -> int | None:
    """Return the id of the bulletin in one of our messages, None if there is none.

    `sent_at` is the date of the message from Telegram. It limits the search to receipts stored
    around that time.
    """
    numbers_query = select(schema.subscriber.c.number).where(schema.subscriber.c.chat_id == chat_id)
    numbers = set((await transaction.execute(numbers_query)).scalars())
    if not numbers:
        return None
    query = (
        select(_table.c.bulletin, _table.c.packed)
        .where(
            _table.c.stored_at >= sent_at - MAX_CLOCK_SKEW,
            _table.c.stored_at <= sent_at + _MAX_STORE_DELAY,
            _table.c.lowest <= max(numbers),
            _table.c.highest >= min(numbers),
        )
        .order_by(_table.c.stored_at)
    )
    for bulletin, packed in await transaction.execute(query):
        if any(pair[0] in numbers and pair[1] == message_id for pair in unpack(packed)):
            bulletin_id: int = bulletin
            return bulletin_id
    return None


async def count(transaction: Transaction, bulletin: int) -> int:
    """Count the messages that carry a bulletin."""
    query = select(_table.c.packed).where(_table.c.bulletin == bulletin)
    # The last byte of each varint is below 0x80, and each receipt has two of them.
    ends = [
        len(packed.translate(None, _CONTINUATION_BYTES))
        for packed in (await transaction.execute(query)).scalars()
    ]
    return sum(ends) // 2


def pack(pairs: Iterable[tuple[int, int]]) -> bytes:
    """Pack ascending pairs of subscriber number and message id: delta encoding in varints.

    A varint has 7 bits in a byte. Differences of message ids may be negative: zigzag encoding.
    """
    packed = bytearray()
    last_number = last_id = 0
    for number, message_id in pairs:
        _append_varint(packed, number - last_number)
        step = message_id - last_id
        _append_varint(packed, step * 2 if step >= 0 else -step * 2 - 1)
        last_number, last_id = number, message_id
    return bytes(packed)


def unpack(packed: bytes) -> Iterator[tuple[int, int]]:
    """Yield the pairs that `pack` packed."""
    values = _read_varints(packed)
    number = message_id = 0
    for distance in values:
        number += distance
        step = next(values)
        message_id += step // 2 if step % 2 == 0 else -(step + 1) // 2
        yield number, message_id


def _append_varint(packed: bytearray, value: int) -> None:
    while value > 0x7F:
        packed.append(value & 0x7F | 0x80)
        value >>= 7
    packed.append(value)


def _read_varints(packed: bytes) -> Iterator[int]:
    value = shift = 0
    for byte in packed:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            yield value
            value = shift = 0
