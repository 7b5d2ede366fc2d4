"""What decisions about alerts must know: which sources answer, and who wants to be rung again."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.observation import Polling
from storage.engine.database import Database
from storage.inbound import sources
from storage.subscribers import alert_preferences
from storage.subscribers.alert_preferences import Changes


class Briefing:
    """Read once for all decisions of a transaction.

    `states` are the polled sources of states, by name, with how often they are asked.
    """

    def __init__(self, database: Database, states: Mapping[str, timedelta]) -> None:
        self.states = states
        self.health = {name: Polling(every, None) for name, every in states.items()}
        self.wishes = {Changes.ALL: BitMap(), Changes.NONE: BitMap()}  # subscriber numbers
        self._database = database
        self._asked_since: datetime | None = None  # when this process made its first decision

    async def read(self, now: datetime, *, is_anything_on: bool) -> None:
        """Before the first decision; nothing is asked while no alert is on."""
        self._asked_since = self._asked_since or now
        if not is_anything_on:
            return
        async with self._database.read() as transaction:
            self.wishes = await alert_preferences.everybody(transaction)
            good = await sources.successes(transaction, tuple(self.states))
        self.health = {
            name: Polling(every, good.get(name), self._asked_since)
            for name, every in self.states.items()
        }

    def answered(self, names: Iterable[str], now: datetime) -> None:
        """Those of them that are polled sources of states answer right now."""
        for name in names:
            if name in self.states:
                self.health[name] = Polling(self.states[name], now)
