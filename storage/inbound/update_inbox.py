"""What Telegram told us, kept from before it is confirmed until it is dealt with."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import delete, func, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.engine.upsert import insert

_table = schema.inbox

OF_ONE_CHAT = 20
"""Updates that are taken of one chat at a time."""


@dataclass(frozen=True)
class Incoming:
    """One update of the Bot API, as Telegram sent it."""

    update_id: int
    payload: dict[str, Any]  # core.telegram.org/bots/api#update
    chat_id: int = 0  # whose it is, as `chat_of` tells


async def put(transaction: Transaction, updates: Iterable[dict[str, Any]], now: datetime) -> None:
    """Keeps each once, however often Telegram repeats it."""
    values = [
        {
            "update_id": payload["update_id"],
            "chat_id": chat_of(payload),
            "payload": orjson.dumps(payload).decode(),
            "received_at": now,
        }
        for payload in updates
    ]
    await transaction.execute(insert(transaction, _table).values(values).on_conflict_do_nothing())


async def last_id(transaction: Transaction) -> int | None:
    """The highest update id ever kept here, None when there is none."""
    highest: int | None = await transaction.scalar(select(func.max(_table.c.update_id)))
    return highest


async def waiting(
    transaction: Transaction,
    limit: int,
    without: Collection[int] = (),
    without_chats: Collection[int] = (),
) -> list[Incoming]:
    """Those not dealt with, oldest first, but for the ids `without` and all of those chats.

    No more than OF_ONE_CHAT of any chat: what one has sent in a flood leaves room for the others.
    """
    of_its_chat = func.row_number().over(partition_by=_table.c.chat_id, order_by=_table.c.update_id)
    ranked = (
        select(_table.c.update_id, of_its_chat.label("rank"))
        .where(
            _table.c.done_at.is_(None),
            _table.c.update_id.not_in(without),
            _table.c.chat_id.not_in(without_chats),
        )
        .subquery()
    )
    query = (
        select(_table.c.update_id, _table.c.payload, _table.c.chat_id)
        .join_from(ranked, _table, ranked.c.update_id == _table.c.update_id)
        .where(ranked.c.rank <= OF_ONE_CHAT)
        .order_by(_table.c.update_id)
        .limit(limit)
    )
    rows = await transaction.execute(query)
    return [Incoming(row.update_id, orjson.loads(row.payload), row.chat_id) for row in rows]


async def complete(transaction: Transaction, update_id: int, now: datetime) -> bool:
    """Marks it as dealt with; False when it was already.

    What it said is erased: from here on only its number is of use, should Telegram repeat it.
    """
    result = await transaction.execute(
        update(_table)
        .where(_table.c.update_id == update_id, _table.c.done_at.is_(None))
        .values(done_at=now, payload="", chat_id=0)
    )
    return result.rowcount == 1


async def forget(transaction: Transaction, before: datetime) -> None:
    """Deletes what was dealt with before that, but for the newest, which says where we are."""
    newest = select(func.max(_table.c.update_id)).scalar_subquery()
    await transaction.execute(
        delete(_table).where(_table.c.done_at < before, _table.c.update_id < newest)
    )


def chat_of(payload: dict[str, Any]) -> int:
    """The chat an update belongs to, or who sent it; 0 when it tells neither."""
    for kind in payload.values():
        if isinstance(kind, dict):
            message = kind.get("message", kind)
            for holder in (message, kind):
                where = (
                    holder.get("chat") or holder.get("from") if isinstance(holder, dict) else None
                )
                if isinstance(where, dict) and isinstance(where.get("id"), int):
                    number: int = where["id"]
                    return number
    return 0
