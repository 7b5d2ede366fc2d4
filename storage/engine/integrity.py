"""Whether an SQLite file is whole, and the SQLite below us without a known fault."""

import sqlite3

import structlog
from sqlalchemy import text

from storage.engine.database import Database

log = structlog.get_logger(__name__)

RESTORE = (
    "Keep the file with those beside it that end in -wal and -shm, then put a backup in its place,"
    " or save what can be read: sqlite3 DAMAGED .recover | sqlite3 NEW"
)

_RESET_BUG = ((3, 7, 0), (3, 51, 2))
"""From and to: a checkpoint may, very rarely, skip what was committed (sqlite.org/wal.html)."""


class Damaged(Exception):  # noqa: N818 - it says what is so
    """The file is not whole."""


async def examine(database: Database) -> None:
    """Says once what is to be known of SQLite; raises Damaged. Reads the whole file."""
    if not database.is_sqlite:
        return
    if has_reset_bug(sqlite3.sqlite_version_info):
        log.warning(
            "this SQLite may, very rarely, damage a database; 3.51.3 and newer do not",
            version=sqlite3.sqlite_version,
        )
    async with database.read() as transaction:
        found: str = (await transaction.execute(text("PRAGMA quick_check(1)"))).scalar_one()
    if found != "ok":
        raise Damaged(" ".join(found.split()))


def has_reset_bug(version: tuple[int, int, int]) -> bool:
    first, last = _RESET_BUG
    return first <= version <= last
