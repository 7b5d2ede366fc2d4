"""Subscribers: the chats, and topics of chats, that receive."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, delete, insert, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.values.schedules import AT_ONCE, Schedule, parse_schedule

_table = schema.subscriber
_NAMES = tuple(column.name for column in _table.columns)
_GET = select(_table).where(_table.c.number.in_(bindparam("numbers", expanding=True)))


class ChatKind(StrEnum):
    """What Telegram calls the type of a chat."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Detail(StrEnum):
    """How much of a bulletin a push shows."""

    SHORT = "short"
    FULL = "full"


class Suspended(StrEnum):
    """Why nothing is sent for now. Everything the subscriber chose is kept."""

    BLOCKED = "blocked"  # 403: blocked, kicked, deactivated
    NOT_FOUND = "not_found"  # 400 chat not found, twice


@dataclass(frozen=True)
class Target:
    """Where in Telegram a message goes."""

    chat_id: int
    thread_id: int = 0  # a forum topic; 0: the chat itself


class Subscriber(NamedTuple):
    """A chat, or a topic in one, that receives. A tuple: a broadcast reads one for every send."""

    number: int  # dense, 32 bits, never used again: what bitmaps hold
    chat_id: int  # Telegram's
    thread_id: int  # Telegram's forum topic; 0: the chat itself
    kind: ChatKind
    language: str  # one we have words in
    zone: str | None  # IANA; None: not chosen and not known from a place, so UTC
    detail: Detail
    schedule: Schedule  # of what is subscribed to without one
    told_nothing: bool  # is told, at the hour of a digest, also that there is nothing new
    suspended: Suspended | None  # None: is sent to
    not_found: int  # times in a row that Telegram did not know the chat
    created_at: datetime

    @property
    def target(self) -> Target:
        return Target(self.chat_id, self.thread_id)


async def find(transaction: Transaction, target: Target) -> Subscriber | None:
    query = select(_table).where(
        _table.c.chat_id == target.chat_id, _table.c.thread_id == target.thread_id
    )
    row = (await transaction.execute(query)).first()
    return _subscriber(row) if row else None


async def ensure(
    transaction: Transaction, target: Target, kind: ChatKind, language: str, now: datetime
) -> Subscriber:
    """The subscriber at `target`; a new one, with `language`, when there was none."""
    found = await find(transaction, target)
    if found:
        return found
    values = {
        "chat_id": target.chat_id,
        "thread_id": target.thread_id,
        "kind": kind,
        "language": language,
        "zone": None,
        "detail": Detail.FULL,
        "schedule": str(AT_ONCE),
        "told_nothing": False,
        "suspended": None,
        "not_found": 0,
        "created_at": now,
    }
    result = await transaction.execute(insert(_table).values(values).returning(_table))
    return _subscriber(result.one())


async def get(transaction: Transaction, numbers: Iterable[int]) -> dict[int, Subscriber]:
    """Those of `numbers` that are there."""
    rows = await transaction.execute(_GET, {"numbers": list(numbers)})
    return {row[0]: _subscriber(row) for row in rows}


async def choose(
    transaction: Transaction,
    number: int,
    *,
    language: str | None = None,
    zone: str | None = None,
    detail: Detail | None = None,
    schedule: Schedule | None = None,
    told_nothing: bool | None = None,
) -> None:
    """Stores the settings that are given and leaves the others."""
    given = {
        "language": language,
        "zone": zone,
        "detail": detail,
        "schedule": None if schedule is None else str(schedule),
        "told_nothing": told_nothing,
    }
    values = {name: value for name, value in given.items() if value is not None}
    await transaction.execute(update(_table).where(_table.c.number == number).values(values))


async def suspend(transaction: Transaction, chat_id: int, reason: Suspended) -> None:
    """Sends nothing to the chat, nor to its topics, until `resume`."""
    await transaction.execute(
        update(_table).where(_table.c.chat_id == chat_id).values(suspended=reason)
    )


async def resume(transaction: Transaction, chat_id: int) -> None:
    await transaction.execute(
        update(_table).where(_table.c.chat_id == chat_id).values(suspended=None, not_found=0)
    )


async def miss(transaction: Transaction, number: int) -> None:
    """Notes that Telegram did not know the chat; the second time in a row suspends."""
    await transaction.execute(
        update(_table).where(_table.c.number == number).values(not_found=_table.c.not_found + 1)
    )
    await transaction.execute(
        update(_table)
        .where(_table.c.number == number, _table.c.not_found >= 2)
        .values(suspended=Suspended.NOT_FOUND)
    )


async def move(transaction: Transaction, chat_id: int, new_chat_id: int) -> list[int]:
    """A group became a supergroup: its subscribers get the new id and keep their numbers.

    Where somebody has subscribed in the new chat already, the old chat's subscriptions and
    deliveries join theirs. Returns the ids of those subscriptions: an index has to be told.
    """
    query = select(_table.c.number, _table.c.thread_id).where(_table.c.chat_id == chat_id)
    joined: list[int] = []
    for number, thread_id in (await transaction.execute(query)).all():
        there = await find(transaction, Target(new_chat_id, thread_id))
        if there is not None:
            joined += await _join(transaction, number, there.number)
            continue
        await transaction.execute(
            update(_table)
            .where(_table.c.number == number)
            .values(chat_id=new_chat_id, kind=ChatKind.SUPERGROUP)
        )
    return joined


async def _join(transaction: Transaction, number: int, other: int) -> list[int]:
    table = schema.subscription
    ids = await transaction.execute(select(table.c.id).where(table.c.subscriber == number))
    for owned in (schema.subscription, schema.delivery):
        await transaction.execute(
            update(owned).where(owned.c.subscriber == number).values(subscriber=other)
        )
    await transaction.execute(delete(_table).where(_table.c.number == number))
    return list(ids.scalars())


def _subscriber(row: Row[Any]) -> Subscriber:
    """From a whole row."""
    values = dict(zip(_NAMES, row, strict=True))
    values["kind"] = ChatKind(values["kind"])
    values["detail"] = Detail(values["detail"])
    values["schedule"] = parse_schedule(values["schedule"])
    values["suspended"] = Suspended(values["suspended"]) if values["suspended"] else None
    return Subscriber(**values)
