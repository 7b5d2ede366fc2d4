"""What Ukraine's alert services have in common: regions by number, hazards, threats, levels.

The numbers are those of alerts.in.ua and of ukrainealarm.com, which agree but for Crimea.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.sources.core import dedup_keys
from bot.sources.core.state_diff import Change
from storage.inbound.bulletins import Bulletin, Kind, Phase

AIR = "air_raid"

TEST_REGION = "0"
_CRIMEA = "29"
_OTHER_NUMBERS = {"9999": _CRIMEA}  # as ukrainealarm counts it

PERMANENT = frozenset(
    (
        ("16", AIR),  # Luhansk oblast, on since 2022-04-04
        (_CRIMEA, AIR),  # Crimea, on since 2022-12-10
    )
)
"""Alerts that never end, by region and hazard: they ring nobody."""

FIRST_LEVEL = {
    "3": "Хмельницька область",
    "4": "Вінницька область",
    "5": "Рівненська область",
    "8": "Волинська область",
    "9": "Дніпропетровська область",
    "10": "Житомирська область",
    "11": "Закарпатська область",
    "12": "Запорізька область",
    "13": "Івано-Франківська область",
    "14": "Київська область",
    "15": "Кіровоградська область",
    "16": "Луганська область",
    "17": "Миколаївська область",
    "18": "Одеська область",
    "19": "Полтавська область",
    "20": "Сумська область",
    "21": "Тернопільська область",
    "22": "Харківська область",
    "23": "Херсонська область",
    "24": "Черкаська область",
    "25": "Чернігівська область",
    "26": "Чернівецька область",
    "27": "Львівська область",
    "28": "Донецька область",
    "29": "Автономна Республіка Крим",
    "30": "м. Севастополь",
    "31": "м. Київ",
}
"""For an alert that is told of a part of the region alone, without the region's name."""

THREATS = {
    "tactic_aircraft_activity": "активність тактичної авіації",
    "strategic_aircraft_activity": "активність стратегічної авіації",
    "mig31k_departure": "зліт МіГ-31К",
    "ballistic_missiles": "балістичні ракети",
    "cruise_missiles": "крилаті ракети",
    "unspecified_missiles": "ракети",
    "drones": "безпілотники",
    "guided_aerial_bombs": "керовані авіабомби",
    "air_defense": "робота ППО",
    "unknown": "невідома загроза",
}
"""What alerts.in.ua calls what, in words."""

_STARTS = {
    AIR: ("Повітряна тривога", "Відбій повітряної тривоги"),
    "artillery_shelling": ("Загроза артобстрілу", "Відбій загрози артобстрілу"),
    "urban_fights": ("Загроза вуличних боїв", "Відбій загрози вуличних боїв"),
    "chemical": ("Хімічна загроза", "Відбій хімічної загрози"),
    "nuclear": ("Радіаційна загроза", "Відбій радіаційної загрози"),
}
_OTHER = ("Тривога", "Відбій тривоги")
HAZARDS = frozenset(_STARTS)

_TOPICS = {AIR: "air_alert", "artillery_shelling": "artillery", "nuclear": "nuclear"}
_LEVELS = {"red": "червоний", "yellow": "жовтий"}


def region_number(written: str) -> str:
    """The region's number as alerts.in.ua counts."""
    return _OTHER_NUMBERS.get(written, written)


def bulletins(source: str, changes: Iterable[Change], now: datetime) -> tuple[Bulletin, ...]:
    """What happened, in the words of the official services.

    Their regions are a number, its official name, and of a hromada the name of its raion: see
    `locating`.
    """
    return tuple(_bulletin(source, change, now) for change in changes)


def _bulletin(source: str, change: Change, now: datetime) -> Bulletin:
    alert, phase = change.alert, change.phase
    raised, over = _STARTS.get(alert.hazard, _OTHER)
    return Bulletin(
        source=source,
        key=_key(change, now),
        title=f"{over if phase is Phase.CLEAR else raised}: {alert.region}",
        text="\n".join(_lines(change)),
        lang="uk",
        kind=Kind.ALERT,
        phase=phase,
        level=None if phase is Phase.CLEAR else alert.level,
        hazard=alert.hazard,
        regions=tuple(filter(None, (alert.uid, alert.region, alert.within))),
        topics=_topics(change),
        published_at=_said_at(change),
        received_at=now,
    )


def _key(change: Change, now: datetime) -> str:
    """The time of the look is in it: a level may come back, and an alert that was gone too."""
    began = change.alert.since.isoformat(timespec="seconds") if change.alert.since else ""
    stable = f"{change.alert.id}@{began}"
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
    """Of an all-clear both: who follows the alerts wants to hear of the end."""
    over = "all_clear" if change.phase is Phase.CLEAR else None
    return tuple(topic for topic in (_TOPICS.get(change.alert.hazard), over) if topic)


def _said_at(change: Change) -> datetime | None:
    if change.phase is Phase.ACTIVE:
        return change.alert.since
    changed_at = change.alert.changed_at if change.phase is Phase.UPDATE else None
    began = change.alert.since
    # None: the service did not say. An old time would pass for old news.
    return changed_at if changed_at and (began is None or changed_at > began) else None
