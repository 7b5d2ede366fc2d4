"""Alert tracker: fuse the reports of many sources into incidents, and decide whom to notify.

Decisions are made outside of any transaction, one bulletin after the other: bulletin ->
observations (`extraction`) -> effect (`lifecycle`) -> notifications (`notifier`, `inhibition`).
`store` writes their results. If that fails, `discard` drops them, and the state is read anew.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.active_alerts import ActiveAlert, ActiveAlerts
from alerts.decision_context import DecisionContext
from alerts.decision_types import AlertBulletin, Origin, Recipients, RegionObservation
from alerts.effects import (
    BecameUnknown,
    Changed,
    Closed,
    Confirmed,
    Effect,
    KnownAgain,
    Opened,
    Reopened,
    Unchanged,
)
from alerts.evidence import Evidence
from alerts.extraction import (
    extract_observations,
    is_full_report,
    is_restricted_to,
    restrict_to,
    without_all_clear,
)
from alerts.incident_changes import is_older_copy
from alerts.inhibition import Inhibitor
from alerts.lifecycle import (
    PERMANENT_ALERTS,
    apply_observation,
    reevaluate,
    reevaluate_closed,
)
from alerts.notifications import NotificationBatch
from alerts.notifier import Notifier
from alerts.observation import Authority, Observation
from alerts.region_hierarchy import RegionHierarchy
from alerts.resolution import enclosing, resolved_by
from alerts.sound import DEFAULT_SOUND_RULE, SoundRule, at_highest_level
from matching.index.index import Index, Matches
from matching.places.gazetteer import Gazetteer
from matching.reader import Reading
from storage.engine.database import Database, Transaction
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident, IncidentKey, has_id, is_same_alert


class AlertTracker:
    """Applies bulletins and the passing of time to the active alerts. One for each process.

    `state_sources` are the polled state sources, by name, with their poll intervals, and
    `official_webhooks` the names of the webhooks configured as official.
    """

    def __init__(
        self,
        database: Database,
        index: Index,
        gazetteer: Gazetteer,
        state_sources: Mapping[str, timedelta],
        official_webhooks: Collection[str] = frozenset(),
        sound_rule: SoundRule = DEFAULT_SOUND_RULE,
    ) -> None:
        self.sound_rule = sound_rule
        self._alerts = ActiveAlerts(database)
        self._context = DecisionContext(database, state_sources, official_webhooks)
        self._index = index
        self._hierarchy = RegionHierarchy(gazetteer)
        self._batch = NotificationBatch()
        inhibitor = Inhibitor(self._hierarchy, gazetteer, index)
        self._notifier = Notifier(self._alerts, self._context, inhibitor, self._batch)
        self._has_begun = False

    async def begin_decisions(self, now: datetime, *live_sources: str) -> bool:
        """Load everything that decisions need. Return whether time can change any alert.

        `live_sources` have answered right now.
        """
        if not self._has_begun:
            await self._alerts.load(now)
            self._has_begun = self._has_alerts
            await self._context.load(now, has_alerts=self._has_alerts)
        self._context.mark_live(live_sources, now)
        return self._has_alerts

    @property
    def _has_alerts(self) -> bool:
        return any(self._alerts) or bool(self._alerts.closed_but_shown(self._context.state_sources))

    def end_decisions(self) -> None:
        """End a batch of decisions. The next one reads its context anew."""
        self._has_begun = False

    def is_state_source(self, source: str) -> bool:
        """Return whether a source shows all active alerts, instead of sending messages."""
        return source in self._context.state_sources

    def decide(self, alert_bulletin: AlertBulletin, now: datetime) -> Recipients:
        """Apply a bulletin to the active alerts. Return the recipients of the bulletin itself."""
        bulletin, reading = alert_bulletin.bulletin, alert_bulletin.reading
        authority = self._context.authority(bulletin.source)
        observations = extract_observations(bulletin, reading, authority)
        if alert_bulletin.origin is Origin.STATE_MESSAGE:
            observations = tuple(replace(item, is_announced=True) for item in observations)
        recipients = Recipients(alert_bulletin.matches.push)
        for observation, regions in self._assign_regions(observations):
            report = self._region_observation(alert_bulletin, observation, regions, now)
            recipients.push -= report.subscribers
            if is_full_report(bulletin, reading):
                recipients.as_news |= report.subscribers
            if observation.phase is Phase.CLEAR:
                self._apply_all_clear(report, recipients)
            else:
                self._apply_report(report, recipients)
        recipients.as_news -= recipients.notified
        return recipients

    def reevaluate(self, now: datetime) -> list[Closed]:
        """Apply the passing of time to all alerts. Return the ends, for `close`, one by one."""
        ends = []
        for closed in self._alerts.closed_but_shown(self._context.state_sources):
            if reopened := reevaluate_closed(closed, self._context.liveness, now):
                alert = self._alerts.apply(reopened, None)
                self._notifier.notify_reopened(alert, alert.notified.copy())
        for alert in self._alerts:
            effect = reevaluate(alert.incident, self._context.liveness, now)
            if effect is None or effect.incident == alert.incident:
                continue
            if isinstance(effect, Closed):
                ends.append(effect)  # until it is closed, it continues related alerts
                continue
            self._alerts.apply(effect, None)
            if isinstance(effect, BecameUnknown | KnownAgain):
                self._notifier.notify_state(alert, effect)
        return ends

    def close(self, effect: Closed, reading: Reading | None) -> None:
        """Close an alert. `reading` is of its last bulletin, None if that is purged."""
        alert = self._alerts.apply(effect, None)
        if reading is not None:
            reading = at_highest_level(restrict_to(reading, alert.incident.region))
        if reading is None or "all_clear" not in reading.topics:
            # An alert that expires on schedule makes no sound.
            is_silent = has_id(alert.incident.hazard)
            self._notifier.notify_closed(alert, alert.silent, BitMap(), is_silent=is_silent)
            return
        matches = self._index.match(reading)
        silent = self.sound_rule.silent_at_end(alert, matches)
        requested = self._all_clear_requests(reading, matches)
        self._notifier.notify_closed(alert, silent, requested, is_silent=False)

    @property
    def has_changes(self) -> bool:
        """Return whether `store` has anything to do."""
        return bool(self._batch) or self._alerts.has_unsaved_changes

    async def store(
        self, transaction: Transaction, bulletin_ids: Sequence[int], now: datetime
    ) -> None:
        """Write all decisions. `bulletin_ids` are those of the batch's bulletins, by position."""
        await self._alerts.store(transaction, bulletin_ids)
        await self._batch.store(transaction, now)

    def discard(self) -> None:
        """Discard all decisions: their transaction failed."""
        self._alerts.discard()
        self._batch.discard()

    # --- observations ---

    def _assign_regions(
        self, observations: Sequence[Observation]
    ) -> list[tuple[Observation, frozenset[str]]]:
        """Pair each observation with its regions; an alert with an id has one for all of them."""
        if not observations or not has_id(observations[0].hazard):
            return [(observation, frozenset((observation.region,))) for observation in observations]
        first = observations[0]
        regions = [observation.region for observation in observations if observation.region]
        incidents = (alert.incident for alert in self._alerts)
        same = (incident for incident in incidents if is_same_alert(incident.hazard, first.hazard))
        if incident := next(same, None):
            first = replace(first, region=incident.region, hazard=incident.hazard)
        elif regions:
            first = replace(first, region=self._hierarchy.smallest_common_region(regions))
        else:
            return []
        return [(first, frozenset(regions))]

    def _region_observation(
        self,
        alert_bulletin: AlertBulletin,
        observation: Observation,
        regions: frozenset[str],
        now: datetime,
    ) -> RegionObservation:
        reading, matches = alert_bulletin.reading, alert_bulletin.matches
        if not is_restricted_to(reading, regions):
            reading = restrict_to(reading, *regions)
            has_sound = self.sound_rule.has_sound(alert_bulletin.bulletin, reading)
            matches = self._index.match(reading).resolve_sound(is_default_audible=has_sound)
        return RegionObservation(alert_bulletin, observation, reading, matches, now)

    def _effect(
        self, incident: Incident | None, key: IncidentKey, report: RegionObservation
    ) -> Effect | None:
        last_closed = self._alerts.last_closed(key)
        liveness = self._context.liveness
        return apply_observation(incident, last_closed, report.observation, liveness, report.now)

    # --- reports ---

    def _apply_report(self, report: RegionObservation, recipients: Recipients) -> None:
        observation, alert_bulletin = report.observation, report.alert_bulletin
        existing = self._alerts.find(observation.key)
        effect = self._effect(existing.incident if existing else None, observation.key, report)
        if effect is None:
            return
        if isinstance(effect, Opened):
            group = self._hierarchy.top_region(observation.region)
            effect = Opened(replace(effect.incident, group_region=group))
        # A closed alert keeps its last bulletin, and an older copy does not replace a newer one.
        is_outdated = existing is not None and is_older_copy(existing.incident, observation)
        keeps_bulletin = is_outdated or effect.incident.closed_at
        position = None if keeps_bulletin else alert_bulletin.position
        alert = self._alerts.apply(effect, position)
        if alert.incident.closed_at or observation.key in PERMANENT_ALERTS:
            return
        previously_notified = alert.notified.copy()
        if not alert_bulletin.is_baseline:
            self._notifier.notify_newcomers(alert, report, recipients)
        if isinstance(effect, Reopened):
            self._notifier.notify_reopened(alert, previously_notified)
            recipients.notified |= previously_notified
        elif isinstance(effect, KnownAgain):
            self._notifier.notify_state(alert, effect)
        elif isinstance(effect, Unchanged) and has_id(observation.hazard):
            # The update of a warning has other words or another end at the same level.
            self._notifier.edit(alert, previously_notified)
        elif isinstance(effect, Changed | Confirmed):
            # A poll shows the present state, so the age of the alert does not count.
            is_poll = observation.authority is Authority.POLLED
            is_fresh = is_poll or alert_bulletin.is_fresh
            self._notifier.notify_update(
                alert, effect, report.matches, previously_notified, recipients, is_fresh=is_fresh
            )

    # --- all-clears ---

    def _apply_all_clear(self, report: RegionObservation, recipients: Recipients) -> None:
        observation, alert_bulletin = report.observation, report.alert_bulletin
        requested = self._all_clear_requests(report.reading, report.matches)
        if alert_bulletin.is_baseline or not alert_bulletin.is_fresh:
            requested = BitMap()
        resolved = resolved_by(observation, self._alerts, self._hierarchy)
        if not resolved and (effect := self._effect(None, observation.key, report)):
            position = alert_bulletin.position if isinstance(effect, Closed) else None
            self._alerts.apply(effect, position)
        closing_matches: Matches | None = None
        for alert in resolved:
            effect = self._effect(alert.incident, alert.incident.key, report)
            if effect is None:
                continue
            self._alerts.apply(effect, alert_bulletin.position)
            if isinstance(effect, Closed):
                is_silent = not alert_bulletin.is_fresh
                closing_matches = closing_matches or self._index.match(
                    at_highest_level(report.reading)
                )
                silent = self.sound_rule.silent_at_end(alert, closing_matches)
                self._notifier.notify_closed(alert, silent, requested, is_silent=is_silent)
                recipients.notified |= alert.notified
        # Absence from a poll without an active alert is not news: other sources sent the all-clear.
        if observation.authority is not Authority.POLLED and not resolved:
            recipients.push |= requested | self._partly_resolved_for(report)

    def _partly_resolved_for(self, report: RegionObservation) -> BitMap:
        """Return the subscribers that know of an alert in a larger region, over in their part."""
        outer_alerts = enclosing(report.observation, self._alerts, self._hierarchy)
        notified = [
            alert.notified
            for alert in outer_alerts
            if not self._is_shown_officially(alert, report.now)
        ]
        return report.subscribers & BitMap().union(*notified)

    def _is_shown_officially(self, alert: ActiveAlert, now: datetime) -> bool:
        return Evidence.collect(alert.incident, self._context.liveness, now).is_shown_officially

    def _all_clear_requests(self, reading: Reading, matches: Matches) -> BitMap:
        """Return the subscribers whose query asks for all-clears, not for the place alone."""
        by_place = self._index.match(without_all_clear(reading))
        return matches.push - (by_place.push | by_place.digest)
