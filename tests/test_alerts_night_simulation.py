"""A night of 200 overlapping alerts, held against an oracle that knows only the rules."""

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from support.alert_pipeline import NOW, Alarms
from support.shared_resources import gazetteer

from alerts.lifecycle import HOLD
from bot.sources.adapters.ukraine import state_source
from bot.sources.adapters.ukraine.state_source import AWAY
from bot.sources.core import state_diff
from bot.sources.core.state_diff import Alert, Seen, State
from storage.engine.database import Database
from storage.inbound import incidents
from storage.inbound.incidents import Telling
from storage.inbound.sources import Cursor
from storage.outbox import broadcasts
from storage.values.lanes import Lane

STEP = timedelta(seconds=15)
STEPS = 320
LAGS = {"siren": 0, "alerts": 1}  # steps until a source shows what has happened
_STALE = timedelta(seconds=60)


@dataclass(frozen=True)
class Raid:
    """What happens in one raion, in steps."""

    raion: str
    begins: int
    worsens: int | None
    ends: int


def night() -> list[Raid]:
    """200 alerts in 60 raions of ten oblasts; nothing happens twice in one step of an oblast."""
    chance = random.Random(2026)
    raions = some_raions()
    taken: set[tuple[str, int]] = set()
    raids: list[Raid] = []
    while len(raids) < 200:
        raion, begins = chance.choice(raions), chance.randrange(3, STEPS - 70)
        ends = begins + chance.randrange(12, 50)
        worsens = begins + chance.randrange(5, ends - begins) if chance.random() < 0.3 else None
        moments = {(oblast_of(raion), at) for at in (begins, worsens, ends) if at is not None}
        near = (raid for raid in raids if raid.raion == raion)
        if taken & moments or any(r.begins < ends + 8 and begins < r.ends + 8 for r in near):
            continue
        taken |= moments
        raids.append(Raid(raion, begins, worsens, ends))
    return sorted(raids, key=lambda raid: raid.begins)


def some_raions() -> list[str]:
    by_oblast = defaultdict(list)
    for region in gazetteer():
        if region.kind == "raion" and region.at_home and region.parent:
            by_oblast[region.parent].append(region.code)
    chosen = [
        codes[:6] for codes in by_oblast.values() if len(codes) >= 6 and "UA44" not in codes[0]
    ]
    return [code for codes in chosen[:10] for code in codes]


def on_at(raids: list[Raid], step: int) -> State:
    """What a source shows of the night at a step."""
    alerts = []
    for raid in raids:
        if raid.begins <= step < raid.ends:
            worse = raid.worsens is not None and raid.worsens <= step
            changed = raid.worsens if worse and raid.worsens is not None else raid.begins
            alerts.append(
                Alert(
                    uid=raid.raion,
                    region=raid.raion,
                    hazard="air_raid",
                    level="red" if worse else "yellow",
                    since=NOW + raid.begins * STEP,
                    changed_at=NOW + changed * STEP,
                )
            )
    return state_diff.joined(alerts)


