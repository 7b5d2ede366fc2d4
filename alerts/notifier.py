"""Notifier: decide whom the effect of a bulletin or a timer notifies, and how.

Pure but for the batch of notifications that it fills.
"""

from pyroaring import BitMap

from alerts.active_alerts import ActiveAlert, ActiveAlerts
from alerts.decision_context import DecisionContext
from alerts.decision_types import Recipients, RegionObservation
from alerts.effects import BecameUnknown, Changed, Confirmed, Effect
from alerts.inhibition import Inhibitor
from alerts.notifications import Notification, NotificationBatch
from matching.index.index import Matches
from storage.inbound.incidents import NotificationReason
from storage.subscribers.alert_preferences import AlertUpdates
from storage.values.lanes import Lane


class Notifier:
    """Adds the notifications of each effect to the batch."""

    def __init__(
        self,
        alerts: ActiveAlerts,
        context: DecisionContext,
        inhibitor: Inhibitor,
        batch: NotificationBatch,
    ) -> None:
        self._alerts = alerts
        self._context = context
        self._inhibitor = inhibitor
        self._batch = batch

    def notify_newcomers(
        self, alert: ActiveAlert, report: RegionObservation, recipients: Recipients
    ) -> None:
        """Notify the subscribers that the alert concerns and that do not know of it yet."""
        opted_out = self._context.preferences[AlertUpdates.NONE]
        audience = self._inhibitor.audience(
            alert, report.reading, report.matches, self._alerts, opted_out
        )
        if not audience.members:
            return
        alert.add_audience(audience)
        to_notify = audience.to_notify - recipients.notified
        if report.alert_bulletin.is_fresh:
            self._batch.push(alert, NotificationReason.OPENED, to_notify)
            self._batch.edit(alert, NotificationReason.OPENED, audience.inhibited)
        else:
            self._batch.add_missed(alert, to_notify)
        recipients.notified |= to_notify

    def notify_update(
        self,
        alert: ActiveAlert,
        effect: Changed | Confirmed,
        matches: Matches,
        previously_notified: BitMap,
        recipients: Recipients,
        *,
        is_fresh: bool,
    ) -> None:
        """Notify the subscribers that knew of the alert before. Most get an edit.

        A changed level may have sound for other subscribers than the level before.
        """
        to_notify = BitMap()
        if isinstance(effect, Changed):
            alert.add_sound(matches.audible)
        if isinstance(effect, Changed) and is_fresh:
            preferences = self._context.preferences
            to_notify = (
                previously_notified - preferences[AlertUpdates.NONE]
                if effect.is_escalation
                else previously_notified & preferences[AlertUpdates.ALL]
            )
            to_notify -= self._inhibitor.inhibited(alert, self._alerts)
        silent = alert.silent | matches.silent
        to_push = to_notify - recipients.notified
        self._batch.push(alert, NotificationReason.CHANGED, to_push, silent=silent)
        self._batch.edit(alert, NotificationReason.CHANGED, previously_notified - to_notify)
        recipients.notified |= to_notify

    def edit(self, alert: ActiveAlert, previously_notified: BitMap) -> None:
        """Show an alert's last bulletin to the subscribers who knew of the alert before."""
        self._batch.edit(alert, NotificationReason.CHANGED, previously_notified)

    def notify_reopened(self, alert: ActiveAlert, previously_notified: BitMap) -> None:
        """Notify the subscribers who got the alert's all-clear. The alert's age does not count."""
        informed = _informed(self._inhibitor.continuing(alert, self._alerts))
        to_notify = previously_notified - informed
        self._batch.push(alert, NotificationReason.OPENED, to_notify)
        self._batch.edit(alert, NotificationReason.OPENED, previously_notified & informed)

    def notify_state(self, alert: ActiveAlert, effect: Effect) -> None:
        """Notify that the alert's state became unknown, or is known again."""
        became_unknown = isinstance(effect, BecameUnknown)
        reason = (
            NotificationReason.BECAME_UNKNOWN if became_unknown else NotificationReason.KNOWN_AGAIN
        )
        # The expiry of a mere message does not justify a sound.
        is_polled = any(name in self._context.liveness for name in alert.incident.sources)
        is_silent = became_unknown and not is_polled
        inhibited = _informed(self._inhibitor.continuing(alert, self._alerts))
        silent = alert.notified if is_silent else None
        self._batch.push(alert, reason, alert.notified - inhibited, silent=silent)
        self._batch.edit(alert, reason, alert.notified & inhibited)

    def notify_closed(
        self, alert: ActiveAlert, silent: BitMap, always_notify: BitMap, *, is_silent: bool
    ) -> None:
        """Notify the audience of an alert's end, except those for whom a related one continues."""
        continuing = self._inhibitor.continuing(alert, self._alerts)
        continues_for = BitMap().union(*(subscribers for _, subscribers in continuing))
        recipients = alert.notified - continues_for - self._batch.missed_by(alert)
        self._batch.add(
            Notification(
                alert=alert,
                reason=NotificationReason.CLOSED,
                lane=Lane.ALERT,
                recipients=recipients,
                silent=recipients if is_silent else silent,
                always_notify=always_notify,
                continued_by=continuing,
            )
        )
        # A message read later must not look like that of an active alert.
        self._batch.edit(alert, NotificationReason.CLOSED, alert.notified)
        # The closed alert inhibited this notification: a related alert's state is unknown.
        informed = _informed(continuing)
        for other, subscribers in continuing:
            if not other.is_state_known:
                self._batch.push(other, NotificationReason.BECAME_UNKNOWN, subscribers - informed)
                informed |= subscribers


def _informed(related: list[tuple[ActiveAlert, BitMap]]) -> BitMap:
    """Return the subscribers of related alerts that are known to be active."""
    return BitMap().union(*(subscribers for alert, subscribers in related if alert.is_state_known))
