"""What is to be told of incidents, on its way into the outbox."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pyroaring import BitMap

from alerts.inhibition import Entry
from storage.engine.database import Transaction
from storage.inbound.incidents import Telling
from storage.outbox import broadcasts, incident_messages, quiet_queue
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.incident_messages import Missed
from storage.outbox.quiet_queue import Hushed
from storage.subscribers import quiet_snapshot
from storage.subscribers.quiet_snapshot import Hush
from storage.values.lanes import Lane


@dataclass(kw_only=True)
class Plan:
    """One broadcast that tells of an incident, which may not be stored yet."""

    entry: Entry
    telling: Telling
    lane: Lane
    recipients: BitMap
    silent: BitMap  # those of them who get it without a sound, and perhaps others
    asked: BitMap = field(default_factory=BitMap)  # of an end: who wants to hear it in any case
    handed: Sequence[
        tuple[Entry, BitMap]
    ] = ()  # of an end: other alerts by which it goes on, and for whom


class Plans:
    """Those of one transaction."""

    def __init__(self) -> None:
        self._plans: list[Plan] = []
        self._missed: list[tuple[Entry, BitMap]] = []

    def __bool__(self) -> bool:
        return bool(self._plans or self._missed)

    def add(self, plan: Plan) -> None:
        if plan.recipients or plan.telling is Telling.CLOSED:
            self._plans.append(plan)

    def tell(
        self, entry: Entry, telling: Telling, who: BitMap, silent: BitMap | None = None
    ) -> None:
        """By a new message. `silent` hear no sound; None: as the incident itself came to them."""
        self.add(
            Plan(
                entry=entry,
                telling=telling,
                lane=Lane.ALERT,
                recipients=who,
                silent=(entry.silent if silent is None else silent).copy(),
            )
        )

    def edit(self, entry: Entry, telling: Telling, who: BitMap) -> None:
        """By editing the messages that they have."""
        self.add(Plan(entry=entry, telling=telling, lane=Lane.EDIT, recipients=who, silent=who))

    def miss(self, entry: Entry, recipients: BitMap) -> None:
        """It is too old to ring: a summary tells it."""
        if recipients:
            self._missed.append((entry, recipients))

    def summed_up(self, entry: Entry) -> BitMap:
        """Whom a summary, not stored yet, tells of it."""
        return BitMap().union(*(who for other, who in self._missed if other is entry))

    def drop(self) -> None:
        self._plans, self._missed = [], []

    async def store(self, transaction: Transaction, now: datetime) -> None:
        """Puts them into the outbox. The incidents have to be stored before."""
        if not self:
            return
        outbox = _Outbox(transaction, await quiet_snapshot.now(transaction), now)
        for plan in self._plans:
            if plan.lane is Lane.EDIT or plan.telling is Telling.CLOSED:
                await outbox.store()
            outbox.add(await self._new(transaction, plan, now))
        await outbox.store()
        await self._sum_up(transaction, now)
        self.drop()

    async def _new(self, transaction: Transaction, plan: Plan, now: datetime) -> list[NewBroadcast]:
        recipients = plan.recipients
        if plan.lane is Lane.EDIT:
            recipients |= await incident_messages.supersede(
                transaction, plan.entry.incident.id, now
            )
            return _broadcast(plan, plan.entry, plan.telling, recipients)
        if plan.telling is not Telling.CLOSED:
            return _broadcast(plan, plan.entry, plan.telling, recipients)
        incident = plan.entry.incident
        none = await incident_messages.cut(transaction, incident.id, now)
        # Some were told by another one it belongs with, which may have ended in this one's name.
        none -= BitMap(
            await incident_messages.messages(transaction, incident, none & plan.entry.linked)
        )
        told = _broadcast(plan, plan.entry, plan.telling, (recipients - none) | plan.asked)
        # For them it is not over, and they have not heard of it yet.
        rung = [
            new
            for entry, who in plan.handed
            for new in _broadcast(plan, entry, Telling.OPENED, who & none)
        ]
        return told + rung

    async def _sum_up(self, transaction: Transaction, now: datetime) -> None:
        if not self._missed:
            return
        recipients = BitMap().union(*(who for _, who in self._missed))
        newest = max(entry.incident.bulletin or 0 for entry, _ in self._missed)
        summary = NewBroadcast(
            bulletin=newest,
            lane=Lane.NEWS,
            recipients=recipients,
            silent=recipients,
            telling=Telling.MISSED,
        )
        (id_,) = await broadcasts.enqueue(transaction, [summary], now)
        missed: dict[int, BitMap] = {}
        for entry, who in self._missed:
            missed[entry.incident.id] = missed.get(entry.incident.id, BitMap()) | who
        listed = [Missed(incident, who) for incident, who in missed.items()]
        await incident_messages.sum_up(transaction, id_, listed)


class _Outbox:
    """Stores broadcasts, and what must wait until the quiet of a reader is over."""

    def __init__(self, transaction: Transaction, quiet: Hush, now: datetime) -> None:
        self._transaction = transaction
        self._quiet = quiet
        self._now = now
        self._new: list[NewBroadcast] = []
        self._hushed: list[Hushed] = []

    def add(self, new: Iterable[NewBroadcast]) -> None:
        for each in new:
            if each.lane is Lane.EDIT:  # of what they have: it makes no sound
                self._new.append(each)
                continue
            later = self._quiet.held(each.lane, each.recipients)
            softly = self._quiet.hushed(each.lane, each.recipients)
            if recipients := each.recipients - later:
                silent = (each.silent | softly) & recipients
                self._new.append(replace(each, recipients=recipients, silent=silent))
            held = Hushed(each.bulletin, told=False, recipients=later)
            told = Hushed(each.bulletin, told=True, recipients=softly)
            self._hushed += [one for one in (held, told) if one.recipients]

    async def store(self) -> None:
        """What was added so far."""
        await broadcasts.enqueue(self._transaction, self._new, self._now)
        await quiet_queue.hold(self._transaction, self._hushed, self._now)
        self._new, self._hushed = [], []


def _broadcast(
    plan: Plan, entry: Entry, telling: Telling, recipients: BitMap
) -> list[NewBroadcast]:
    incident = entry.incident
    bulletin = incident.newest or incident.bulletin
    if not recipients or bulletin is None:  # None: it is on for longer than anything is kept
        return []
    silent = recipients if plan.lane is Lane.EDIT else plan.silent & recipients
    return [
        NewBroadcast(
            bulletin=bulletin,
            lane=plan.lane,
            recipients=recipients,
            silent=silent,
            incident=incident.id,
            telling=telling,
        )
    ]
