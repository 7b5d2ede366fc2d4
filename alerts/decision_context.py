"""Decision context: source liveness and alert preferences, read once for a batch of decisions."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.observation import Authority, SourceLiveness
from storage.engine.database import Database
from storage.inbound import sources
from storage.subscribers import alert_preferences
from storage.subscribers.alert_preferences import AlertUpdates


class DecisionContext:
    """Snapshot of everything outside the alerts that decisions depend on.

    `state_sources` are the polled state sources, by name, with their poll intervals, and
    `official_webhooks` the names of the webhooks configured as official.
    """

    def __init__(
        self,
        database: Database,
        state_sources: Mapping[str, timedelta],
        official_webhooks: Collection[str],
    ) -> None:
        self.state_sources = state_sources
        self.official_webhooks = official_webhooks
        self.liveness = {
            name: SourceLiveness(interval, None) for name, interval in state_sources.items()
        }
        self.preferences = {AlertUpdates.ALL: BitMap(), AlertUpdates.NONE: BitMap()}
        self._database = database
        self._polled_since: datetime | None = None  # first decision of this process

    def authority(self, source: str) -> Authority:
        """Return the authority of a source's observations."""
        if source in self.state_sources:
            return Authority.POLLED
        is_official = source in self.official_webhooks
        return Authority.OFFICIAL if is_official else Authority.THIRD_PARTY

    async def load(self, now: datetime, *, has_alerts: bool) -> None:
        """Read the snapshot. Without alerts no decision needs it, and nothing is read."""
        self._polled_since = self._polled_since or now
        if not has_alerts:
            return
        async with self._database.read() as transaction:
            self.preferences = await alert_preferences.get_all(transaction)
            names = tuple(self.state_sources)
            succeeded_at = await sources.last_success_times(transaction, names)
            # A source that also sends messages is polled more seldom than configured.
            intervals = await sources.poll_intervals(transaction, names)
        self.liveness = {
            name: SourceLiveness(
                intervals.get(name, interval), succeeded_at.get(name), self._polled_since
            )
            for name, interval in self.state_sources.items()
        }

    def mark_live(self, names: Iterable[str], now: datetime) -> None:
        """Record that these sources have answered right now. Ignores all but state sources."""
        for name in names:
            if name in self.state_sources:
                self.liveness[name] = replace(self.liveness[name], succeeded_at=now)
