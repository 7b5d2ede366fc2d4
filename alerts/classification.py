"""Bulletin classification: news, warning, alert or all-clear."""

import asyncio
import time
from enum import Enum
from typing import TypeVar

from matching.query.properties import DEPTH, LEVEL, MAGNITUDE, level_rank
from matching.reader import Reader, Reading
from matching.steps import Steps, complete
from matching.topics.hazards import AIR, hazard_tree
from storage.inbound.bulletins import Bulletin, Kind, Phase


class BulletinClass(Enum):
    """Class of a bulletin. Its value is the marker shown to readers."""

    NEWS = ""
    WARNING = "🟡"
    ALERT = "🔴"
    CLEAR = "🟢"


_BY_PHASE = {
    Phase.WARNING: BulletinClass.WARNING,
    Phase.ACTIVE: BulletinClass.ALERT,
    Phase.UPDATE: BulletinClass.ALERT,
    Phase.CLEAR: BulletinClass.CLEAR,
}
_HAZARDS = hazard_tree()
_T = TypeVar("_T")
_STEP_SECONDS = 0.004
_ACTIVE_PHASES = (Phase.ACTIVE, Phase.UPDATE)
_IS_ALERT_BY_KIND = {Kind.ALERT: True, Kind.NEWS: False, None: None}


def read_bulletin(reader: Reader, bulletin: Bulletin) -> Reading:
    """Return the reading of a bulletin, with the facts that its source declares.

    A long text holds the event loop: a coroutine uses `read_in_steps`.
    """
    return complete(_read(reader, bulletin))


async def read_in_steps(reader: Reader, bulletin: Bulletin) -> Reading:
    """Return what `read_bulletin` does; other tasks run in between if the text is long."""
    return await _run_in_steps(_read(reader, bulletin))


async def is_alert(reader: Reader, bulletin: Bulletin) -> bool:
    """Return whether read_bulletin() finds an alert, much faster for most bulletins without one."""
    if bulletin.phase:
        return True
    declared = _IS_ALERT_BY_KIND[bulletin.kind]
    if declared is not None:
        return declared
    steps = reader.is_alert_in_steps(
        bulletin.title,
        bulletin.text,
        source=bulletin.source,
        topics=bulletin.topics,
        hazards=_declared_hazards(bulletin),
    )
    return await _run_in_steps(steps)


def _read(reader: Reader, bulletin: Bulletin) -> Steps[Reading]:
    return reader.read_in_steps(
        bulletin.title,
        bulletin.text,
        source=bulletin.source,
        regions=bulletin.regions,
        topics=(*bulletin.topics, *_declared_topics(bulletin)),
        hazards=_declared_hazards(bulletin),
        is_alert=True if bulletin.phase else _IS_ALERT_BY_KIND[bulletin.kind],
        is_active=bulletin.phase in _ACTIVE_PHASES if bulletin.phase else None,
        measures=_measures(bulletin),
        point=_point(bulletin),
    )


def _measures(bulletin: Bulletin) -> dict[str, float]:
    """Return the properties of a bulletin that queries compare."""
    values = {
        LEVEL: level_rank(bulletin.level),
        MAGNITUDE: bulletin.magnitude,
        DEPTH: bulletin.depth_km,
    }
    return {name: value for name, value in values.items() if value is not None}


def _point(bulletin: Bulletin) -> tuple[float, float] | None:
    if bulletin.latitude is None or bulletin.longitude is None:
        return None
    return bulletin.latitude, bulletin.longitude


async def _run_in_steps(steps: Steps[_T]) -> _T:
    """Do the work; let other tasks run whenever it has taken some milliseconds."""
    started = time.monotonic()
    while True:
        try:
            next(steps)
        except StopIteration as stop:
            result: _T = stop.value
            return result
        if time.monotonic() - started > _STEP_SECONDS:
            await asyncio.sleep(0)
            started = time.monotonic()


def classify(bulletin: Bulletin, reading: Reading) -> BulletinClass:
    """Classify a bulletin by the phase that its source declares, else by its text."""
    if bulletin.phase:
        return _BY_PHASE[bulletin.phase]
    if not reading.is_alert:
        return BulletinClass.NEWS
    # A text with both, as in "stay below until the all clear", is an alert: the safe choice.
    is_clear = "all_clear" in reading.topics and "air_alert" not in reading.topics
    return BulletinClass.CLEAR if is_clear else BulletinClass.ALERT


def has_unplaced_areas(reading: Reading) -> bool:
    """Return whether a source names areas that cannot be placed, and no other place is known."""
    return reading.is_unplaced and bool(reading.unknown_regions)


def is_declared_alert(bulletin: Bulletin) -> bool:
    """Return whether the fields of a bulletin declare an alert, whatever its text says."""
    return bulletin.phase is not None or bulletin.kind is Kind.ALERT


def _declared_hazards(bulletin: Bulletin) -> tuple[str, ...]:
    """Return the declared hazard and the threats among the topics; nothing without a hazard."""
    hazard = _HAZARDS.find_name(bulletin.hazard or "")
    if hazard is None:
        return ()
    return (hazard, *filter(_is_hazard, bulletin.topics))


def _is_hazard(topic: str) -> bool:
    hazard = _HAZARDS.get(topic)
    return hazard is not None and not hazard.is_subject


def _declared_topics(bulletin: Bulletin) -> tuple[str, ...]:
    """Return the topics of a declared air raid. Its end has two, as in texts."""
    hazard = _HAZARDS.find_name(bulletin.hazard or "")
    is_air_raid = hazard is not None and _HAZARDS.is_within(hazard, AIR)
    if not (is_air_raid and is_declared_alert(bulletin)):
        return ()
    return ("air_alert", "all_clear") if bulletin.phase is Phase.CLEAR else ("air_alert",)
