"""Tables shared by Ukraine's alert services: regions, hazards and threats.

Region numbers are those of alerts.in.ua and of ukrainealarm.com, which differ only for Crimea.
"""

AIR_RAID = "air_raid"

MAX_STATE_VALUES = 500_000
"""Most values of JSON in a state. All 1,606 regions, each with the alerts of its raion and oblast
at two levels, have 90,000: such a night must not be refused. It is read in a thread."""

TEST_REGION = "0"
_CRIMEA = "29"
_REGION_ALIASES = {"9999": _CRIMEA}  # its number at ukrainealarm

PERMANENT_ALERTS = frozenset(
    (
        ("16", AIR_RAID),  # Luhansk oblast, active since 2022-04-04
        (_CRIMEA, AIR_RAID),  # Crimea, active since 2022-12-10
    )
)
"""Alerts without an end, by region and hazard: they are not published."""

FIRST_LEVEL_REGIONS = {
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
"""Names of the first-level regions, for answers that do not name them."""

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
"""Threat types of alerts.in.ua in words."""

HAZARD_TITLES = {
    AIR_RAID: ("Повітряна тривога", "Відбій повітряної тривоги"),
    "artillery_shelling": ("Загроза артобстрілу", "Відбій загрози артобстрілу"),
    "urban_fights": ("Загроза вуличних боїв", "Відбій загрози вуличних боїв"),
    "chemical": ("Хімічна загроза", "Відбій хімічної загрози"),
    "nuclear": ("Радіаційна загроза", "Відбій радіаційної загрози"),
}
"""Titles of an alert and of its all-clear, by hazard."""

HAZARDS = frozenset(HAZARD_TITLES)
"""Hazards with a title of their own."""


def normalize_region_id(number: str) -> str:
    """Return the region's number at alerts.in.ua."""
    return _REGION_ALIASES.get(number, number)
