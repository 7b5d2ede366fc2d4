"""How long Telegram has told us to leave a chat alone, or all of them: kept over a restart."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from storage import schema
from storage.engine.database import Transaction

EVERYBODY = 0
"""Stands for all chats: Telegram gives that id to none."""

_table = schema.hold


async def put(transaction: Transaction, chat_id: int, until: datetime) -> None:
    """Nothing to that chat before `until`; a later word replaces an earlier one."""
    await transaction.execute(delete(_table).where(_table.c.chat_id == chat_id))
    await transaction.execute(insert(_table).values(chat_id=chat_id, until=until))


async def standing(transaction: Transaction, now: datetime) -> dict[int, datetime]:
    """Until when, by chat. Those that are over are deleted."""
    await transaction.execute(delete(_table).where(_table.c.until <= now))
    rows = await transaction.execute(select(_table.c.chat_id, _table.c.until))
    return {row.chat_id: row.until for row in rows}