def fails(source: str, step: int) -> bool:
    """Each source fails in turn for ten minutes, now and then all of them, at the end none."""
    if step >= 290:
        return False
    if 130 <= step < 155 or 220 <= step < 228:
        return True
    return (step // 40) % 3 == list(LAGS).index(source)


# --- the oracle ---


@dataclass
class Life:
    """What is known of one raion."""

    level: str
    seen_by: set[str]  # show it
    ever: set[str]  # have shown it, or its end
    missing_since: datetime | None = None
    unknown: bool = False


@dataclass
class Oracle:
    """Slow and obvious: who must have which message when. Follows the rules, knows no code."""

    watchers: dict[int, frozenset[str]]  # number -> the raions watched one by one
    wide: dict[int, frozenset[str]]  # number -> oblasts watched as a whole
    told: list[tuple[int, Telling, str, int]] = field(default_factory=list)
    lives: dict[str, Life] = field(default_factory=dict)
    good: dict[str, datetime] = field(default_factory=dict)
    shown: dict[str, State] = field(default_factory=lambda: {name: {} for name in LAGS})
    doubted: set[str] = field(default_factory=set)

    def look(self, source: str, state: State, step: int, now: datetime) -> None:
        before = self.shown[source]
        away = source in self.good and now - self.good[source] > AWAY
        self.good[source] = now
        if before and not state and source not in self.doubted:
            self.doubted.add(source)  # a state that is suddenly empty has to be seen twice
            return
        self.doubted.discard(source)
        self.shown[source] = state
        for id_ in [id_ for id_ in before if id_ not in state]:
            life = self.lives.get(before[id_].uid)
            if life:  # also who slept through the beginning has seen the end
                life.seen_by.discard(source)
                life.ever.add(source)
        known = {} if away else before  # meanwhile one may have ended and begun anew
        new = [a for id_, a in state.items() if id_ not in known or a.level != known[id_].level]
        for alert in sorted(new, key=lambda alert: alert.changed_at or now):
            self._show(source, alert, step)

    def _show(self, source: str, alert: Alert, step: int) -> None:
        raion, level = alert.uid, alert.level or ""
        life = self.lives.get(raion)
        if life is None:
            self.lives[raion] = Life(level, {source}, {source})
            self._ring(Telling.OPENED, raion, step)
            return
        life.seen_by.add(source)
        life.ever.add(source)
        life.missing_since = None
        was, life.level = life.level, self._worst(raion, life)
        worse = life.level == "red" and was == "yellow"
        if life.unknown:
            life.unknown = False
            self._ring(Telling.KNOWN, raion, step)
        elif worse:
            self._ring(Telling.CHANGED, raion, step)

    def _worst(self, raion: str, life: Life) -> str:
        shown = [
            alert.level
            for source in life.seen_by
            for alert in self.shown[source].values()
            if alert.uid == raion
        ]
        return "red" if "red" in shown else "yellow"

    def pass_time(self, step: int, now: datetime) -> None:
        live = {name for name, at in self.good.items() if now - at <= _STALE}
        over: list[str] = []
        for raion, life in self.lives.items():
            if life.seen_by & live:
                if life.unknown:
                    life.unknown = False
                    self._ring(Telling.KNOWN, raion, step)
            elif (life.ever - life.seen_by) & live or not life.seen_by:
                life.missing_since = life.missing_since or now
                if now - life.missing_since >= HOLD:
                    over.append(raion)
            elif not life.unknown:
                life.unknown = True
                self._ring(Telling.UNKNOWN, raion, step)
        while over:
            raion = over.pop(0)
            del self.lives[raion]
            self._clear(raion, over, step)

    def _ring(self, telling: Telling, raion: str, step: int) -> None:
        for number, raions in self.watchers.items():
            if raion in raions:
                self.told.append((step, telling, raion, number))
        for number, oblasts in self.wide.items():
            if oblast_of(raion) in oblasts and not self._is_enough(telling, raion):
                self.told.append((step, telling, raion, number))

    def _is_enough(self, telling: Telling, raion: str) -> bool:
        """Whether who watches the oblast knows as much by another of its raions."""
        others = [life for _, life in self._near(raion) if not life.unknown]
        if telling in (Telling.UNKNOWN, Telling.KNOWN):
            return bool(others)
        mine = self.lives[raion].level
        return any(mine == "yellow" or life.level == "red" for life in others)

    def _clear(self, raion: str, over: list[str], step: int) -> None:
        """What ends in the same moment is told once, with the last of it."""
        for number, raions in self.watchers.items():
            if raion in raions:
                self.told.append((step, Telling.CLOSED, raion, number))
        near = self._near(raion)
        last = not any(other in over for other, _ in near)
        for number, oblasts in self.wide.items():
            if oblast_of(raion) in oblasts and last:
                if not near:
                    self.told.append((step, Telling.CLOSED, raion, number))
                elif all(other.unknown for _, other in near):
                    self.told.append((step, Telling.UNKNOWN, near[0][0], number))

    def _near(self, raion: str) -> list[tuple[str, Life]]:
        return [
            (other, life)
            for other, life in self.lives.items()
            if other != raion and oblast_of(other) == oblast_of(raion)
        ]


def oblast_of(raion: str) -> str:
    parent = gazetteer().region(raion).parent
    assert parent
    return parent


# --- the night ---


async def test_a_night_rings_everybody_for_what_they_watch_and_nobody_twice(
    sqlite: Database,
) -> None:
    """Cases 43, 45, 47, 51, 52."""
    raids, raions = night(), some_raions()
    oblasts = sorted({oblast_of(raion) for raion in raions})
    watchers = {number: frozenset({raion}) for number, raion in enumerate(raions, start=1)}
    watchers[100] = frozenset(raions[0:2])
    wide = {200 + at: frozenset({oblast}) for at, oblast in enumerate(oblasts)}
    wide[300] = frozenset(oblasts)
    alarms, oracle = Alarms(sqlite), Oracle(watchers, wide)
    for number, codes in {**watchers, **wide}.items():
        alarms.subscribe(
            number,
            "Ukraine" if number == 300 else " OR ".join(f'in:"{code}"' for code in sorted(codes)),
        )
    cursors: dict[str, Cursor | None] = dict.fromkeys(LAGS)
    told: list[tuple[int, Telling, str, int]] = []
    for step in range(STEPS):
        alarms.now = now = NOW + step * STEP
        if step in (90, 200):
            alarms.restart()
        for source, lag in LAGS.items():
            if fails(source, step):
                continue
            state = on_at(raids, step - lag)
            batch = state_source.batch(source, cursors[source], Seen(state, whole=True), {}, now)
            cursors[source] = batch.cursor
            await alarms.poll(source, *batch.bulletins)
            oracle.look(source, state, step, now)
        await alarms.intake.look_after()
        oracle.pass_time(step, now)
        told += await rung(alarms, step)
    assert len(raids) == 200
    wrong, missing = Counter(told), Counter(oracle.told)
    assert (wrong - missing, missing - wrong) == (Counter(), Counter())
    assert await alarms.open() == []


async def rung(alarms: Alarms, step: int) -> list[tuple[int, Telling, str, int]]:
    """What rings since the step before: it is sent at once."""
    async with alarms.database.read() as transaction:
        found = await broadcasts.unfinished(transaction, Lane.ALERT, limit=1_000)
    if not found:
        return []
    async with alarms.database.write() as transaction:
        known = await incidents.get(transaction, {one.incident or 0 for one in found})
        await broadcasts.finish(transaction, [one.id for one in found], alarms.now)
    return [
        (step, one.telling or Telling.MISSED, known[one.incident or 0].region, number)
        for one in found
        for number in one.recipients
    ]
