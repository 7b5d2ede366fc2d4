"""CAP alerts to bulletins: selects the alerts to publish and tracks their chains. Pure."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.sources.adapters.cap.parser import CapAlert, Info
from bot.sources.core import dedup_keys
from bot.sources.parsing.sanitize import (
    MAX_LANG_LENGTH,
    MAX_REGION_LENGTH,
    MAX_TEXT_LENGTH,
    MAX_TITLE_LENGTH,
)
from storage.inbound.bulletins import Bulletin, Kind, Phase

MAX_REMEMBERED = 5000
_MAX_AREAS = 200

_DEFAULT_LIFETIME = timedelta(days=1)  # if the alert does not say
_IGNORED_TYPES = frozenset(("Ack", "Error"))
_COLOURS = {1: "green", 2: "yellow", 3: "orange", 4: "red"}
_SEVERITY_LEVELS = {"Extreme": "red", "Severe": "orange", "Moderate": "yellow"}
_ALERT_LEVELS = frozenset(("orange", "red"))
_HAZARDS = {"Met": "weather", "Geo": "quake", "CBRNE": "chemical"}
_MAX_HAZARD_LENGTH = 40

_EMPTY_INFO = Info(
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
"""Stands in for the missing info of a cancellation."""

ChainRoots = Mapping[str, str]
"""Hash of a chain's first alert by the hash of each of its alerts, least recent first.

A `!` follows where the chain was published as an alert. JSON inside a cursor.
"""


@dataclass(frozen=True)
class ConversionContext:
    """Source name, preferred language and time of a conversion."""

    source: str
    language: str  # "en", "it-IT"
    now: datetime


def to_bulletins(
    alerts: Iterable[CapAlert], remembered: ChainRoots, context: ConversionContext
) -> tuple[tuple[Bulletin, ...], ChainRoots]:
    """Return the bulletins of new alerts, oldest first, and the chain roots to remember."""
    roots = dict(remembered)
    bulletins = []
    for alert in sorted(alerts, key=lambda alert: (alert.sent is not None, alert.sent)):
        hash_ = _identity_hash(alert.identity)
        if hash_ in roots:
            continue
        root = next((roots[h] for h in map(_identity_hash, alert.references) if h in roots), None)
        bulletin = _bulletin(alert, root, context)
        is_alert = _was_alert(root) or bool(bulletin and bulletin.phase)
        roots[hash_] = (root or hash_).rstrip("!") + ("!" if is_alert else "")
        if bulletin:
            bulletins.append(bulletin)
    return tuple(bulletins), dict(list(roots.items())[-MAX_REMEMBERED:])


def _bulletin(alert: CapAlert, root: str | None, context: ConversionContext) -> Bulletin | None:
    info = _choose_info(alert.infos, context.language) or _EMPTY_INFO
    if not _is_publishable(alert, info, root, context.now):
        return None
    level = _level(info)
    phase = _phase(alert, info, root, context.now)
    hash_ = _identity_hash(alert.identity)
    chain = (root or hash_).rstrip("!")
    return Bulletin(
        source=context.source,
        key=dedup_keys.id_key(chain, phase, hash_) if phase else hash_,
        title=(info.headline or info.event or alert.type)[:MAX_TITLE_LENGTH],
        text="\n\n".join(filter(None, (info.description, info.instruction)))[:MAX_TEXT_LENGTH],
        url=info.web,
        lang=(info.language or "en-US")[:MAX_LANG_LENGTH],
        kind=Kind.ALERT if phase else Kind.NEWS,
        phase=phase,
        level=None if phase is Phase.CLEAR else level,
        # Each chain is an alert of its own: two storm warnings stay two.
        hazard=f"{_hazard(info)}:{chain}" if phase else _hazard(info),
        regions=_areas(alert.infos, info),
        published_at=alert.sent,
        expires_at=None if phase is Phase.CLEAR else _expires_at(alert, info),
        received_at=context.now,
    )


def _hazard(info: Info) -> str:
    return _HAZARDS.get(info.category, info.category.lower()[:_MAX_HAZARD_LENGTH]) or "alert"


def _choose_info(infos: tuple[Info, ...], language: str) -> Info | None:
    """Return the info in the preferred language, else in English, else the first."""
    for prefix in (language.lower(), language.lower().partition("-")[0], "en"):
        for info in infos:
            if (info.language or "en-US").lower().startswith(prefix):
                return info
    return next(iter(infos), None)


def _is_publishable(alert: CapAlert, info: Info, root: str | None, now: datetime) -> bool:
    """Return True for an actual public alert that has not expired, or the end of a known one."""
    if alert.status != "Actual" or alert.scope == "Private" or alert.type in _IGNORED_TYPES:
        return False
    if _is_all_clear(alert, info):
        return root is not None
    expires_at = _expires_at(alert, info)
    return bool(info.headline or info.event) and (expires_at is None or expires_at > now)


def _phase(alert: CapAlert, info: Info, root: str | None, now: datetime) -> Phase | None:
    """Return the phase; None for news, which is too minor for an alert."""
    if _is_all_clear(alert, info):
        return Phase.CLEAR if _was_alert(root) else None
    if _was_alert(root):
        return Phase.UPDATE
    if _level(info) not in _ALERT_LEVELS:
        return None
    return Phase.WARNING if info.onset and info.onset > now else Phase.ACTIVE


def _was_alert(root: str | None) -> bool:
    """Return True if the chain was published as an alert."""
    return root is not None and root.endswith("!")


def _is_all_clear(alert: CapAlert, info: Info) -> bool:
    is_green = _level(info) == "green"
    return alert.type == "Cancel" or "AllClear" in info.responses or is_green


def _level(info: Info) -> str | None:
    if info.awareness is not None:
        return _COLOURS[info.awareness]
    return _SEVERITY_LEVELS.get(info.severity)


def _expires_at(alert: CapAlert, info: Info) -> datetime | None:
    return info.expires or (alert.sent + _DEFAULT_LIFETIME if alert.sent else None)


def _areas(infos: tuple[Info, ...], chosen: Info) -> tuple[str, ...]:
    """Return the areas of all infos in the chosen language."""
    same_language = (info for info in infos if info.language == chosen.language)
    areas = dict.fromkeys(area[:MAX_REGION_LENGTH] for info in same_language for area in info.areas)
    return tuple(areas)[:_MAX_AREAS]


def _identity_hash(identity: str) -> str:
    return hashlib.sha256(identity.encode("utf-8", "replace")).hexdigest()[:20]
