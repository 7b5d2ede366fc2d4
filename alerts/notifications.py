"""Notifications: messages about incidents, collected in a batch and written to the outbox.

Decisions come before their transaction, so a notification refers to an alert that may have no id
yet. `NotificationBatch.store` runs after the incidents were stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from pyroaring import BitMap

from alerts.active_alerts import ActiveAlert
from storage.engine.database import Transaction
from storage.inbound.incidents import NotificationReason
from storage.outbox import (
    broadcasts,
    incident_broadcasts,
    incident_messages,
    missed_alerts,
    quiet_queue,
)
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.missed_alerts import MissedAlert
from storage.outbox.quiet_queue import QuietEntry
from storage.subscribers import mute_snapshot, sound_modes
from storage.subscribers.mute_snapshot import MuteSnapshot
from storage.subscribers.sound_modes import SoundModes
from storage.values.lanes import Lane


@dataclass(kw_only=True)
class Notification:
    """Decision to inform recipients about an incident by a new message or an edit."""

    alert: ActiveAlert
    reason: NotificationReason
    lane: Lane  # ALERT for a new message, EDIT for an edit
    recipients: BitMap
    silent: BitMap  # of these: without sound; may contain others
    # For CLOSED only: subscribers that want the all-clear even if the alert never reached them.
    always_notify: BitMap = field(default_factory=BitMap)
    # For CLOSED only: related alerts that stay active, each with the subscribers it continues for.
    continued_by: Sequence[tuple[ActiveAlert, BitMap]] = ()


class NotificationBatch:
    """Notifications of one transaction, in order."""

    def __init__(self) -> None:
        self._notifications: list[Notification] = []
        self._missed: list[tuple[ActiveAlert, BitMap]] = []

    def __bool__(self) -> bool:
        return bool(self._notifications or self._missed)

    def add(self, notification: Notification) -> None:
        """Add a notification. Without recipients only a CLOSED one has an effect."""
        if notification.recipients or notification.reason is NotificationReason.CLOSED:
            self._notifications.append(notification)

    def push(
        self,
        alert: ActiveAlert,
        reason: NotificationReason,
        recipients: BitMap,
        silent: BitMap | None = None,
    ) -> None:
        """Notify by a new message. `silent` defaults to the silent part of the alert's audience."""
        self.add(
            Notification(
                alert=alert,
                reason=reason,
                lane=Lane.ALERT,
                recipients=recipients,
                silent=(alert.silent if silent is None else silent).copy(),
            )
        )

    def edit(self, alert: ActiveAlert, reason: NotificationReason, recipients: BitMap) -> None:
        """Notify by an edit of the messages that the recipients have."""
        self.add(
            Notification(
                alert=alert,
                reason=reason,
                lane=Lane.EDIT,
                recipients=recipients,
                silent=recipients,
            )
        )

    def add_missed(self, alert: ActiveAlert, recipients: BitMap) -> None:
        """Notify by a summary of missed alerts: this one arrived too late to be pushed."""
        if recipients:
            self._missed.append((alert, recipients))

    def missed_by(self, alert: ActiveAlert) -> BitMap:
        """Return the recipients of a summary in this batch that lists the alert."""
        return BitMap().union(
            *(recipients for missed, recipients in self._missed if missed is alert)
        )

    def discard(self) -> None:
        """Discard all notifications."""
        self._notifications, self._missed = [], []

    async def store(self, transaction: Transaction, now: datetime) -> None:
        """Write the batch to the outbox and empty it."""
        if not self:
            return
        mutes = await mute_snapshot.read(transaction)
        outbox = _OutboxWriter(transaction, mutes, await sound_modes.read(transaction), now)
        for notification in self._notifications:
            is_closed = notification.reason is NotificationReason.CLOSED
            if notification.lane is Lane.EDIT or is_closed:
                await outbox.flush()  # they act on broadcasts that are stored
            outbox.add(await _broadcasts(transaction, notification, now))
        await outbox.flush()
        await self._store_missed_summary(transaction, now)
        self.discard()

    async def _store_missed_summary(self, transaction: Transaction, now: datetime) -> None:
        if not self._missed:
            return
        by_incident: dict[int, BitMap] = {}
        for alert, recipients in self._missed:
            id_ = alert.incident.id
            by_incident[id_] = by_incident.get(id_, BitMap()) | recipients
        all_recipients = BitMap().union(*by_incident.values())
        summary = NewBroadcast(
            bulletin=max(alert.incident.bulletin or 0 for alert, _ in self._missed),
            lane=Lane.NEWS,
            recipients=all_recipients,
            silent=all_recipients,
            reason=NotificationReason.MISSED,
        )
        (broadcast_id,) = await broadcasts.enqueue(transaction, [summary], now)
        missed = [MissedAlert(incident, recipients) for incident, recipients in by_incident.items()]
        await missed_alerts.store(transaction, broadcast_id, missed)


