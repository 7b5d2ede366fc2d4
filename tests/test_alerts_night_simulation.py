"""Simulated night of 200 overlapping alerts, compared with an oracle of the notification rules."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from support.alert_pipeline import NOW, AlertPipeline
from support.shared_resources import gazetteer

from alerts.lifecycle import CLEAR_DELAY
from bot.sources.adapters.ukraine import state_source
from bot.sources.adapters.ukraine.state_source import MAX_POLL_GAP
from bot.sources.core import state_diff
from bot.sources.core.state_diff import Alert, Snapshot, State
from storage.engine.database import Database
from storage.inbound import incidents
from storage.inbound.incidents import NotificationReason
from storage.inbound.sources import Cursor
from storage.outbox import broadcasts
from storage.values.lanes import Lane

STEP = timedelta(seconds=15)
STEPS = 320
LAGS = {"siren": 0, "alerts": 1}  # steps until a source shows what has happened
_STALE = timedelta(seconds=60)


@dataclass(frozen=True)
class Raid:
    """Alert in one raion. Times are steps."""

    raion: str
    begin: int
    escalation: int | None
    end: int


def simulate_raids() -> list[Raid]:
    """Return 200 alerts in 60 raions of ten oblasts, at most one event a step in an oblast."""
    rng = random.Random(2026)
    raions = sample_raions()
    occupied: set[tuple[str, int]] = set()
    raids: list[Raid] = []
    while len(raids) < 200:
        raion, begin = rng.choice(raions), rng.randrange(3, STEPS - 70)
        end = begin + rng.randrange(12, 50)
        escalation = begin + rng.randrange(5, end - begin) if rng.random() < 0.3 else None
        steps = (begin, escalation, end)
        moments = {(oblast_of(raion), step) for step in steps if step is not None}
        same_raion = (raid for raid in raids if raid.raion == raion)
        if occupied & moments or any(
            raid.begin < end + 8 and begin < raid.end + 8 for raid in same_raion
        ):
            continue
        occupied |= moments
        raids.append(Raid(raion, begin, escalation, end))
    return sorted(raids, key=lambda raid: raid.begin)


def sample_raions() -> list[str]:
    """Return six raions of each of ten oblasts."""
    by_oblast = defaultdict(list)
    for region in gazetteer():
        if region.kind == "raion" and region.is_home and region.parent:
            by_oblast[region.parent].append(region.code)
    chosen = [
        codes[:6] for codes in by_oblast.values() if len(codes) >= 6 and "UA44" not in codes[0]
    ]
    return [code for codes in chosen[:10] for code in codes]


def state_at(raids: list[Raid], step: int) -> State:
    """Return the state that an up-to-date source shows at a step."""
    alerts = []
    for raid in raids:
        if raid.begin <= step < raid.end:
            escalation = raid.escalation
            is_red = escalation is not None and escalation <= step
            changed = escalation if is_red and escalation is not None else raid.begin
            alerts.append(
                Alert(
                    uid=raid.raion,
                    region=raid.raion,
                    hazard="air_raid",
                    level="red" if is_red else "yellow",
                    since=NOW + raid.begin * STEP,
                    changed_at=NOW + changed * STEP,
                )
            )
    return state_diff.merge_alerts(alerts)


def fails(source: str, step: int) -> bool:
    """Return whether a source fails at a step: each in turn for ten minutes, at times both."""
    if step >= 290:
        return False
    if 130 <= step < 155 or 220 <= step < 228:
        return True
    return (step // 40) % 3 == list(LAGS).index(source)


# --- the oracle ---


@dataclass
class RaionState:
    """State of the alert in one raion."""

    level: str
    shown_by: set[str]  # sources that show it now
    reported_by: set[str]  # sources that have shown it, or its end
    missing_since: datetime | None = None
    is_unknown: bool = False


@dataclass
class Oracle:
    """Slow, plain implementation of the rules: which subscriber gets which notification when."""

    watchers: dict[int, frozenset[str]]  # number -> the raions watched one by one
    oblast_watchers: dict[int, frozenset[str]]  # number -> oblasts watched as a whole
    notifications: list[tuple[int, NotificationReason, str, int]] = field(default_factory=list)
    states: dict[str, RaionState] = field(default_factory=dict)
    succeeded_at: dict[str, datetime] = field(default_factory=dict)
    shown: dict[str, State] = field(default_factory=lambda: {name: {} for name in LAGS})
    empty_once: set[str] = field(default_factory=set)

    def apply_poll(self, source: str, state: State, step: int, now: datetime) -> None:
        """Apply the answer to a poll."""
        before = self.shown[source]
        was_away = source in self.succeeded_at and now - self.succeeded_at[source] > MAX_POLL_GAP
        self.succeeded_at[source] = now
        if before and not state and source not in self.empty_once:
            self.empty_once.add(source)  # an empty answer counts only if the next one is empty too
            return
        self.empty_once.discard(source)
        self.shown[source] = state
        for id_ in [id_ for id_ in before if id_ not in state]:
            alert_state = self.states.get(before[id_].uid)
            if alert_state:  # a source that missed the start has seen the end as well
                alert_state.shown_by.discard(source)
                alert_state.reported_by.add(source)
        previous = {} if was_away else before  # an alert may have ended and begun again meanwhile
        new = [
            alert
            for id_, alert in state.items()
            if id_ not in previous or alert.level != previous[id_].level
        ]
        for alert in sorted(new, key=lambda alert: alert.changed_at or now):
            self._show(source, alert, step)

    def _show(self, source: str, alert: Alert, step: int) -> None:
        raion, level = alert.uid, alert.level or ""
        alert_state = self.states.get(raion)
        if alert_state is None:
            self.states[raion] = RaionState(level, {source}, {source})
            self._notify(NotificationReason.OPENED, raion, step)
            return
        alert_state.shown_by.add(source)
        alert_state.reported_by.add(source)
        alert_state.missing_since = None
        level_before, alert_state.level = alert_state.level, self._worst_level(raion, alert_state)
        is_escalation = alert_state.level == "red" and level_before == "yellow"
        if alert_state.is_unknown:
            alert_state.is_unknown = False
            self._notify(NotificationReason.KNOWN_AGAIN, raion, step)
        elif is_escalation:
            self._notify(NotificationReason.CHANGED, raion, step)

    def _worst_level(self, raion: str, alert_state: RaionState) -> str:
        shown = [
            alert.level
            for source in alert_state.shown_by
            for alert in self.shown[source].values()
            if alert.uid == raion
        ]
        return "red" if "red" in shown else "yellow"

    def apply_time(self, step: int, now: datetime) -> None:
        """Apply the passing of time."""
        live = {name for name, time in self.succeeded_at.items() if now - time <= _STALE}
        ended: list[str] = []
        for raion, alert_state in self.states.items():
            if alert_state.shown_by & live:
                if alert_state.is_unknown:
                    alert_state.is_unknown = False
                    self._notify(NotificationReason.KNOWN_AGAIN, raion, step)
            elif (
                alert_state.reported_by - alert_state.shown_by
            ) & live or not alert_state.shown_by:
                alert_state.missing_since = alert_state.missing_since or now
                if now - alert_state.missing_since >= CLEAR_DELAY:
                    ended.append(raion)
            elif not alert_state.is_unknown:
                alert_state.is_unknown = True
                self._notify(NotificationReason.BECAME_UNKNOWN, raion, step)
        while ended:
            raion = ended.pop(0)
            del self.states[raion]
            self._clear(raion, ended, step)

    def _notify(self, reason: NotificationReason, raion: str, step: int) -> None:
        for number, raions in self.watchers.items():
            if raion in raions:
                self.notifications.append((step, reason, raion, number))
        for number, oblasts in self.oblast_watchers.items():
            if oblast_of(raion) in oblasts and not self._is_inhibited(reason, raion):
                self.notifications.append((step, reason, raion, number))

    def _is_inhibited(self, reason: NotificationReason, raion: str) -> bool:
        """Return whether another raion has informed a subscriber of the oblast already."""
        neighbours = [
            alert_state
            for _, alert_state in self._active_neighbours(raion)
            if not alert_state.is_unknown
        ]
        if reason in (NotificationReason.BECAME_UNKNOWN, NotificationReason.KNOWN_AGAIN):
            return bool(neighbours)
        level = self.states[raion].level
        return any(level == "yellow" or alert_state.level == "red" for alert_state in neighbours)

    def _clear(self, raion: str, ended: list[str], step: int) -> None:
        """Notify of an end. Ends at the same time are one end for a subscriber of the oblast."""
        for number, raions in self.watchers.items():
            if raion in raions:
                self.notifications.append((step, NotificationReason.CLOSED, raion, number))
        neighbours = self._active_neighbours(raion)
        is_last = not any(other in ended for other, _ in neighbours)
        for number, oblasts in self.oblast_watchers.items():
            if oblast_of(raion) in oblasts and is_last:
                if not neighbours:
                    self.notifications.append((step, NotificationReason.CLOSED, raion, number))
                elif all(other.is_unknown for _, other in neighbours):
                    self.notifications.append(
                        (step, NotificationReason.BECAME_UNKNOWN, neighbours[0][0], number)
                    )

    def _active_neighbours(self, raion: str) -> list[tuple[str, RaionState]]:
        return [
            (other, alert_state)
            for other, alert_state in self.states.items()
            if other != raion and oblast_of(other) == oblast_of(raion)
        ]


def oblast_of(raion: str) -> str:
    """Return the oblast of a raion."""
    parent = gazetteer().region(raion).parent
    assert parent
    return parent


# --- the night ---


async def test_every_subscriber_gets_each_notification_of_the_night_exactly_once(
    sqlite: Database,
) -> None:
    """The night has 200 alerts, two sources that lag and fail, and two restarts."""
    raids, raions = simulate_raids(), sample_raions()
    oblasts = sorted({oblast_of(raion) for raion in raions})
    watchers = {number: frozenset({raion}) for number, raion in enumerate(raions, start=1)}
    watchers[100] = frozenset(raions[0:2])
    oblast_watchers = {200 + i: frozenset({oblast}) for i, oblast in enumerate(oblasts)}
    oblast_watchers[300] = frozenset(oblasts)
    pipeline, oracle = AlertPipeline(sqlite), Oracle(watchers, oblast_watchers)
    for number, codes in {**watchers, **oblast_watchers}.items():
        pipeline.subscribe(
            number,
            "Ukraine" if number == 300 else " OR ".join(f'in:"{code}"' for code in sorted(codes)),
        )
    cursors: dict[str, Cursor | None] = dict.fromkeys(LAGS)
    sent: list[tuple[int, NotificationReason, str, int]] = []
    for step in range(STEPS):
        pipeline.now = now = NOW + step * STEP
        if step in (90, 200):
            pipeline.restart()
        for source, lag in LAGS.items():
            if fails(source, step):
                continue
            state = state_at(raids, step - lag)
            batch = state_source.poll_batch(
                source, cursors[source], Snapshot(state, is_complete=True), {}, now
            )
            cursors[source] = batch.cursor
            await pipeline.poll(source, *batch.bulletins)
            oracle.apply_poll(source, state, step, now)
        await pipeline.pipeline.tick_alerts()
        oracle.apply_time(step, now)
        sent += await send_notifications(pipeline, step)
    assert len(raids) == 200
    actual, expected = Counter(sent), Counter(oracle.notifications)
    assert (actual - expected, expected - actual) == (Counter(), Counter())
    assert await pipeline.open_incidents() == []


async def send_notifications(
    pipeline: AlertPipeline, step: int
) -> list[tuple[int, NotificationReason, str, int]]:
    """Send all new messages at once. Return them by step, reason, region and subscriber."""
    async with pipeline.database.read() as transaction:
        unfinished = await broadcasts.list_unfinished(transaction, Lane.ALERT, limit=1_000)
    if not unfinished:
        return []
    async with pipeline.database.write() as transaction:
        ids = {broadcast.incident or 0 for broadcast in unfinished}
        stored = await incidents.get(transaction, ids)
        await broadcasts.finish(
            transaction, [broadcast.id for broadcast in unfinished], pipeline.now
        )
    return [
        (
            step,
            broadcast.reason or NotificationReason.MISSED,
            stored[broadcast.incident or 0].region,
            number,
        )
        for broadcast in unfinished
        for number in broadcast.recipients
    ]
