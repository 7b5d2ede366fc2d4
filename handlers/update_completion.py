"""Update completion: updates without a reply are completed together (group commit).

A flood of them would otherwise queue a write transaction each in front of an alert.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

from storage.engine.database import Database
from storage.inbound import update_inbox


class UpdateCompleter:
    """Completer of updates. `clock` returns aware times."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._lock = asyncio.Lock()
        self._waiting: set[int] = set()  # ids of updates

    async def complete(self, update_id: int) -> None:
        """Complete an update, in one transaction with all that wait for it by then."""
        self._waiting.add(update_id)
        try:
            async with self._lock:
                if update_id not in self._waiting:
                    return  # completed by the transaction before
                async with self._database.write() as transaction:
                    batch = sorted(self._waiting)
                    await update_inbox.complete_all(transaction, batch, self._clock())
                self._waiting.difference_update(batch)
        finally:
            self._waiting.discard(update_id)
