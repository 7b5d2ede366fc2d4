"""Update inbox: Telegram updates, stored before they are confirmed, until they are handled.

Storing is idempotent by update id, so an update that Telegram repeats is handled once.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
import structlog
from sqlalchemy import delete, func, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert
from storage.values.coordinates import round_degrees

log = structlog.get_logger(__name__)

_table = schema.inbox

_NEWEST_FIRST = (_table.c.received_at.desc(), _table.c.update_id.desc())

NUMBERING_KEPT = timedelta(days=6)
"""Time without updates after which the ids may go on anywhere, also lower.

Telegram continues them at random after a week (core.telegram.org/bots/api#update).
"""

MAX_PER_CHAT = 20
"""Updates of one chat in a batch, so that a flood from it leaves room for others."""

_COORDINATES = frozenset(("latitude", "longitude"))


@dataclass(frozen=True)
class PendingUpdate:
    """Update of the Bot API that waits to be handled."""

    update_id: int
    payload: dict[str, Any]  # core.telegram.org/bots/api#update
    chat_id: int = 0  # see `chat_id_of`
    is_superseded: bool = False  # an inline query, and the person has typed on since

    @property
    def is_inline_query(self) -> bool:
        """Return whether the update is an inline query."""
        return "inline_query" in self.payload


async def enqueue(
    transaction: Transaction, updates: Iterable[dict[str, Any]], now: datetime
) -> None:
    """Store updates, without those that are stored already."""
    values = [
        {
            "update_id": payload["update_id"],
            "chat_id": chat_id_of(payload),
            "payload": _to_json(_round_locations(payload)),
            "received_at": now,
        }
        for payload in updates
    ]
    await transaction.execute(upsert(transaction, _table).values(values).on_conflict_do_nothing())


async def last_received(transaction: Transaction) -> tuple[int, datetime] | None:
    """Return the id of the update received last and when it was received; None without any.

    It need not have the highest id: see `NUMBERING_KEPT`.
    """
    query = select(_table.c.update_id, _table.c.received_at).order_by(*_NEWEST_FIRST).limit(1)
    row = (await transaction.execute(query)).first()
    return None if row is None else (row.update_id, row.received_at)


async def next_waiting(
    transaction: Transaction,
    limit: int,
    excluded_ids: Collection[int] = (),
    excluded_chats: Collection[int] = (),
) -> list[PendingUpdate]:
    """Return up to `limit` waiting updates, oldest first, at most MAX_PER_CHAT of any chat.

    Skips `excluded_ids` and all updates of `excluded_chats`.
    """
    rank_in_chat = func.row_number().over(
        partition_by=_table.c.chat_id, order_by=_table.c.update_id
    )
    ranked = (
        select(_table.c.update_id, rank_in_chat.label("rank"))
        .where(
            _table.c.done_at.is_(None),
            _table.c.update_id.not_in(excluded_ids),
            _table.c.chat_id.not_in(excluded_chats),
        )
        .subquery()
    )
    query = (
        select(_table.c.update_id, _table.c.payload, _table.c.chat_id)
        .join_from(ranked, _table, ranked.c.update_id == _table.c.update_id)
        .where(ranked.c.rank <= MAX_PER_CHAT)
        .order_by(_table.c.update_id)
        .limit(limit)
    )
    rows = await transaction.execute(query)
    return [PendingUpdate(row.update_id, orjson.loads(row.payload), row.chat_id) for row in rows]


async def complete(transaction: Transaction, update_id: int, now: datetime) -> bool:
    """Mark an update as handled. Return False if it was handled already.

    Its content is erased. Its id stays, to recognise a repetition by Telegram.
    """
    result = await transaction.execute(
        update(_table)
        .where(_table.c.update_id == update_id, _table.c.done_at.is_(None))
        .values(done_at=now, payload="", chat_id=0)
    )
    return result.rowcount == 1


async def complete_all(
    transaction: Transaction, update_ids: Collection[int], now: datetime
) -> None:
    """Mark updates as handled, as `complete` does."""
    await transaction.execute(
        update(_table)
        .where(_table.c.update_id.in_(update_ids), _table.c.done_at.is_(None))
        .values(done_at=now, payload="", chat_id=0)
    )


async def purge(transaction: Transaction, before: datetime) -> None:
    """Delete updates handled before `before`, except the newest, which marks our offset."""
    newest = select(_table.c.update_id).order_by(*_NEWEST_FIRST).limit(1).scalar_subquery()
    await transaction.execute(
        delete(_table).where(_table.c.done_at < before, _table.c.update_id != newest)
    )


def chat_id_of(payload: dict[str, Any]) -> int:
    """Return the id of an update's chat, else of its sender; 0 if it has neither."""
    for event in payload.values():
        if isinstance(event, dict):
            message = event.get("message", event)
            for holder in (message, event):
                peer = (
                    holder.get("chat") or holder.get("from") if isinstance(holder, dict) else None
                )
                chat_id = peer.get("id") if isinstance(peer, dict) else None
                if isinstance(chat_id, int) and abs(chat_id) < 2**63:
                    return chat_id
    return 0


def _round_locations(payload: dict[str, Any]) -> dict[str, Any]:
    """Return an update with all locations rounded to a kilometre: no other is ever stored."""
    rounded: dict[str, Any] = {}
    pending: list[tuple[dict[str, Any], dict[str, Any]]] = [(payload, rounded)]
    while pending:  # no recursion: strangers decide on the depth
        source, target = pending.pop()
        for name, value in source.items():
            if isinstance(value, dict):
                inner: dict[str, Any] = {}
                target[name] = inner
                pending.append((value, inner))
            elif name in _COORDINATES and isinstance(value, float):
                target[name] = round_degrees(value)
            else:
                target[name] = value
    return rounded


def _to_json(payload: dict[str, Any]) -> str:
    """Serialise an update. One that has no JSON form is set aside: it is stored empty."""
    try:
        return orjson.dumps(payload).decode()
    except TypeError:  # a lone surrogate, or a number over 64 bits
        pass
    try:
        return json.dumps(payload, ensure_ascii=False).encode("utf-8", "replace").decode()
    except (ValueError, RecursionError):
        log.error("malformed_update", update=payload["update_id"])  # noqa: TRY400
        return "{}"
