"""Incident message builder: what an incident's broadcast sends to each recipient.

A message shows the incident as it is in the cycle's own transaction, however old the broadcast is.
A recipient who already has a message keeps it: changes edit it, and the all-clear replies to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from bot.delivery.attempt import WARNING_REASONS, IncidentMessage, IncidentSnapshot
from handlers.messages.alert import IncidentView
from storage.engine.database import Transaction
from storage.inbound import bulletins, incidents
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import Incident, NotificationReason
from storage.outbox import broadcasts, incident_messages, missed_alerts
from storage.outbox.broadcasts import Broadcast
from storage.outbox.deliveries import Delivery
from storage.outbox.incident_messages import MAX_BROADCAST_DISTANCE
from storage.values.lanes import Lane

WARNING_MERGE_WINDOW = timedelta(seconds=2)
"""A warning so soon after the subscriber's last warning is merged into that message."""


@dataclass(frozen=True)
class LastWarning:
    """The last warning that a subscriber was sent."""

    sent_at: datetime  # aware; when its receipt was stored
    message_id: int  # Telegram's
    broadcast_id: int  # of the first warning in that message
    incident_ids: tuple[int, ...]  # incidents that the message shows
    silent: bool  # it was sent without a sound


class IncidentMessageBuilder:
    """Builds messages about incidents, in one transaction.

    `last_warnings` are recent, by subscriber number. `unsettled` are the numbers of subscribers to
    whom a message about incidents is in flight: its id is not known yet.
    """

    def __init__(
        self,
        transaction: Transaction,
        now: datetime,
        last_warnings: Mapping[int, LastWarning],
        unsettled: BitMap,
    ) -> None:
        self.unsettled = unsettled
        self._transaction = transaction
        self._now = now
        self._last_warnings = last_warnings
        self._incidents: dict[int, Incident] = {}
        self._bulletins: dict[int, StoredBulletin] = {}
        self._snapshots: dict[tuple[int, tuple[int, ...]], IncidentSnapshot] = {}

    async def build(
        self, broadcast: Broadcast, bulletin: StoredBulletin, numbers: BitMap
    ) -> dict[int, IncidentMessage]:
        """Return messages by subscriber number; a number without one gets nothing any more."""
        self._bulletins[bulletin.id] = bulletin
        if broadcast.reason is NotificationReason.MISSED:
            return await self._summarize(broadcast, numbers)
        incident = await self._incident(broadcast)
        if incident is None:
            return {}
        if broadcast.lane is Lane.EDIT:
            return await self._edit(broadcast, incident, numbers)
        if broadcast.reason is NotificationReason.CLOSED:
            return await self._all_clear(broadcast, incident, numbers)
        if incident.closed_at:
            return {}
        return await self._notify(broadcast, incident, bulletin, numbers)

    async def build_for_deliveries(
        self, due: Sequence[Delivery], bulletins_by_id: Mapping[int, StoredBulletin]
    ) -> tuple[dict[int, IncidentMessage | None], set[int]]:
        """Return the messages of deliveries about incidents, and the ids of locked deliveries.

        The messages are by delivery id; None: nothing to send any more. A delivery is locked while
        another transaction changes its broadcast.
        """
        by_broadcast = await self._incident_broadcasts(due)
        locked = await broadcasts.lock(self._transaction, by_broadcast.keys())
        messages: dict[int, IncidentMessage | None] = {}
        for id_ in locked:
            broadcast, own = by_broadcast[id_]
            numbers = BitMap(delivery.subscriber for delivery in own)
            by_subscriber = await self.build(
                broadcast, bulletins_by_id[broadcast.bulletin], numbers
            )
            messages |= {
                delivery.id: _message_for(
                    by_subscriber.get(delivery.subscriber), delivery.message_id
                )
                for delivery in own
            }
        locked_elsewhere = by_broadcast.keys() - locked.keys()
        return messages, {
            delivery.id for id_ in locked_elsewhere for delivery in by_broadcast[id_][1]
        }

    async def _incident_broadcasts(
        self, due: Sequence[Delivery]
    ) -> dict[int, tuple[Broadcast, list[Delivery]]]:
        """Return the incident broadcasts of deliveries, by id, each with its deliveries."""
        by_broadcast: dict[int, list[Delivery]] = {}
        for delivery in due:
            if delivery.broadcast:
                by_broadcast.setdefault(delivery.broadcast, []).append(delivery)
        stored = await broadcasts.get(self._transaction, by_broadcast.keys())
        return {b.id: (b, by_broadcast[b.id]) for b in stored if b.reason}

    async def _notify(
        self, broadcast: Broadcast, incident: Incident, bulletin: StoredBulletin, numbers: BitMap
    ) -> dict[int, IncidentMessage]:
        if broadcast.reason not in WARNING_REASONS:
            snapshot = await self._snapshot(broadcast, (incident.id,))
            return {number: IncidentMessage(snapshot, broadcast.id) for number in numbers}
        sharing = await incident_messages.find_sharing_bulletin(
            self._transaction, incident, broadcast.bulletin
        )
        messages = {}
        for number in numbers:
            ids = (
                incident.id,
                *(id_ for id_, recipients in sharing.items() if number in recipients),
            )
            last = self._mergeable_warning(number, broadcast, incident)
            if last:
                ids = tuple(dict.fromkeys((*last.incident_ids, *ids)))
            snapshot = await self._snapshot(broadcast, ids, bulletin)
            messages[number] = IncidentMessage(
                snapshot, broadcast.id, edited_message_id=last.message_id if last else None
            )
        return messages

    def _mergeable_warning(
        self, number: int, broadcast: Broadcast, incident: Incident
    ) -> LastWarning | None:
        """Return the recent warning, of another alert, that this one merges into."""
        last = self._last_warnings.get(number)
        if (
            last is None
            or incident.id in last.incident_ids
            or self._now - last.sent_at >= WARNING_MERGE_WINDOW
        ):
            return None
        if last.silent and number not in broadcast.silent:  # an edit makes no sound
            return None
        return last if abs(last.broadcast_id - broadcast.id) <= MAX_BROADCAST_DISTANCE else None

    async def _edit(
        self, broadcast: Broadcast, incident: Incident, numbers: BitMap
    ) -> dict[int, IncidentMessage]:
        current = await incident_messages.find_messages(self._transaction, incident, numbers)
        messages = {}
        for number, message in current.items():
            latest, *older = [
                IncidentMessage(
                    await self._snapshot(broadcast, sent.incidents),
                    broadcast.id,
                    edited_message_id=sent.id,
                )
                for sent in (message, *message.older)
            ]
            messages[number] = replace(latest, older_edits=tuple(older))
        return messages

    async def _all_clear(
        self, broadcast: Broadcast, incident: Incident, numbers: BitMap
    ) -> dict[int, IncidentMessage]:
        current = await incident_messages.find_messages(self._transaction, incident, numbers)
        replied = await missed_alerts.find_summaries(self._transaction, incident.id, numbers)
        replied |= {number: message.id for number, message in current.items()}
        snapshot = await self._snapshot(broadcast, (incident.id,))
        return {
            number: IncidentMessage(snapshot, broadcast.id, reply_to=replied.get(number))
            for number in numbers
        }

    async def _summarize(self, broadcast: Broadcast, numbers: BitMap) -> dict[int, IncidentMessage]:
        missed = await missed_alerts.load(self._transaction, broadcast.id)
        messages = {}
        for number in numbers:
            ids = tuple(alert.incident for alert in missed if number in alert.recipients)
            if ids:
                messages[number] = IncidentMessage(
                    await self._snapshot(broadcast, ids), broadcast.id
                )
        return messages

    async def _incident(self, broadcast: Broadcast) -> Incident | None:
        """Return the incident of a broadcast; None if it was deleted."""
        if broadcast.incident is None:
            return None
        await self._load([broadcast.incident])
        return self._incidents.get(broadcast.incident)

    async def _snapshot(
        self, broadcast: Broadcast, ids: tuple[int, ...], bulletin: StoredBulletin | None = None
    ) -> IncidentSnapshot:
        key = broadcast.id, ids
        if key not in self._snapshots:
            await self._load(ids)
            existing = [self._incidents[id_] for id_ in ids if id_ in self._incidents]
            delay = self._now - bulletin.issued_at if bulletin else None
            reason = broadcast.reason or NotificationReason.OPENED
            is_edit = broadcast.lane is Lane.EDIT
            views = tuple(
                IncidentView(
                    incident=incident,
                    reason=reason
                    if incident.id == broadcast.incident
                    else NotificationReason.OPENED,
                    bulletin=self._shown_bulletin(incident, is_edit=is_edit),
                    delay=delay,
                    is_edit=is_edit,
                )
                for incident in existing
            )
            self._snapshots[key] = IncidentSnapshot(reason, views)
        return self._snapshots[key]

    def _shown_bulletin(self, incident: Incident, *, is_edit: bool) -> StoredBulletin | None:
        """Return the incident's last bulletin; the first for an edit by the all-clear."""
        is_ended_edit = is_edit and incident.closed_at is not None
        return self._bulletins.get(
            (incident.bulletin if is_ended_edit else incident.last_bulletin) or 0
        )

    async def _load(self, ids: Iterable[int]) -> None:
        missing = set(ids) - self._incidents.keys()
        if not missing:
            return
        loaded = await incidents.get(self._transaction, missing)
        self._incidents |= loaded
        shown = {
            id_
            for incident in loaded.values()
            for id_ in (incident.last_bulletin, incident.closed_at and incident.bulletin)
            if id_
        } - self._bulletins.keys()
        if shown:
            self._bulletins |= await bulletins.get(self._transaction, shown)


def _message_for(
    incident_message: IncidentMessage | None, message_id: int | None
) -> IncidentMessage | None:
    """Return the part that edits the message with that id; without an id, the latest part."""
    if incident_message is None or message_id is None:
        return incident_message
    parts = (incident_message, *incident_message.older_edits)
    return next((part for part in parts if part.edited_message_id == message_id), None)
