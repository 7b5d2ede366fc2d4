"""Whether a bulletin warns, rings, clears or just tells: what marks it to a reader's eye."""

from enum import Enum

from matching.reader import Reader, Reading
from storage.inbound.bulletins import Bulletin, Kind, Phase


class Sign(Enum):
    """What a bulletin is to somebody who only glances at it."""

    NEWS = ""
    WARNING = "🟡"
    ALERT = "🔴"
    CLEAR = "🟢"


_BY_PHASE = {
    Phase.WARNING: Sign.WARNING,
    Phase.ACTIVE: Sign.ALERT,
    Phase.UPDATE: Sign.ALERT,
    Phase.CLEAR: Sign.CLEAR,
}
OF_AIR = frozenset(("air_raid", "air", "air_alert", "drone", "missile", "ballistic", "rocket"))
"""Hazards that are an air raid, as sources write them in small letters."""

_BY_HAZARD = {
    **dict.fromkeys(OF_AIR, "air_alert"),
    "artillery_shelling": "artillery",
    "nuclear": "nuclear",
}
_BY_KIND = {Kind.ALERT: True, Kind.NEWS: False, None: None}


def read(reader: Reader, bulletin: Bulletin) -> Reading:
    """What the matcher knows of a stored bulletin."""
    return reader.read(
        bulletin.title,
        bulletin.text,
        source=bulletin.source,
        regions=bulletin.regions,
        topics=(*bulletin.topics, *_declared(bulletin)),
        alert=True if bulletin.phase else _BY_KIND[bulletin.kind],
    )


def is_alert(reader: Reader, bulletin: Bulletin) -> bool:
    """Whether read() finds an alert, in a fraction of its time for most of what is none."""
    if bulletin.phase:
        return True
    known = _BY_KIND[bulletin.kind]
    if known is not None:
        return known
    return reader.is_alert(
        bulletin.title, bulletin.text, source=bulletin.source, topics=bulletin.topics
    )


def sign(bulletin: Bulletin, reading: Reading) -> Sign:
    """By the phase the source gave, else by what the text says."""
    if bulletin.phase:
        return _BY_PHASE[bulletin.phase]
    if not reading.alert:
        return Sign.NEWS
    # What speaks of both, as in "stay below until the all clear", is an alert to be safe.
    over = "all_clear" in reading.topics and "air_alert" not in reading.topics
    return Sign.CLEAR if over else Sign.ALERT


def is_declared(bulletin: Bulletin) -> bool:
    """Whether its source says in so many fields that it is an alert, whatever its text says."""
    return bulletin.phase is not None or bulletin.kind is Kind.ALERT


def _declared(bulletin: Bulletin) -> tuple[str, ...]:
    """The topics of an alert that its hazard says; of the end of one of air both, as texts do."""
    if not is_declared(bulletin):
        return ()
    topic = _BY_HAZARD.get((bulletin.hazard or "").lower())
    over = "all_clear" if bulletin.phase is Phase.CLEAR and topic == "air_alert" else None
    return tuple(filter(None, (topic, over)))
