"""Bulletin classification: news, warning, alert or all-clear."""

from enum import Enum

from matching.reader import Reader, Reading
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
AIR_HAZARDS = frozenset(("air_raid", "air", "air_alert", "drone", "missile", "ballistic", "rocket"))
"""Hazards of an air raid, as sources name them, in lower case."""

_TOPIC_BY_HAZARD = {
    **dict.fromkeys(AIR_HAZARDS, "air_alert"),
    "artillery_shelling": "artillery",
    "nuclear": "nuclear",
}
_IS_ALERT_BY_KIND = {Kind.ALERT: True, Kind.NEWS: False, None: None}


def read_bulletin(reader: Reader, bulletin: Bulletin) -> Reading:
    """Return the reading of a bulletin, with the facts that its source declares."""
    return reader.read(
        bulletin.title,
        bulletin.text,
        source=bulletin.source,
        regions=bulletin.regions,
        topics=(*bulletin.topics, *_declared_topics(bulletin)),
        is_alert=True if bulletin.phase else _IS_ALERT_BY_KIND[bulletin.kind],
    )


def is_alert(reader: Reader, bulletin: Bulletin) -> bool:
    """Return whether read_bulletin() finds an alert, much faster for most bulletins without one."""
    if bulletin.phase:
        return True
    declared = _IS_ALERT_BY_KIND[bulletin.kind]
    if declared is not None:
        return declared
    return reader.is_alert(
        bulletin.title, bulletin.text, source=bulletin.source, topics=bulletin.topics
    )


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


def _declared_topics(bulletin: Bulletin) -> tuple[str, ...]:
    """Return the topics of a declared hazard. The end of an air raid has two, as in texts."""
    if not is_declared_alert(bulletin):
        return ()
    topic = _TOPIC_BY_HAZARD.get((bulletin.hazard or "").lower())
    is_air_raid_end = bulletin.phase is Phase.CLEAR and topic == "air_alert"
    return tuple(filter(None, (topic, "all_clear" if is_air_raid_end else None)))
