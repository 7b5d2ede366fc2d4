"""Changes of quakes: new and revised ones, and their bulletins. Pure.

Small revisions are frequent. One is published if it matters: another magnitude, depth or place, the
next half magnitude, from which people often ask for quakes, or another alert level.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.sources.adapters.disasters.quake import Quake
from bot.sources.core import dedup_keys
from bot.sources.parsing.sanitize import MAX_TITLE_LENGTH
from matching.places.discs import distance_km
from matching.topics.hazards import hazard_tree
from storage.inbound.bulletins import Bulletin, Kind

_MIN_REMEMBERED = 2000

_MIN_MAGNITUDE_CHANGE = 0.3
_MIN_DEPTH_CHANGE_KM = 30
_MIN_SHIFT_KM = 50
_CALM_LEVELS = {"green", ""}  # PAGER confirms what people assume without it
_ALERT_LEVELS = frozenset(("orange", "red"))  # PAGER levels with many casualties
_EARTHQUAKE = "earthquake"

ReportedQuakes = Sequence[Mapping[str, Any]]
"""`ids`, `magnitude`, `alert`, `depth` and `point` of each reported quake, least recent first.

JSON in a cursor. Older cursors have neither depth nor point.
"""


def diff_quakes(
    quakes: Sequence[Quake], reported: ReportedQuakes
) -> tuple[list[tuple[Quake, bool]], ReportedQuakes]:
    """Return the quakes to report, each with True for an update, and what is reported then."""
    changes: list[tuple[Quake, bool]] = []
    remembered = dict(enumerate(reported))
    numbers = {id_: number for number, item in remembered.items() for id_ in item["ids"]}
    for number, quake in enumerate(quakes, start=len(remembered)):
        last = next((numbers[id_] for id_ in quake.ids if id_ in numbers), None)
        before = None if last is None else remembered.pop(last)
        is_changed = before is None or _is_revised(quake, before)
        if is_changed:
            changes.append((quake, before is not None))
        remembered[number] = _to_reported(quake, before, is_changed=is_changed)
        numbers.update(dict.fromkeys(remembered[number]["ids"], number))
    # As many as the page has, so that none of its quakes is new again.
    return changes, [*remembered.values()][-max(_MIN_REMEMBERED, len(quakes)) :]


def to_bulletins(
    source: str, changes: Iterable[tuple[Quake, bool]], now: datetime
) -> tuple[Bulletin, ...]:
    """Return the bulletins of the changes that `diff_quakes` found."""
    return tuple(_bulletin(source, quake, now, is_update=update) for quake, update in changes)


def _to_reported(
    quake: Quake, before: Mapping[str, Any] | None, *, is_changed: bool
) -> dict[str, Any]:
    """Return all ids that the quake ever had, and its last reported values."""
    point = None if quake.latitude is None else [quake.latitude, quake.longitude]
    values = {
        "magnitude": quake.magnitude,
        "alert": quake.alert,
        "depth": quake.depth_km,
        "point": point,
    }
    if before is None:
        return {"ids": list(quake.ids), **values}
    ids = list(dict.fromkeys((*quake.ids, *before["ids"])))
    return {**values, **({} if is_changed else before), "ids": ids}


def _is_revised(quake: Quake, before: Mapping[str, Any]) -> bool:
    if (before["magnitude"] is None) != (quake.magnitude is None):
        return True
    if quake.alert != before["alert"] and {quake.alert, before["alert"]} != _CALM_LEVELS:
        return True
    return (
        _is_rescaled(quake.magnitude, before["magnitude"])
        or _differ(quake.depth_km, before.get("depth"), _MIN_DEPTH_CHANGE_KM)
        or _is_moved(quake, before.get("point"))
    )


def _is_rescaled(current: float | None, previous: float | None) -> bool:
    if current is None or previous is None:
        return False
    has_risen = math.floor(current * 2 + 1e-9) > math.floor(previous * 2 + 1e-9)
    return has_risen or _differ(current, previous, _MIN_MAGNITUDE_CHANGE)


def _is_moved(quake: Quake, point: Sequence[float] | None) -> bool:
    if not point or quake.latitude is None or quake.longitude is None:
        return False
    before, now = (point[0], point[1]), (quake.latitude, quake.longitude)
    return before != now and distance_km(before, now) >= _MIN_SHIFT_KM


def _differ(current: float | None, previous: float | None, least: float) -> bool:
    if current is None or previous is None:
        return False
    return abs(current - previous) >= least - 1e-9


def _bulletin(source: str, quake: Quake, now: datetime, *, is_update: bool) -> Bulletin:
    id_ = quake.ids[0]
    hazard = _hazard(quake)
    return Bulletin(
        source=source,
        key=_revision_key(id_, quake) if is_update else dedup_keys.id_key(id_, None),
        title=quake.title[:MAX_TITLE_LENGTH],
        text=" ".join(_lines(quake, hazard)),
        url=quake.url,
        lang="en",
        kind=Kind.ALERT if quake.alert in _ALERT_LEVELS else Kind.NEWS,
        level=quake.alert or None,
        hazard=hazard,
        latitude=quake.latitude,
        longitude=quake.longitude,
        magnitude=quake.magnitude,
        depth_km=quake.depth_km,
        published_at=quake.updated_at if is_update else quake.occurred_at,
        received_at=now,
    )


def _revision_key(id_: str, quake: Quake) -> str:
    """Return a key that every revision has for itself."""
    values = (quake.magnitude, quake.depth_km, quake.latitude, quake.longitude)
    written = ("" if value is None else f"{value:.1f}" for value in values)
    return dedup_keys.revision_key(id_, quake.alert, *written)


def _hazard(quake: Quake) -> str:
    """Return the hazard: catalogues list blasts and eruptions, too."""
    if not quake.kind or "quake" in quake.kind.lower():
        return _EARTHQUAKE
    return next(iter(hazard_tree().find_in_event(quake.kind)), _EARTHQUAKE)


def _lines(quake: Quake, hazard: str) -> Iterator[str]:
    """Yield the sentences of the text; the title does not say that it is an earthquake."""
    name = hazard.capitalize()
    yield name + (f", depth {quake.depth_km:.0f} km." if quake.depth_km is not None else ".")
    if quake.has_tsunami_flag:
        yield "See tsunami warnings."
