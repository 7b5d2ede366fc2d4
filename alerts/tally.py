"""What a list of reports comes to by now: which alerts began, and which of them are not over."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.classification import Sign, read, sign
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader, Reading
from matching.topics.topics import Topics
from storage.inbound.bulletins import StoredBulletin

_NOWHERE: Mapping[str, frozenset[str]] = {"": frozenset(("",))}


@dataclass(frozen=True)
class Item:
    """A report as a list needs it, read once for all who get it."""

    stored: StoredBulletin
    reading: Reading
    sign: Sign
    topic: str | None  # name of the one it is listed under
    place: str | None  # code of the region it is listed under

    @property
    def at(self) -> datetime:
        return self.stored.published_at or self.stored.received_at

    @property
    def places(self) -> Mapping[str, frozenset[str]]:
        """Where an alert or its end is meant -> that and all around it."""
        named = self.reading.below or self.reading.above
        return {
            code: self.reading.above.get(code, frozenset((code,))) for code in named
        } or _NOWHERE


@dataclass(frozen=True)
class Reckoned:
    """What a list comes to."""

    alerts: int  # that began
    on: tuple[Item, ...]  # those of them of which no end is known
    others: tuple[Item, ...]  # what is neither an alert nor its end, and has not expired


def item(stored: StoredBulletin, reader: Reader, gazetteer: Gazetteer, topics: Topics) -> Item:
    """Reads a report."""
    reading = read(reader, stored)
    topic = next((name for name in topics.names if name in reading.topics), None)
    code = next(iter(reading.below or reading.above), None)
    place = None if code is None else _listed(code, gazetteer)
    return Item(stored, reading, sign(stored, reading), topic, place)


def reckon(items: Iterable[Item], now: datetime) -> Reckoned:
    """Follows each place from alert to all-clear. The same alert told twice is one."""
    began = 0
    on: dict[str, Item] = {}
    others = []
    for each in sorted(items, key=lambda each: (each.at, each.stored.id)):
        expired = each.stored.expires_at is not None and each.stored.expires_at <= now
        if each.sign is Sign.ALERT:
            new = each.places.keys() - on.keys()
            began += bool(new)
            if not expired:
                on |= dict.fromkeys(new, each)
        elif each.sign is Sign.CLEAR:
            on = {code: alert for code, alert in on.items() if not _ends(each, code, alert)}
        elif not expired:
            others.append(each)
    last = {alert.stored.id: alert for alert in on.values()}
    return Reckoned(began, tuple(last.values()), tuple(others))


def _ends(clear: Item, code: str, alert: Item) -> bool:
    """An all-clear ends the alerts of its places and of all inside them."""
    return not alert.places[code].isdisjoint(clear.places)


def _listed(code: str, gazetteer: Gazetteer) -> str:
    """The oblast a place lies in, where it does."""
    around = (code, *gazetteer.ancestors(code))
    return next((c for c in around if (r := gazetteer.get(c)) and r.kind == "oblast"), code)
