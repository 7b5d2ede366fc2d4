"""A place, and its line in the table that is shipped."""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "uk", "ru", "it")

# What a bare name means before all else comes first; the other kinds of a name follow.
KINDS = ("country", "city", "oblast", "region", "group", "raion", "town", "hromada", "village")

# Of two cities of one name the one in the home country is meant, unless it is so much smaller.
HOME = "UA"
_HOME_WEIGHT = 8
KNOWN_ABROAD = 100_000  # inhabitants


@dataclass(frozen=True, slots=True)
class Region:
    """A node of the place tree."""

    code: str  # KATOTTG, ISO 3166, gn:ID of GeoNames or group:NAME
    kind: str  # one of KINDS
    parent: str | None  # the code of the region it lies in
    names: Mapping[str, str]  # language (en, uk, ru, it) -> name; en always
    aliases: tuple[str, ...]  # other spellings, of any language
    uid: int | None  # its number at alerts.in.ua and ukrainealarm
    zone: str | None  # IANA time zone, where it differs from the parent's
    latitude: float | None  # degrees
    longitude: float | None  # degrees
    population: int  # 0: unknown
    members: tuple[str, ...] = ()  # of a group: the regions it is made of

    @property
    def at_home(self) -> bool:
        """Whether it is one of the regions of KATOTTG."""
        return self.code.startswith(HOME)

    @property
    def is_known(self) -> bool:
        """Whether its bare name is enough to speak of it."""
        if self.kind == "city":
            return self.at_home or self.population >= KNOWN_ABROAD
        return self.kind not in {"town", "village"}

    @property
    def likeliness(self) -> tuple[float, int]:
        """Sorts the bearers of a name: the likeliest is the smallest."""
        lesser = self.kind == "city" and not self.is_known
        rank = KINDS.index("town") + 0.5 if lesser else KINDS.index(self.kind)
        return rank, -self.population * (_HOME_WEIGHT if self.at_home else 1)


def write(region: Region) -> str:
    """A line of tab-separated cells; an Italian name like the English one is left out."""
    names = [region.names.get(language, "") for language in LANGUAGES]
    if names[3] == names[0]:
        names[3] = ""
    cells = (
        region.code,
        region.kind,
        region.parent or "",
        region.uid or "",
        region.zone or "",
        "" if region.latitude is None else region.latitude,
        "" if region.longitude is None else region.longitude,
        region.population or "",
        "|".join(region.members),
        *names,
        "|".join(region.aliases),
    )
    return "\t".join(map(str, cells))


def read(line: str) -> Region:
    """The region write() wrote."""
    cells = line.split("\t")
    code, kind, parent, uid, zone, latitude, longitude, population, members = cells[:9]
    names = {lang: name for lang, name in zip(LANGUAGES, cells[9:13], strict=True) if name}
    return Region(
        code=code,
        kind=kind,
        parent=parent or None,
        names={**names, "it": names.get("it", names["en"])},
        aliases=_list(cells[13]),
        uid=int(uid) if uid else None,
        zone=zone or None,
        latitude=float(latitude) if latitude else None,
        longitude=float(longitude) if longitude else None,
        population=int(population or 0),
        members=_list(members),
    )


def _list(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
