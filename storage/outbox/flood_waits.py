"""Flood waits: pauses that Telegram imposed on a chat or on all chats, kept over a restart."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from storage import schema
from storage.engine.database import Transaction

ALL_CHATS = 0
"""Chat id that stands for all chats: Telegram does not use it."""

_table = schema.flood_wait


async def put(transaction: Transaction, chat_id: int, until: datetime) -> None:
    """Store the flood wait of a chat, replacing an earlier one."""
    await transaction.execute(delete(_table).where(_table.c.chat_id == chat_id))
    await transaction.execute(insert(_table).values(chat_id=chat_id, until=until))


async def load_active(transaction: Transaction, now: datetime) -> dict[int, datetime]:
    """Delete flood waits that are over and return the end of each active one, by chat id."""
    await transaction.execute(delete(_table).where(_table.c.until <= now))
    rows = await transaction.execute(select(_table.c.chat_id, _table.c.until))
    return {row.chat_id: row.until for row in rows}
