"""Inhibition: no second notification while a related alert is active. Pure.

Alerts nest: an oblast's alert holds in each of its raions, and who watches an oblast gets the
alerts of all of them. A subscriber gets one notification, not two, if they already have one of an
active alert of the same hazard

- for a region that contains the alert's region;
- for a part of it, if they watch only that part of it, or all of it;
- for a neighbour, if they watch all of the smallest region that contains both.

A subscriber who watches two raions one by one is notified of each.
"""

from collections.abc import Iterable

from pyroaring import BitMap

from alerts.active_alerts import ActiveAlert, Audience
from alerts.extraction import exclude, widen_to
from alerts.region_hierarchy import RegionHierarchy
from alerts.severity import is_more_severe
from matching.index.index import Index, Matches
from matching.places.gazetteer import Gazetteer
from matching.reader import Reading


class Inhibitor:
    """Decides which subscribers a related alert has informed already."""

    def __init__(self, hierarchy: RegionHierarchy, gazetteer: Gazetteer, index: Index) -> None:
        self._hierarchy = hierarchy
        self._gazetteer = gazetteer
        self._index = index

    def audience(
        self,
        alert: ActiveAlert,
        reading: Reading,
        matches: Matches,
        alerts: Iterable[ActiveAlert],
        opted_out: BitMap,
    ) -> Audience:
        """Return the audience that a report adds to an alert.

        `reading` is of the alert's region only, `matches` are the index's for it. `opted_out` chose
        no updates: a more severe alert does not notify them if a related one has.
        """
        members = matches.push - alert.notified
        related = [other for other in alerts if self._is_related(alert, other)]
        linked, inhibited = BitMap(), BitMap()
        for other in related:
            if common := members & other.notified:
                link = common & self._linked(alert.incident.region, other, related, reading)
                linked |= link
                inhibited |= link if _informs_enough(other, alert) else link & opted_out
        return Audience(
            members=members,
            to_notify=members - inhibited,
            linked=linked,
            silent=matches.silent & members,
        )

    def continuing(
        self, alert: ActiveAlert, alerts: Iterable[ActiveAlert]
    ) -> list[tuple[ActiveAlert, BitMap]]:
        """Return the related alerts, each with the subscribers for whom both are one alert.

        For these subscribers the alert lasts as long as the related one is active.
        """
        continuing = []
        for other in alerts:
            if other is alert or other.incident.hazard != alert.incident.hazard:
                continue
            region, other_region = alert.incident.region, other.incident.region
            if self._hierarchy.common_region(region, other_region) is None:
                continue
            common = alert.notified & other.notified
            if common and not self._is_nested(region, other_region):
                common &= alert.linked | other.linked
            if common:
                continuing.append((other, common))
        return continuing

    def inhibited(self, alert: ActiveAlert, alerts: Iterable[ActiveAlert]) -> BitMap:
        """Return the subscribers whom a related alert, at least as severe, informs already."""
        return BitMap().union(
            *(
                subscribers
                for other, subscribers in self.continuing(alert, alerts)
                if _informs_enough(other, alert)
            )
        )

    def _is_related(self, alert: ActiveAlert, other: ActiveAlert) -> bool:
        if other is alert or other.incident.hazard != alert.incident.hazard or not other.notified:
            return False
        common = self._hierarchy.common_region(alert.incident.region, other.incident.region)
        return common is not None

    def _is_nested(self, first: str, second: str) -> bool:
        contains = self._hierarchy.contains
        return contains(first, second) or contains(second, first)

    def _linked(
        self, region: str, other: ActiveAlert, related: Iterable[ActiveAlert], reading: Reading
    ) -> BitMap:
        """Return the subscribers for whom an alert in `region` and `other` are one alert."""
        common = self._hierarchy.common_region(region, other.incident.region)
        if common is None or common == other.incident.region:
            return other.notified
        whole_region = widen_to(reading, common, self._gazetteer.ancestors(common))
        watch_all = self._index.match(whole_region)
        watchers = watch_all.push
        if common != region:
            return watchers
        regions = [alert.incident.region for alert in related]
        parts = [part for part in regions if self._hierarchy.contains(region, part)]
        remainder = exclude(reading, region, map(self._gazetteer.subtree, parts))
        watch_remainder = self._index.match(remainder)
        return watchers | (other.notified - watch_remainder.push)


def _informs_enough(other: ActiveAlert, alert: ActiveAlert) -> bool:
    """Return whether `other` is known to be active and at least as severe as `alert`."""
    return other.is_state_known and not is_more_severe(alert.incident, other.incident)
