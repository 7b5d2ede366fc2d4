"""Upgrade fixtures: the database of tests/fixtures/upgrade, upgraded, and the chats in it."""

import gzip
import itertools
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from storage.engine.database import Database
from storage.migrate import migrate
from storage.outbox import deliveries
from storage.values.lanes import Lane
from storage.values.message import MessageContent
from support.conversation_driver import ConversationDriver, Payload

UPGRADE = Path(__file__).parents[1] / "fixtures" / "upgrade"
NOW = datetime(2026, 11, 20, 5, 50, tzinfo=UTC)
"""Time at which the old version stopped."""

OLENA, JOHN, MARIA, SERHII = 210000001, 210000002, 210000003, 210000004
GROUP, PLAIN_GROUP = -1002100000010, -4100000030
CHANNEL, PRIVATE_CHANNEL = -1002100000020, -1002100000021

CHATS: dict[int, Payload] = {
    GROUP: {"id": GROUP, "type": "supergroup", "title": "Сусіди", "is_forum": True},
    PLAIN_GROUP: {"id": PLAIN_GROUP, "type": "group", "title": "Соседи"},
    CHANNEL: {
        "id": CHANNEL,
        "type": "channel",
        "title": "Тривоги Харкова",
        "username": "Kharkiv_Test",
    },
    PRIVATE_CHANNEL: {"id": PRIVATE_CHANNEL, "type": "channel", "title": "Notizie"},
}
"""Telegram's objects of the groups and channels."""

_ADMINISTRATORS = {
    GROUP: frozenset({OLENA}),
    PLAIN_GROUP: frozenset({SERHII}),
    CHANNEL: frozenset({OLENA, JOHN}),
    PRIVATE_CHANNEL: frozenset({MARIA, JOHN}),
}


class UpgradedDriver(ConversationDriver):
    """Conversation driver with the people of the old version; OLENA is the operator.

    The outbox of the old version holds messages in all lanes: a response is only what comes after
    them, in the lane of replies.
    """

    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            administrators,
            operators=[OLENA],
            state_sources=["siren", "alerts-in-ua"],
        )
        self.now = NOW
        self._ids = itertools.count(900_000_001)  # above the update ids in the database

    async def _take_due_replies(self) -> tuple[MessageContent, ...]:
        async with self.database.write() as transaction:
            horizon = self.now + timedelta(seconds=1)
            due = await deliveries.list_due(transaction, Lane.REPLY, horizon, limit=100)
            await deliveries.complete(transaction, [delivery.id for delivery in due])
        return tuple(delivery.content for delivery in due if delivery.content is not None)


async def administrators(chat: int) -> frozenset[int]:
    """Return the administrators of a group or channel."""
    return _ADMINISTRATORS.get(chat, frozenset())


async def write_upgraded_database(path: Path) -> None:
    """Write the old SQLite database to a file, migrate it, and clear the lane of replies."""
    script = gzip.decompress((UPGRADE / "database.sql.gz").read_bytes()).decode()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    async with open_driver(path, migrate_first=True) as driver:
        await driver._take_due_replies()


@asynccontextmanager
async def open_driver(path: Path, *, migrate_first: bool = False) -> AsyncIterator[UpgradedDriver]:
    """Open a SQLite file and yield a driver on it."""
    database = Database(f"sqlite+aiosqlite:///{path}")
    try:
        if migrate_first:
            await migrate(database)
        yield UpgradedDriver(database)
    finally:
        await database.close()
