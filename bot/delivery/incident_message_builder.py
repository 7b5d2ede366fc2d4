"""What broadcasts tell of incidents: the state of the round's own transaction, whenever they began.

Whoever is rung late reads what is true by then. Whoever has a message already keeps it: it is
edited when something changes, and the end is sent as a reply to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from bot.delivery.attempt import RINGS, Scene, Told
from handlers.messages.alert import IncidentView
from storage.engine.database import Transaction
from storage.inbound import bulletins, incidents
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import Incident, Telling
from storage.outbox import broadcasts, incident_messages
from storage.outbox.broadcasts import Broadcast
from storage.outbox.deliveries import Delivery
from storage.outbox.incident_messages import NEAR
from storage.values.lanes import Lane

ONE_RING = timedelta(seconds=2)
"""What rings somebody so soon after the last ring joins that message."""


@dataclass(frozen=True)
class LastRing:
    """The last ring of somebody."""

    at: datetime  # aware; when its receipt was stored
    message_id: int  # Telegram's
    broadcast: int  # id of the one that rang, the first of those in that message
    incidents: tuple[int, ...]  # ids of those it told of
    silent: bool  # it woke nobody


class Teller:
    """Serves one transaction.

    `rings` are those of the last moments, by subscriber number. `unsettled` are the numbers of
    those to whom a message about incidents is being sent: its id is not known yet.
    """

    def __init__(
        self,
        transaction: Transaction,
        now: datetime,
        rings: Mapping[int, LastRing],
        unsettled: BitMap,
    ) -> None:
        self.unsettled = unsettled
        self._transaction = transaction
        self._now = now
        self._rings = rings
        self._incidents: dict[int, Incident] = {}
        self._texts: dict[int, StoredBulletin] = {}
        self._scenes: dict[tuple[int, tuple[int, ...]], Scene] = {}

    async def tell(
        self, broadcast: Broadcast, text: StoredBulletin, numbers: BitMap
    ) -> dict[int, Told]:
        """What each of `numbers` is told; whoever is missing is told nothing any more."""
        self._texts[text.id] = text
        if broadcast.telling is Telling.MISSED:
            return await self._sum_up(broadcast, numbers)
        incident = await self._incident(broadcast)
        if incident is None:
            return {}
        if broadcast.lane is Lane.EDIT:
            return await self._edit(broadcast, incident, numbers)
        if broadcast.telling is Telling.CLOSED:
            return await self._close(broadcast, incident, numbers)
        return {} if incident.closed_at else await self._ring(broadcast, incident, text, numbers)

    async def tell_each(
        self, due: Sequence[Delivery], texts: Mapping[int, StoredBulletin]
    ) -> tuple[dict[int, Told | None], set[int]]:
        """What deliveries tell that are about incidents, by id; None: nothing any more.

        And the ids of deliveries whose broadcast somebody else is changing now. `texts` are
        bulletins by id.
        """
        owing = await self._owing(due)
        held = await broadcasts.hold(self._transaction, owing.keys())
        told: dict[int, Told | None] = {}
        for id_ in held:
            broadcast, its = owing[id_]
            numbers = BitMap(delivery.subscriber for delivery in its)
            heard = await self.tell(broadcast, texts[broadcast.bulletin], numbers)
            told |= {one.id: _of(heard.get(one.subscriber), one.message) for one in its}
        busy = owing.keys() - held.keys()
        return told, {delivery.id for id_ in busy for delivery in owing[id_][1]}

    async def _owing(self, due: Sequence[Delivery]) -> dict[int, tuple[Broadcast, list[Delivery]]]:
        """The broadcasts of incidents that deliveries were put off from, by id, each with these."""
        waiting: dict[int, list[Delivery]] = {}
        for delivery in due:
            if delivery.broadcast:
                waiting.setdefault(delivery.broadcast, []).append(delivery)
        found = await broadcasts.get(self._transaction, waiting.keys())
        return {one.id: (one, waiting[one.id]) for one in found if one.telling}

    async def _ring(
        self, broadcast: Broadcast, incident: Incident, text: StoredBulletin, numbers: BitMap
    ) -> dict[int, Told]:
        if broadcast.telling not in RINGS:
            scene = await self._scene(broadcast, (incident.id,))
            return {number: Told(scene, broadcast.id) for number in numbers}
        beside = await incident_messages.beside(self._transaction, incident, broadcast.bulletin)
        told = {}
        for number in numbers:
            ids = (incident.id, *(id_ for id_, owed in beside.items() if number in owed))
            last = self._last(number, broadcast, incident)
            if last:
                ids = tuple(dict.fromkeys((*last.incidents, *ids)))
            scene = await self._scene(broadcast, ids, text)
            told[number] = Told(scene, broadcast.id, edits=last.message_id if last else None)
        return told

    def _last(self, number: int, broadcast: Broadcast, incident: Incident) -> LastRing | None:
        """The ring that this one joins: of another alert, a moment ago."""
        last = self._rings.get(number)
        if last is None or incident.id in last.incidents or self._now - last.at >= ONE_RING:
            return None
        if last.silent and number not in broadcast.silent:  # an edit makes no sound
            return None
        return last if abs(last.broadcast - broadcast.id) <= NEAR else None

    async def _edit(
        self, broadcast: Broadcast, incident: Incident, numbers: BitMap
    ) -> dict[int, Told]:
        found = await incident_messages.messages(self._transaction, incident, numbers)
        told = {}
        for number, message in found.items():
            newest, *older = [
                Told(await self._scene(broadcast, one.incidents), broadcast.id, edits=one.id)
                for one in (message, *message.older)
            ]
            told[number] = replace(newest, older=tuple(older))
        return told

    async def _close(
        self, broadcast: Broadcast, incident: Incident, numbers: BitMap
    ) -> dict[int, Told]:
        found = await incident_messages.messages(self._transaction, incident, numbers)
        scene = await self._scene(broadcast, (incident.id,))
        return {
            number: Told(scene, broadcast.id, answers=found[number].id if number in found else None)
            for number in numbers
        }

    async def _sum_up(self, broadcast: Broadcast, numbers: BitMap) -> dict[int, Told]:
        missed = await incident_messages.summed_up(self._transaction, broadcast.id)
        told = {}
        for number in numbers:
            ids = tuple(one.incident for one in missed if number in one.recipients)
            if ids:
                told[number] = Told(await self._scene(broadcast, ids), broadcast.id)
        return told

    async def _incident(self, broadcast: Broadcast) -> Incident | None:
        """None: nobody remembers it any more."""
        if broadcast.incident is None:
            return None
        await self._read([broadcast.incident])
        return self._incidents.get(broadcast.incident)

    async def _scene(
        self, broadcast: Broadcast, ids: tuple[int, ...], text: StoredBulletin | None = None
    ) -> Scene:
        key = broadcast.id, ids
        if key not in self._scenes:
            await self._read(ids)
            there = [self._incidents[id_] for id_ in ids if id_ in self._incidents]
            late = self._now - (text.published_at or text.received_at) if text else None
            telling = broadcast.telling or Telling.OPENED
            views = tuple(
                IncidentView(
                    incident=one,
                    telling=telling if one.id == broadcast.incident else Telling.OPENED,
                    bulletin=self._texts.get(one.newest or 0),
                    delay=late,
                )
                for one in there
            )
            self._scenes[key] = Scene(telling, views)
        return self._scenes[key]

    async def _read(self, ids: Iterable[int]) -> None:
        new = set(ids) - self._incidents.keys()
        if not new:
            return
        found = await incidents.get(self._transaction, new)
        self._incidents |= found
        newest = {one.newest for one in found.values() if one.newest} - self._texts.keys()
        if newest:
            self._texts |= await bulletins.get(self._transaction, newest)


def _of(told: Told | None, message: int | None) -> Told | None:
    """What there is to tell by a message; None: by the newest."""
    if told is None or message is None:
        return told
    return next((one for one in (told, *told.older) if one.edits == message), None)
