"""Integrity check: detects a damaged SQLite file and an SQLite release with a known bug."""

import sqlite3

import structlog
from sqlalchemy import text

from storage.engine.database import Database

log = structlog.get_logger(__name__)

RECOVERY_ADVICE = (
    "Keep the file and those beside it that end in -wal and -shm. Then put a backup in its place,"
    " or recover the readable data: sqlite3 DAMAGED .recover | sqlite3 NEW"
)

_WAL_RESET_BUG = ((3, 7, 0), (3, 51, 2))
"""First and last affected version. In the WAL-reset bug a checkpoint may, very rarely, skip
committed transactions (sqlite.org/wal.html)."""


class DatabaseDamaged(Exception):  # noqa: N818 - names the state of the file
    """The database file is corrupt."""


async def check_integrity(database: Database) -> None:
    """Check a SQLite file with `PRAGMA quick_check`, and warn of a release with the WAL-reset bug.

    Reads the whole file. Raises DatabaseDamaged. Does nothing on PostgreSQL.
    """
    if not database.is_sqlite:
        return
    if has_wal_reset_bug(sqlite3.sqlite_version_info):
        log.warning(
            "sqlite_wal_reset_bug",
            advice="this SQLite version may, very rarely, corrupt a database: use 3.51.3 or newer",
            version=sqlite3.sqlite_version,
        )
    async with database.read() as transaction:
        result: str = (await transaction.execute(text("PRAGMA quick_check(1)"))).scalar_one()
    if result != "ok":
        raise DatabaseDamaged(" ".join(result.split()))


def has_wal_reset_bug(version: tuple[int, int, int]) -> bool:
    """Return whether a version of SQLite has the WAL-reset bug."""
    first, last = _WAL_RESET_BUG
    return first <= version <= last
