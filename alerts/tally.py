"""Tally of a list of bulletins: alerts that began, alerts still active, and other news. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from alerts.classification import BulletinClass, classify
from matching.places.gazetteer import Gazetteer
from matching.reader import Reading
from matching.topics.hazards import AIR
from matching.topics.topics import Topics
from storage.inbound.bulletins import StoredBulletin

_NOWHERE: Mapping[str, frozenset[str]] = {"": frozenset(("",))}


@dataclass(frozen=True)
class TallyItem:
    """Bulletin of a list, read once for all of the list's recipients."""

    bulletin: StoredBulletin
    reading: Reading
    bulletin_class: BulletinClass
    topic: str | None  # name of the topic that it is listed under
    region: str | None  # code of the region that it is listed under

    @property
    def reported_at(self) -> datetime:
        """Return the time by the source's clock, else of its receipt."""
        return self.bulletin.issued_at

    @property
    def affected_regions(self) -> Mapping[str, frozenset[str]]:
        """Map each region of the alert or all-clear to itself and its ancestors."""
        codes = self.reading.affected_subtrees or self.reading.ancestors
        return {
            code: self.reading.ancestors.get(code, frozenset((code,))) for code in codes
        } or _NOWHERE


@dataclass(frozen=True)
class Tally:
    """Result of a tally."""

    alert_count: int  # alerts that began
    active: tuple[TallyItem, ...]  # of these: without an all-clear so far, and not expired
    news: tuple[TallyItem, ...]  # neither alert nor all-clear, and not expired


def item_of(
    stored: StoredBulletin, reading: Reading, gazetteer: Gazetteer, topics: Topics
) -> TallyItem:
    """Classify a bulletin for a list, with its reading at hand."""
    # The broad topic of a group in a list, but missiles and drones rather than air threats.
    names = [name for name in topics.names if name in reading.topics]
    topic = min(names, key=lambda name: name == AIR, default=None)
    code = next(iter(reading.affected_subtrees or reading.ancestors), None)
    region = None if code is None else _oblast(code, gazetteer)
    return TallyItem(stored, reading, classify(stored, reading), topic, region)


def tally(items: Iterable[TallyItem], now: datetime) -> Tally:
    """Follow each region from alert to all-clear. A repeated alert counts once."""
    alert_count = 0
    active: dict[str, TallyItem] = {}
    news = []
    for item in sorted(items, key=lambda item: (item.reported_at, item.bulletin.id)):
        is_expired = item.bulletin.expires_at is not None and item.bulletin.expires_at <= now
        if item.bulletin_class is BulletinClass.ALERT:
            new_regions = item.affected_regions.keys() - active.keys()
            alert_count += bool(new_regions)
            if not is_expired:
                active |= dict.fromkeys(new_regions, item)
        elif item.bulletin_class is BulletinClass.CLEAR:
            active = {
                code: alert for code, alert in active.items() if not _resolves(item, code, alert)
            }
        elif not is_expired:
            news.append(item)
    by_bulletin = {alert.bulletin.id: alert for alert in active.values()}
    return Tally(alert_count, tuple(by_bulletin.values()), tuple(news))


def _resolves(clear: TallyItem, code: str, alert: TallyItem) -> bool:
    """Return whether an all-clear ends an alert: it does in its regions and all inside them."""
    return not alert.affected_regions[code].isdisjoint(clear.affected_regions)


def _oblast(code: str, gazetteer: Gazetteer) -> str:
    """Return the oblast that contains the region, else the region itself."""
    path = (code, *gazetteer.ancestors(code))
    return next((c for c in path if (r := gazetteer.get(c)) and r.kind == "oblast"), code)
