"""Backtest: the messages that a subscription would have brought, by the rules of ingest. Pure.

Bulletins are added newest first. An incident counts once, at the first bulletin that matches; its
updates and its end do not, unless the query asks for all-clears. As live, an incident brings
nothing while a related one is active (see `alerts.inhibition`); their levels are not compared, as
only the last one is stored.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.backtest_incidents import (
    IncidentLookup,
    assign_regions,
    is_inhibited,
)
from alerts.classification import is_declared_alert
from alerts.extraction import (
    extract_observations,
    is_full_report,
    is_restricted_to,
    restrict_to,
    without_all_clear,
)
from alerts.freshness import is_fresh
from alerts.lifecycle import PERMANENT_ALERTS
from alerts.observation import Authority, Observation
from alerts.region_hierarchy import RegionHierarchy
from alerts.sound import SoundRule
from matching.index.index import Matches, MatchMode
from matching.places.gazetteer import Gazetteer
from matching.reader import Reading
from matching.stored_reading import StoredReading
from matching.text.reading import MatchableReading
from storage.inbound.bulletins import Phase, StoredBulletin
from storage.inbound.incident_spans import IncidentSpan
from storage.subscribers.mute_snapshot import MuteSnapshot
from storage.subscribers.sound_modes import SoundModes
from storage.values.lanes import Lane


@dataclass(frozen=True)
class BacktestRules:
    """Subscription to try, and everything else that decides on its messages."""

    subscriber: int  # number
    mode_of: Callable[[MatchableReading], MatchMode | None]  # None: no match
    sound_rule: SoundRule
    sounds: SoundModes
    mutes_at: Callable[[datetime], MuteSnapshot]
    alert_ttl: timedelta
    state_sources: frozenset[str]
    gazetteer: Gazetteer


@dataclass(frozen=True)
class BacktestMessage:
    """Message that the subscription would have brought."""

    bulletin: int  # id
    received_at: datetime  # aware
    has_sound: bool
    topics: frozenset[str]


@dataclass(frozen=True)
class _IncidentStart:
    """First bulletin of an incident that matches, with the message that it would have brought."""

    span: IncidentSpan
    bulletin: int  # id
    began_at: datetime  # aware; receipt of the bulletin
    reading: Reading  # of the incident's region
    is_recent: bool  # enough to be pushed
    message: BacktestMessage


class Backtest:
    """Collector of the messages. `incidents` are those of the bulletins' time."""

    def __init__(self, rules: BacktestRules, incidents: IncidentLookup) -> None:
        self._rules = rules
        self._incidents = incidents
        self._hierarchy = RegionHierarchy(rules.gazetteer)
        self._messages: dict[int, BacktestMessage] = {}
        self._starts: dict[int, _IncidentStart] = {}  # by the incident's id
        self._ends: dict[int, BacktestMessage] = {}  # by the incident's id

    def add_digest_entry(self, bulletin: StoredBulletin, reading: MatchableReading) -> None:
        """Add a bulletin that matches a subscription with digests: they have everything."""
        self._messages[bulletin.id] = BacktestMessage(
            bulletin.id, bulletin.received_at, has_sound=False, topics=reading.topics
        )

    def add_news(self, bulletin: StoredBulletin, reading: StoredReading, mode: MatchMode) -> None:
        """Add a bulletin without an alert that matches."""
        if _is_expired(bulletin):
            return
        if reading.is_unplaced:
            mode = MatchMode.SILENT
        self._messages[bulletin.id] = self._message(bulletin, reading, mode, Lane.NEWS)

    def add_alert(
        self, bulletin: StoredBulletin, reading: Reading, mode: MatchMode, *, is_drill: bool
    ) -> None:
        """Add a bulletin with an alert that matches."""
        if is_declared_alert(bulletin) and is_drill:
            message = self._message(bulletin, reading, MatchMode.SILENT, Lane.NEWS)
            self._messages[bulletin.id] = message
            return
        is_recent = is_fresh(bulletin, bulletin.received_at, self._rules.alert_ttl, is_alert=True)
        is_polled = bulletin.source in self._rules.state_sources
        authority = Authority.POLLED if is_polled else Authority.THIRD_PARTY
        is_of_incident = False
        for observation, regions in assign_regions(
            extract_observations(bulletin, reading, authority)
        ):
            part = reading
            if not is_restricted_to(reading, regions):
                part = restrict_to(reading, *regions)
            part_mode = self._rules.mode_of(part)
            if part_mode is not None:
                is_of_incident = True
                message = self._message(bulletin, part, part_mode, Lane.ALERT)
                self._add_observation(bulletin, part, observation, message, is_recent=is_recent)
        if not is_recent:
            return
        if not is_of_incident:
            if reading.is_unplaced:
                mode = MatchMode.SILENT
            self._messages[bulletin.id] = self._message(bulletin, reading, mode, Lane.ALERT)
        elif is_full_report(bulletin, reading):
            # It comes as news, silently, if it is not the first about its alert.
            message = self._message(bulletin, reading, MatchMode.SILENT, Lane.NEWS)
            self._messages.setdefault(bulletin.id, message)

    def messages(self) -> Iterator[BacktestMessage | None]:
        """Yield the messages in no order, and a None for each step without one."""
        started: dict[int, BacktestMessage] = {}
        active: dict[tuple[str, str], list[_IncidentStart]] = {}
        for start in sorted(self._starts.values(), key=lambda item: item.bulletin):
            related = active.setdefault((start.span.group_region, start.span.hazard), [])
            related[:] = [other for other in related if not _is_over(other.span, start.began_at)]
            if start.is_recent and not self._is_inhibited(start, related):
                started[start.bulletin] = start.message
            related.append(start)
            yield None
        ends = {message.bulletin: message for message in self._ends.values()}
        yield from (self._messages | ends | started).values()

    def _add_observation(
        self,
        bulletin: StoredBulletin,
        reading: Reading,
        observation: Observation,
        message: BacktestMessage,
        *,
        is_recent: bool,
    ) -> None:
        span = self._incidents.find(observation, bulletin)
        if observation.phase is Phase.CLEAR:
            # Else it ends what has counted already.
            is_requested = self._rules.mode_of(without_all_clear(reading)) is None
            if not (is_requested and is_recent):
                return
            if bulletin.source not in self._rules.state_sources:
                self._messages[bulletin.id] = message
            elif span is not None:
                self._ends[span.id] = message
            return
        is_permanent = observation.key in PERMANENT_ALERTS
        if span is not None and not is_permanent and not _is_over(span, bulletin.received_at):
            self._starts[span.id] = _IncidentStart(
                span, bulletin.id, bulletin.received_at, reading, is_recent, message
            )

    def _is_inhibited(
        self,
        start: _IncidentStart,
        related: list[_IncidentStart],
    ) -> bool:
        def is_match(reading: Reading) -> bool:
            return self._rules.mode_of(reading) is not None

        return is_inhibited(
            start.span.region,
            start.reading,
            [other.span.region for other in related],
            is_match,
            self._hierarchy,
            self._rules.gazetteer,
        )

    def _message(
        self, bulletin: StoredBulletin, reading: MatchableReading, mode: MatchMode, lane: Lane
    ) -> BacktestMessage:
        """Return the message, with sound by the same functions that the fan-out calls."""
        rules, recipient = self._rules, BitMap([self._rules.subscriber])
        has_sound = rules.sound_rule.has_sound(bulletin, reading)
        matches = _matches(recipient, mode).resolve_sound(is_default_audible=has_sound)
        mutes = rules.mutes_at(bulletin.received_at)
        silent = matches.silent | rules.sounds.silenced(lane, recipient)
        silent |= mutes.muted(lane, recipient) | mutes.silenced(lane, recipient)
        return BacktestMessage(
            bulletin.id, bulletin.received_at, not silent, frozenset(reading.topics)
        )


def _is_expired(bulletin: StoredBulletin) -> bool:
    return bulletin.expires_at is not None and bulletin.expires_at <= bulletin.received_at


def _is_over(span: IncidentSpan, now: datetime) -> bool:
    return span.closed_at is not None and span.closed_at < now


def _matches(recipient: BitMap, mode: MatchMode) -> Matches:
    """Return the match result of a bulletin that has this recipient only."""
    sets = {name: BitMap() for name in ("audible_always", "audible", "silent", "digest")}
    return Matches(**sets | {mode.name.lower(): recipient})
