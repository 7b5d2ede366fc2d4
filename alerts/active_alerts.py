"""The alerts that are on, in memory as in the database."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts.inhibition import Entry
from alerts.lifecycle import Effect
from storage.engine.database import Database, Transaction
from storage.inbound import incidents
from storage.inbound.incidents import Crowd, Incident, Key

_REMEMBERED = timedelta(days=1)
"""So long an end is remembered: a message from before it may come later."""


class Board:
    """The only one that stores incidents, and there is one in a process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._on: dict[Key, Entry] = {}
        self._ended: dict[Key, Incident] = {}
        self._over: list[Entry] = []  # not on any more, and not stored yet
        self._is_loaded = False

    def __iter__(self) -> Iterator[Entry]:
        """Those that are on, oldest first."""
        return iter(tuple(self._on.values()))

    def find(self, key: Key) -> Entry | None:
        return self._on.get(key)

    def ended(self, key: Key) -> Incident | None:
        """The last alert there that is over; it is remembered for a day."""
        return self._ended.get(key)

    @property
    def has_changed(self) -> bool:
        """Whether there is something to store."""
        return bool(self._over) or not all(entry.is_stored for entry in self._on.values())

    async def load(self, now: datetime) -> None:
        """What is stored, unless it is in memory."""
        if self._is_loaded:
            return
        async with self._database.read() as transaction:
            on = {one.id: Entry(one) for one in await incidents.open_now(transaction)}
            crowds = await incidents.crowds(transaction, on)
            self._ended = await incidents.ended(transaction, now - _REMEMBERED)
        for id_, crowd in crowds.items():
            on[id_].owed, on[id_].linked, on[id_].silent = crowd.owed, crowd.linked, crowd.silent
        self._on = {entry.incident.key: entry for entry in on.values()}
        self._is_loaded = True

    def forget(self) -> None:
        """What is in memory could not be stored."""
        self._over = []
        self._is_loaded = False

    def put(self, effect: Effect, place: int | None) -> Entry:
        """Takes over what an effect has made of an incident.

        `place` is the place of the bulletin that had it among those that are stored next; None:
        the passing of time had it.
        """
        incident = effect.incident
        entry = self._on.get(incident.key) or Entry(incident)
        entry.incident, entry.is_stored = incident, False
        if place is not None:
            entry.first = place if entry.first is None and not incident.bulletin else entry.first
            entry.last = place
        if incident.closed_at is None:
            self._on[incident.key] = entry
        else:
            self._on.pop(incident.key, None)
            self._ended[incident.key] = incident
            self._over.append(entry)
        return entry

    async def store(self, transaction: Transaction, ids: Sequence[int]) -> None:
        """Writes what has changed; `ids` are those of the bulletins that were stored."""
        for entry in [*self._over, *self._on.values()]:
            if entry.is_stored:
                continue
            entry.incident = _with_bulletins(entry, ids)
            id_ = await incidents.store(transaction, entry.incident)
            entry.incident = replace(entry.incident, id=id_)
            if entry.has_grown:
                crowd = Crowd(entry.owed, entry.linked, entry.silent)
                await incidents.store_crowd(transaction, id_, crowd)
            entry.is_stored, entry.has_grown = True, False
        self._over = []


def _with_bulletins(entry: Entry, ids: Sequence[int]) -> Incident:
    incident = entry.incident
    if entry.first is not None:
        incident = replace(incident, bulletin=ids[entry.first])
    if entry.last is not None:
        incident = replace(incident, newest=ids[entry.last])
    entry.first = entry.last = None
    return incident
