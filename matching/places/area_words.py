"""Area words: the words around a name in a warning, such as Kanton, Județul, North East."""

import re
from dataclasses import dataclass

_OF = r"(?: (?:de la|della|do|da|dos|de los|di|de|du|des|del|of))?"
_CITY_WORDS = (
    r"[mмг]\.\s*|(?:(?:freie )?(?:und )?(?:kreisfreie |landeshaupt|hanse)?stadt|(?:the )?city of"
    r"|town of|ville de|commune de|città di|comune di|ciudad(?: autónoma)? de|miasto(?: stołeczne)?"
    r"|gmina(?: miejska)?|powiat(?: miasto| m\.(?: ?st\.)?)?|hlavní město|město|місто|город"
    r"|municip(?:io|alité|ality|iul|iului|ality) (?:of|de|di)|município de|gemeinde"
    r"|città metropolitana di|regi[oó]n metropolitana de|região metropolitana d[eo]"
    r"|metropolitan (?:city|area) of|metro|greater"
    r"|(?:land)?kreis(?: und stadt)?|stadt und (?:land)?kreis|lk)\s+"
)
_REGION_WORDS = (
    r"(?:bundesland|land|freistaat|kanton|canton{of}|cantone{of}"
    r"|prov(?:incia|ince)(?: autonoma| autónoma)?{of}"
    r"|comunidad(?: autónoma| foral)?{of}|principado{of}|state of|estado{of}|county of"
    r"|województwo|woj\.|jude[țţt]ul|vármegye|okres|kraj|maakunta"
    r"|regi(?:on|one|ón|ão)(?: autónoma| autonoma)?{of}|d[eé]partement{of}|departamento{of})\s+"
).replace("{of}", _OF)
_REGION_ENDINGS = (
    r"\s+(?:(?:vár)?megye|l[aä]n|fylke|kraj|apskritis|novads|maakond|prefecture|province|county"
    r"|voivodeship|district|region|governorate)"
)
_UNIT_WORDS = re.compile(
    rf"(?:{_CITY_WORDS})(?P<city>.+)|{_REGION_WORDS}(?P<region>.+)|(?P<ended>.+?){_REGION_ENDINGS}",
    re.IGNORECASE,
)
# North East England, Toscana Nord: somewhere in the region.
_DIRECTIONS = (
    r"north|south|east|west|northern|southern|eastern|western|central|mid|coastal|inland"
    r"|northeast(?:ern)?|northwest(?:ern)?|southeast(?:ern)?|southwest(?:ern)?"
    r"|nord|süd|ost|nördliches|südliches|östliches|westliches|sud|est|ouest|ovest|norte|sur|este|oeste"
    r"|settentrionale|meridionale|orientale|occidentale|centrale|північ|південь|схід|захід"
)
_DIRECTED = re.compile(
    rf"(?:(?:{_DIRECTIONS})[\s-]+(?:and |und |e )?)+(?P<name>.+)"
    rf"|(?P<before>.+?)(?:[\s-]+(?:{_DIRECTIONS}))+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class UnitName:
    """Name beside a word for the kind of its area."""

    name: str
    is_region: bool  # a region, not the city of its name: Kanton Zürich


def read_unit(area: str) -> UnitName | None:
    """Return the name beside a word for a city or a region; None if there is no such word."""
    match = _UNIT_WORDS.fullmatch(area)
    if match is None:
        return None
    region = match["region"] or match["ended"]
    return UnitName(region or match["city"], bool(region))


def strip_direction(area: str) -> str | None:
    """Return the region that an area is a part of by its name: England of North East England."""
    match = _DIRECTED.fullmatch(area)
    return (match["name"] or match["before"]) if match else None