async def _broadcasts(
    transaction: Transaction, notification: Notification, now: datetime
) -> list[NewBroadcast]:
    """Return the broadcasts of a notification, at most one for most reasons."""
    alert, recipients = notification.alert, notification.recipients
    if notification.lane is Lane.EDIT:
        recipients |= await incident_broadcasts.supersede(transaction, alert.incident.id, now)
    elif notification.reason is NotificationReason.CLOSED:
        return await _closing_broadcasts(transaction, notification, now)
    return _broadcast(notification, alert, notification.reason, recipients)


async def _closing_broadcasts(
    transaction: Transaction, notification: Notification, now: datetime
) -> list[NewBroadcast]:
    """Return the all-clear, and the messages of related alerts that it reveals.

    Unsent messages about the incident are cancelled. A subscriber that none has reached gets no
    all-clear. If a related alert continues for them, they have not heard of it yet either: they
    get it now.
    """
    alert = notification.alert
    unreached = await incident_broadcasts.cancel(transaction, alert.incident.id, now)
    # A message of a related alert, which may have closed under this one's name, has reached them.
    unreached -= BitMap(
        await incident_messages.find_messages(transaction, alert.incident, unreached & alert.linked)
    )
    recipients = (notification.recipients - unreached) | notification.always_notify
    # If an alert came too late to make a sound, its all-clear makes none either.
    missed = await missed_alerts.find_recipients(transaction, alert.incident.id)
    silenced = replace(notification, silent=notification.silent | missed)
    all_clear = _broadcast(silenced, alert, notification.reason, recipients)
    revealed = [
        broadcast
        for other, subscribers in notification.continued_by
        for broadcast in _broadcast(
            notification, other, NotificationReason.OPENED, subscribers & unreached
        )
    ]
    return all_clear + revealed


def _broadcast(
    notification: Notification,
    alert: ActiveAlert,
    reason: NotificationReason,
    recipients: BitMap,
) -> list[NewBroadcast]:
    """Return one broadcast; none without recipients or if the bulletins are purged."""
    incident = alert.incident
    bulletin = incident.last_bulletin or incident.bulletin
    if not recipients or bulletin is None:
        return []
    is_edit = notification.lane is Lane.EDIT
    return [
        NewBroadcast(
            bulletin=bulletin,
            lane=notification.lane,
            recipients=recipients,
            silent=recipients if is_edit else notification.silent & recipients,
            incident=incident.id,
            reason=reason,
        )
    ]


class _OutboxWriter:
    """Writes broadcasts to the outbox, and to the quiet queue for muted recipients."""

    def __init__(
        self, transaction: Transaction, mutes: MuteSnapshot, sounds: SoundModes, now: datetime
    ) -> None:
        self._transaction = transaction
        self._mutes = mutes
        self._sounds = sounds
        self._now = now
        self._broadcasts: list[NewBroadcast] = []
        self._quiet_entries: list[QuietEntry] = []

    def add(self, new: Iterable[NewBroadcast]) -> None:
        for broadcast in new:
            if broadcast.lane is Lane.EDIT:  # edits make no sound, so nobody is muted
                self._broadcasts.append(broadcast)
                continue
            muted = self._mutes.muted(broadcast.lane, broadcast.recipients)
            silenced = self._mutes.silenced(broadcast.lane, broadcast.recipients)
            if recipients := broadcast.recipients - muted:
                silent = (broadcast.silent | silenced) & recipients
                silent |= self._sounds.silenced(broadcast.lane, recipients)
                self._broadcasts.append(replace(broadcast, recipients=recipients, silent=silent))
            entries = (
                QuietEntry(broadcast.bulletin, is_sent=False, recipients=muted),
                QuietEntry(broadcast.bulletin, is_sent=True, recipients=silenced),
            )
            self._quiet_entries += [entry for entry in entries if entry.recipients]

    async def flush(self) -> None:
        await broadcasts.enqueue(self._transaction, self._broadcasts, self._now)
        await quiet_queue.enqueue(self._transaction, self._quiet_entries, self._now)
        self._broadcasts, self._quiet_entries = [], []
