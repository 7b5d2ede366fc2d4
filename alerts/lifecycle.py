"""What an alert's life comes to, from what the sources say of it: pure.

The first source that says an alert is on opens an incident, the others confirm it. A message that
says it is over ends it at once; what polls show ends it when all of them agree, for a while. When
no poll succeeds any more nobody knows, and that is what is said.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from alerts.observation import Authority, Health, Observation
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Incident, Word, has_id

HOLD = timedelta(seconds=30)
"""So long polls must agree that it is over: an alert is missing from one of them now and then."""

LONGEST_SAID = timedelta(hours=24)
"""So long a message that raises an alert is believed, where it does not say itself."""

GIVEN_UP = timedelta(hours=24)
"""So long nobody may know whether an alert is on; then it is closed, and nobody is told."""

STILL_TOLD = timedelta(minutes=10)
"""So long after the end of an alert an update of it is a late one."""

PERMANENT = frozenset(
    (
        ("UA44000000000018893", "air_raid"),  # Luhansk oblast, on since 2022-04-04
        ("UA01000000000013043", "air_raid"),  # Crimea, on since 2022-12-10
    )
)
"""Alerts that never end: they ring nobody."""

_LEVELS = {"warning": -1, None: 0, "green": 0, "yellow": 1, "orange": 2, "red": 3}
_THREATS = {"drone": 1, "artillery": 1, "missile": 2, "nuclear": 3}
_OF_RED = 2  # red is for missiles, and so is an alert whose level nobody says


@dataclass(frozen=True)
class Opened:
    incident: Incident


@dataclass(frozen=True)
class Changed:
    incident: Incident
    escalated: bool  # graver than before


@dataclass(frozen=True)
class Confirmed:
    incident: Incident
    by: str  # the source's name


@dataclass(frozen=True)
class Closed:
    """It is over; also one that nobody knew of: its all-clear has overtaken it."""

    incident: Incident


@dataclass(frozen=True)
class BecameUnknown:
    incident: Incident  # with what was known last


@dataclass(frozen=True)
class KnownAgain:
    incident: Incident  # it is on


@dataclass(frozen=True)
class Kept:
    """Nothing to tell."""

    incident: Incident


Effect = Opened | Changed | Confirmed | Closed | BecameUnknown | KnownAgain | Kept


def observe(
    incident: Incident | None,
    ended: Incident | None,
    seen: Observation,
    health: Health,
    now: datetime,
) -> Effect | None:
    """What an observation does to the incident that is open, if one is; `ended` is the last that
    was closed. None: it changes nothing.
    """
    if seen.phase is Phase.CLEAR:
        return _end(incident, ended, seen, health, now)
    if incident is None:
        opened = _merged(_new(seen), seen)
        return None if _is_late(seen, ended, now) or _is_past(opened, seen, now) else Opened(opened)
    word = incident.sources.get(seen.source)
    if word and seen.at < word.at and seen.authority is not Authority.SEEN:
        return None
    return _renew(incident, seen)


def watch(incident: Incident, health: Health, now: datetime) -> Effect | None:
    """What the passing of time does to an open incident; None: nothing."""
    if over := _run_out(incident, now):
        return Closed(replace(incident, closed_at=over))
    voices = _Voices.of(incident, health, now)
    if voices.on:
        seen = replace(incident, unknown_since=None, clearing_since=None)
        return KnownAgain(seen) if incident.unknown_since else Kept(seen)
    if voices.over:
        return _clear(incident, now)
    if incident.unknown_since is None:
        return BecameUnknown(replace(incident, unknown_since=voices.known_at or now))
    if voices.expired and now - incident.unknown_since >= GIVEN_UP:
        return Kept(replace(incident, closed_at=now))
    return None


@dataclass(frozen=True)
class _Voices:
    """Who says what of an incident, and can be believed."""

    on: bool  # somebody who would know says that it is on
    over: bool  # somebody who would know has seen its end, and nobody else sees it
    expired: bool  # only messages said so, and too long ago
    known_at: datetime | None  # when it was known last

    @classmethod
    def of(cls, incident: Incident, health: Health, now: datetime) -> "_Voices":
        polled = {name: word for name, word in incident.sources.items() if name in health}
        live = {name for name in polled if not health[name].is_stale(now)}
        seen_on = [name for name, word in polled.items() if word.on]
        dead = [name for name in seen_on if name not in live]
        off = [name for name, word in polled.items() if not word.on]
        looked = [health[name].succeeded_at for name in dead]
        # A message is older than what polls have shown since.
        after = max([*(polled[n].at for n in off), *filter(None, looked)], default=None)
        said = [word for name, word in incident.sources.items() if name not in health and word.on]
        believed = [word for word in said if _ends(word) > now]
        vouched = any(after is None or word.at > after for word in believed)
        return cls(
            on=any(name in live for name in seen_on) or vouched,
            over=any(name in live for name in off) or (bool(off) and not dead),
            expired=not polled,
            known_at=max(filter(None, looked), default=None) if dead else None,
        )


def _ends(word: Word) -> datetime:
    return word.expires_at or word.at + LONGEST_SAID


def _run_out(incident: Incident, now: datetime) -> datetime | None:
    """When it ended, if all who tell of it have said when: a forecast needs no all-clear."""
    ends = [word.expires_at for word in incident.sources.values() if word.on]
    told = [end for end in ends if end]
    is_past = bool(told) and len(told) == len(ends) and max(told) <= now
    return max(told) if is_past and has_id(incident.hazard) else None


def _end(
    incident: Incident | None,
    ended: Incident | None,
    seen: Observation,
    health: Health,
    now: datetime,
) -> Effect | None:
    at = now if seen.authority is Authority.SEEN else seen.at
    if incident is None:
        if ended and ended.closed_at and at <= ended.closed_at:
            return None
        over = replace(_new(seen), closed_at=at, declared=seen.authority is not Authority.SEEN)
        return None if seen.authority is Authority.SEEN else Closed(over)
    if at < incident.opened_at:
        return None
    known = incident.sources.get(seen.source)
    word = replace(known, on=False, at=at) if known else Word(on=False, at=at)
    incident = replace(incident, sources={**incident.sources, seen.source: word})
    if seen.authority is Authority.DECLARED:
        return Closed(replace(incident, closed_at=at, declared=True))
    if seen.authority is Authority.TOLD and not is_seen(incident, health, now):
        return Closed(replace(incident, closed_at=at, declared=True))
    return _seen_off(incident, health, now)


def _seen_off(incident: Incident, health: Health, now: datetime) -> Effect:
    """One of the polls does not show it any more."""
    voices = _Voices.of(incident, health, now)
    if voices.on:
        return Kept(replace(incident, clearing_since=None))
    return _clear(incident, now) if voices.over else Kept(incident)


def is_seen(incident: Incident, health: Health, now: datetime) -> bool:
    """Whether a live source of states shows it."""
    return any(
        word.on and name in health and not health[name].is_stale(now)
        for name, word in incident.sources.items()
    )


def _clear(incident: Incident, now: datetime) -> Effect:
    """Nobody sees it any more: it is over when that stays so."""
    if incident.clearing_since is None:
        return Kept(replace(incident, clearing_since=now))
    if now - incident.clearing_since < HOLD:
        return Kept(incident)
    return Closed(replace(incident, closed_at=incident.clearing_since))


def _is_late(seen: Observation, ended: Incident | None, now: datetime) -> bool:
    """Whether the end of what it tells of was told before."""
    if ended is None or ended.closed_at is None:
        return False
    if seen.phase is Phase.UPDATE and now - ended.closed_at < STILL_TOLD:
        return True
    # A source of states that shows it once more has changed its mind: that is no order of messages.
    if seen.authority is Authority.SEEN and not ended.declared:
        return False
    return seen.at <= ended.closed_at


def _is_past(opened: Incident, seen: Observation, now: datetime) -> bool:
    """Whether it tells of what would be over by now, as when an old file is read."""
    return seen.authority is not Authority.SEEN and _ends(opened.sources[seen.source]) <= now


def _new(seen: Observation) -> Incident:
    return Incident(region=seen.region, hazard=seen.hazard, opened_at=seen.at)


def _renew(before: Incident, seen: Observation) -> Effect:
    after = replace(_merged(before, seen), clearing_since=None)
    if before.unknown_since:
        return KnownAgain(replace(after, unknown_since=None))
    if (after.level, frozenset(after.threats)) != (before.level, frozenset(before.threats)):
        return Changed(after, _gravity(after) > _gravity(before))
    if seen.source not in before.sources:
        return Confirmed(after, seen.source)
    return Kept(after)


def _merged(incident: Incident, seen: Observation) -> Incident:
    word = Word(
        on=True,
        at=seen.at,
        level=seen.level or ("warning" if seen.phase is Phase.WARNING else None),
        threats=seen.threats,
        expires_at=seen.expires_at,
    )
    sources = {**incident.sources, seen.source: word}
    on = [word for word in sources.values() if word.on]
    return replace(
        incident,
        sources=sources,
        level=max((word.level for word in on), key=_rank),
        threats=tuple(dict.fromkeys(threat for word in on for threat in word.threats)),
    )


def _rank(level: str | None) -> int:
    return _LEVELS.get(level, 0)


def is_graver(incident: Incident, other: Incident) -> bool:
    """Whether somebody who was told of the other has not been told enough."""
    return _gravity(incident) > _gravity(other)


def _gravity(incident: Incident) -> tuple[int, int]:
    """Of the worst threat and of the level. What is not said is taken for the worst."""
    level = _LEVELS["red"] if incident.level is None else _rank(incident.level)
    worst = max((_THREATS.get(threat, 0) for threat in incident.threats), default=0)
    return max(worst, _OF_RED if level == _LEVELS["red"] else 1), level
