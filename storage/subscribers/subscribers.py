"""Subscriber repository: the chats and forum topics that subscribe, with their settings."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Row, bindparam, insert, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.subscribers.merge import merge
from storage.values.schedules import IMMEDIATE, Schedule, parse_schedule

_table = schema.subscriber
_NAMES = tuple(column.name for column in _table.columns)
_GET = select(_table).where(_table.c.number.in_(bindparam("numbers", expanding=True)))


class ChatKind(StrEnum):
    """Type of a chat, as in Telegram's Bot API."""

    PRIVATE = "private"
    GROUP = "group"
    SUPERGROUP = "supergroup"
    CHANNEL = "channel"


class Detail(StrEnum):
    """Length of a pushed bulletin."""

    SHORT = "short"
    FULL = "full"


class SuspensionReason(StrEnum):
    """Reason why nothing is sent to a subscriber. All settings are kept."""

    BLOCKED = "blocked"  # 403: blocked, kicked, deactivated
    NOT_FOUND = "not_found"  # 400 chat not found, twice


@dataclass(frozen=True)
class Target:
    """Address of a message in Telegram."""

    chat_id: int
    thread_id: int = 0  # a forum topic; 0: the chat itself


class Subscriber(NamedTuple):
    """Chat or forum topic that subscribes.

    A tuple for speed: a broadcast reads one for every send.
    """

    number: int  # dense, 32 bits, never used again: the element of bitmaps
    chat_id: int  # Telegram's
    thread_id: int  # Telegram's forum topic; 0: the chat itself
    kind: ChatKind
    language: str  # one of the supported locales
    zone: str | None  # IANA; None: neither chosen nor derived from a place, so UTC
    detail: Detail
    schedule: Schedule  # of new subscriptions
    wants_empty_digests: bool  # get a digest even if it has no bulletins
    suspended: SuspensionReason | None  # None: not suspended
    not_found: int  # consecutive "chat not found" errors
    created_at: datetime

    @property
    def target(self) -> Target:
        """Return the address of its messages."""
        return Target(self.chat_id, self.thread_id)


async def find(transaction: Transaction, target: Target) -> Subscriber | None:
    """Return the subscriber at an address, None if there is none."""
    query = select(_table).where(
        _table.c.chat_id == target.chat_id, _table.c.thread_id == target.thread_id
    )
    row = (await transaction.execute(query)).first()
    return _subscriber(row) if row else None


async def get_or_create(
    transaction: Transaction, target: Target, kind: ChatKind, language: str, now: datetime
) -> Subscriber:
    """Return the subscriber at `target`, created with `language` if there was none."""
    existing = await find(transaction, target)
    if existing:
        return existing
    values = {
        "chat_id": target.chat_id,
        "thread_id": target.thread_id,
        "kind": kind,
        "language": language,
        "zone": None,
        "detail": Detail.FULL,
        "schedule": str(IMMEDIATE),
        "wants_empty_digests": False,
        "suspended": None,
        "not_found": 0,
        "created_at": now,
    }
    result = await transaction.execute(insert(_table).values(values).returning(_table))
    return _subscriber(result.one())


async def get(transaction: Transaction, numbers: Iterable[int]) -> dict[int, Subscriber]:
    """Return the subscribers that exist, by number."""
    rows = await transaction.execute(_GET, {"numbers": list(numbers)})
    return {row[0]: _subscriber(row) for row in rows}


async def change_settings(
    transaction: Transaction,
    number: int,
    *,
    language: str | None = None,
    zone: str | None = None,
    detail: Detail | None = None,
    schedule: Schedule | None = None,
    wants_empty_digests: bool | None = None,
) -> None:
    """Store the given settings. None leaves a setting as it is."""
    given = {
        "language": language,
        "zone": zone,
        "detail": detail,
        "schedule": None if schedule is None else str(schedule),
        "wants_empty_digests": wants_empty_digests,
    }
    values = {name: value for name, value in given.items() if value is not None}
    await transaction.execute(update(_table).where(_table.c.number == number).values(values))


async def suspend(transaction: Transaction, chat_id: int, reason: SuspensionReason) -> None:
    """Suspend a chat with its forum topics until `resume`: nothing is sent to it."""
    await transaction.execute(
        update(_table).where(_table.c.chat_id == chat_id).values(suspended=reason)
    )


async def resume(transaction: Transaction, chat_id: int) -> None:
    """End the suspension of a chat and its forum topics."""
    await transaction.execute(
        update(_table).where(_table.c.chat_id == chat_id).values(suspended=None, not_found=0)
    )


async def record_not_found(transaction: Transaction, number: int) -> None:
    """Count a "chat not found" error. The second one in a row suspends the subscriber."""
    await transaction.execute(
        update(_table).where(_table.c.number == number).values(not_found=_table.c.not_found + 1)
    )
    await transaction.execute(
        update(_table)
        .where(_table.c.number == number, _table.c.not_found >= 2)
        .values(suspended=SuspensionReason.NOT_FOUND)
    )


async def migrate_chat(transaction: Transaction, chat_id: int, new_chat_id: int) -> list[int]:
    """Move the subscribers of a group that became a supergroup to its new id.

    They keep their numbers. If the new chat has a subscriber already, everything of the old one
    joins it: see `merge`. Returns the ids of those subscriptions, which the index has
    to update.
    """
    query = select(_table.c.number, _table.c.thread_id).where(_table.c.chat_id == chat_id)
    joined: list[int] = []
    for number, thread_id in (await transaction.execute(query)).all():
        existing = await find(transaction, Target(new_chat_id, thread_id))
        if existing is not None:
            joined += await merge(transaction, number, existing.number)
            continue
        await transaction.execute(
            update(_table)
            .where(_table.c.number == number)
            .values(chat_id=new_chat_id, kind=ChatKind.SUPERGROUP)
        )
    return joined


def _subscriber(row: Row[Any]) -> Subscriber:
    values = dict(zip(_NAMES, row, strict=True))
    values["kind"] = ChatKind(values["kind"])
    values["detail"] = Detail(values["detail"])
    values["schedule"] = parse_schedule(values["schedule"])
    values["suspended"] = SuspensionReason(values["suspended"]) if values["suspended"] else None
    return Subscriber(**values)
