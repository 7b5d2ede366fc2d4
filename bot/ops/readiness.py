"""Checks of what everything needs; the others stand beside what they look at."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from storage.engine.database import Database
from storage.maintenance.write_probe import probe, what_is_wrong


def database_check(
    database: Database, clock: Callable[[], datetime]
) -> Callable[[], Awaitable[str | None]]:
    """Tells why nothing can be written; a full disk lets one read, but nothing be promised."""

    async def check() -> str | None:
        try:
            async with database.write() as transaction:
                await probe(transaction, clock())
        except Exception as error:  # noqa: BLE001 - whatever it is, that is the answer
            return what_is_wrong(error)
        return None

    return check
