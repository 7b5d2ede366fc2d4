"""From alerts in the Common Alerting Protocol to bulletins: which are told, and as what. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sources.adapters.cap.parser import CapAlert, Info
from bot.sources.core import dedup_keys
from bot.sources.parsing.limits import LONGEST_LANG, LONGEST_REGION, LONGEST_TEXT, LONGEST_TITLE
from storage.inbound.bulletins import Bulletin, Kind, Phase

MOST_KEPT = 5000
_MOST_AREAS = 200

_EXPIRES = timedelta(days=1)  # where the alert does not say
_NO_WORD = frozenset(("Ack", "Error"))
_COLOURS = {1: "green", 2: "yellow", 3: "orange", 4: "red"}
_BY_SEVERITY = {"Extreme": "red", "Severe": "orange", "Moderate": "yellow"}
_RINGING = frozenset(("orange", "red"))
_HAZARDS = {"Met": "weather", "Geo": "quake", "CBRNE": "chemical"}
_LONGEST_KIND = 40

_NOTHING = Info(
    language="",
    category="",
    event="",
    severity="",
    responses=frozenset(),
    headline="",
    description="",
    instruction="",
    web=None,
    onset=None,
    expires=None,
    areas=(),
    awareness=None,
)
"""Said by one that only ends others."""

Roots = Mapping[str, str]
"""By an alert's mark the mark of the first of its chain, the longest ago first; with a `!` where
that rang. As JSON: it lives in a cursor."""


@dataclass(frozen=True)
class Manner:
    """As which source, in which language and when alerts are told."""

    source: str
    language: str  # preferred: "en", "it-IT"
    now: datetime


def tell(
    alerts: Iterable[CapAlert], roots: Roots, manner: Manner
) -> tuple[tuple[Bulletin, ...], Roots]:
    """The bulletins of what is new, the oldest first, and what to remember."""
    known = dict(roots)
    told = []
    for alert in sorted(alerts, key=lambda one: (one.sent is not None, one.sent)):
        mark = _mark(alert.identity)
        if mark in known:
            continue
        root = next((known[m] for m in map(_mark, alert.references) if m in known), None)
        bulletin = _bulletin(alert, root, manner)
        rang = (root or "").endswith("!") or bool(bulletin and bulletin.phase)
        known[mark] = (root or mark).rstrip("!") + ("!" if rang else "")
        if bulletin:
            told.append(bulletin)
    return tuple(told), dict(list(known.items())[-MOST_KEPT:])


def _bulletin(alert: CapAlert, root: str | None, manner: Manner) -> Bulletin | None:
    info = _chosen(alert.infos, manner.language) or _NOTHING
    if not _is_worth(alert, info, root, manner.now):
        return None
    level = _level(info)
    phase = _phase(alert, info, root, manner.now)
    mark = _mark(alert.identity)
    chain = (root or mark).rstrip("!")
    return Bulletin(
        source=manner.source,
        key=dedup_keys.id_key(chain, phase, mark) if phase else mark,
        title=(info.headline or info.event or alert.type)[:LONGEST_TITLE],
        text="\n\n".join(filter(None, (info.description, info.instruction)))[:LONGEST_TEXT],
        url=info.web,
        lang=(info.language or "en-US")[:LONGEST_LANG],
        kind=Kind.ALERT if phase else Kind.NEWS,
        phase=phase,
        level=None if phase is Phase.CLEAR else level,
        # Two warnings of storm are two: each chain is an alert of its own.
        hazard=f"{_kind(info)}:{chain}" if phase else _kind(info),
        regions=_areas(alert.infos, info),
        published_at=alert.sent,
        expires_at=None if phase is Phase.CLEAR else _ends(alert, info),
        received_at=manner.now,
    )


def _kind(info: Info) -> str:
    return _HAZARDS.get(info.category, info.category.lower()[:_LONGEST_KIND]) or "alert"


def _chosen(infos: tuple[Info, ...], language: str) -> Info | None:
    """The one in the preferred language, else in English, else the first."""
    for wanted in (language.lower(), language.lower().partition("-")[0], "en"):
        for info in infos:
            if (info.language or "en-US").lower().startswith(wanted):
                return info
    return next(iter(infos), None)


def _is_worth(alert: CapAlert, info: Info, root: str | None, now: datetime) -> bool:
    """Whether it is meant for everybody and still of use."""
    if alert.status != "Actual" or alert.scope == "Private" or alert.type in _NO_WORD:
        return False
    if _is_over(alert, info):
        return root is not None
    ends = _ends(alert, info)
    return bool(info.headline or info.event) and (ends is None or ends > now)


def _phase(alert: CapAlert, info: Info, root: str | None, now: datetime) -> Phase | None:
    """None: it is news, too slight to wake anybody."""
    rang = root is not None and root.endswith("!")
    if _is_over(alert, info):
        return Phase.CLEAR if rang else None
    if rang:
        return Phase.UPDATE
    if _level(info) not in _RINGING:
        return None
    return Phase.WARNING if info.onset and info.onset > now else Phase.ACTIVE


def _is_over(alert: CapAlert, info: Info) -> bool:
    is_calm = _level(info) == "green"
    return alert.type == "Cancel" or "AllClear" in info.responses or is_calm


def _level(info: Info) -> str | None:
    if info.awareness is not None:
        return _COLOURS[info.awareness]
    return _BY_SEVERITY.get(info.severity)


def _ends(alert: CapAlert, info: Info) -> datetime | None:
    return info.expires or (alert.sent + _EXPIRES if alert.sent else None)


def _areas(infos: tuple[Info, ...], chosen: Info) -> tuple[str, ...]:
    """Of all parts in that language."""
    same = (info for info in infos if info.language == chosen.language)
    areas = dict.fromkeys(area[:LONGEST_REGION] for info in same for area in info.areas)
    return tuple(areas)[:_MOST_AREAS]


def _mark(identity: str) -> str:
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:20]
