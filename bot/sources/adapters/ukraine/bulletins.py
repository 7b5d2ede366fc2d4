"""Changes of Ukraine's air alerts to bulletins. Pure."""

from collections.abc import Iterable
from datetime import datetime

from bot.sources.adapters.ukraine.service_tables import AIR_RAID, HAZARD_TITLES
from bot.sources.core import dedup_keys
from bot.sources.core.state_diff import Change
from storage.inbound.bulletins import Bulletin, Kind, Phase

_DEFAULT_TITLES = ("Тривога", "Відбій тривоги")
_TOPICS = {AIR_RAID: "air_alert", "artillery_shelling": "artillery", "nuclear": "nuclear"}
_MAX_LEVEL_LENGTH, _MAX_HAZARD_LENGTH = 16, 64  # of the database; new words may be longer
_LEVELS = {"red": "червоний", "yellow": "жовтий"}


def to_bulletins(source: str, changes: Iterable[Change], now: datetime) -> tuple[Bulletin, ...]:
    """Return the changes as bulletins, in the wording of the official services.

    Their regions are the number, the official name and for a hromada the name of its raion: see
    `region_resolver`.
    """
    return tuple(_bulletin(source, change, now) for change in changes)


def _bulletin(source: str, change: Change, now: datetime) -> Bulletin:
    alert, phase = change.alert, change.phase
    alert_title, clear_title = HAZARD_TITLES.get(alert.hazard, _DEFAULT_TITLES)
    return Bulletin(
        source=source,
        key=_key(change, now),
        title=f"{clear_title if phase is Phase.CLEAR else alert_title}: {alert.region}",
        text="\n".join(_lines(change)),
        lang="uk",
        kind=Kind.ALERT,
        phase=phase,
        level=None if phase is Phase.CLEAR else alert.level and alert.level[:_MAX_LEVEL_LENGTH],
        hazard=alert.hazard.replace(":", " ")[:_MAX_HAZARD_LENGTH],  # a colon would mark an id
        regions=tuple(filter(None, (alert.uid, alert.region, alert.within))),
        topics=_topics(change),
        published_at=_published_at(change),
        received_at=now,
    )


def _key(change: Change, now: datetime) -> str:
    """Return a key with the poll's time: a level or an alert may come back."""
    since = change.alert.since.isoformat(timespec="seconds") if change.alert.since else ""
    stable = f"{change.alert.id}@{since}"
    return dedup_keys.id_key(stable, change.phase, change.alert.level or "", now.isoformat())


def _lines(change: Change) -> Iterable[str]:
    alert = change.alert
    if alert.within:
        yield f"{alert.within}."
    if change.phase is Phase.CLEAR:
        return
    if alert.level:
        yield f"Рівень: {_LEVELS.get(alert.level, alert.level)}."
    if alert.threats:
        yield f"Загрози: {', '.join(alert.threats)}."
    yield from alert.remarks


def _topics(change: Change) -> tuple[str, ...]:
    """Return the topics; an all-clear keeps the alert's topic for its subscribers."""
    is_clear = change.phase is Phase.CLEAR
    topics = ("all_clear",) if is_clear else change.alert.topics
    return tuple(filter(None, (_TOPICS.get(change.alert.hazard), *topics)))


def _published_at(change: Change) -> datetime | None:
    if change.phase is Phase.ACTIVE:
        return change.alert.since
    changed_at = change.alert.changed_at if change.phase is Phase.UPDATE else None
    since = change.alert.since
    # None if the service gives no time: an old time would pass for old news.
    return changed_at if changed_at and (since is None or changed_at > since) else None
