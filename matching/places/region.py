"""Region: a node of the place tree, and its codec for a line of the region table."""

from collections.abc import Mapping
from dataclasses import dataclass

from matching.places.discs import distance_km

LANGUAGES = ("en", "uk", "ru", "it")

# Prior of a bare name: the likeliest kind first.
KINDS = (
    "country",
    "city",
    "oblast",
    "region",  # first-level abroad
    "group",
    "raion",
    "district",  # of a city of Ukraine
    "county",  # of the USA
    "town",
    "hromada",
    "village",
)

# Of two cities with one name the one at home is likelier, unless it is smaller by the weight.
HOME_COUNTRY = "UA"
_HOME_WEIGHT = 8
# Countries whose regions share no name with a city abroad of that size.
_WITHOUT_NAMESAKES = ("US-", "RU-", "BY-")
PROMINENT_POPULATION = 100_000  # inhabitants


@dataclass(frozen=True, slots=True)
class Region:
    """A node of the place tree."""

    code: str  # KATOTTG, ISO 3166, gn:ID of GeoNames or group:NAME
    kind: str  # one of KINDS
    parent: str | None  # code of the region that contains it
    names: Mapping[str, str]  # language (en, uk, ru, it) -> name; en always
    aliases: tuple[str, ...]  # other spellings in any language, exonyms included
    uid: int | None  # number at alerts.in.ua and ukrainealarm
    zone: str | None  # IANA time zone, if it differs from the parent's
    latitude: float | None  # degrees
    longitude: float | None  # degrees
    population: int  # 0: unknown
    members: tuple[str, ...] = ()  # of a group: codes of its regions

    @property
    def is_home(self) -> bool:
        """True for the regions of KATOTTG, those of the home country."""
        return self.code.startswith(HOME_COUNTRY)

    @property
    def is_prominent(self) -> bool:
        """True if the bare name, without cues, is enough to mean this region."""
        if self.kind == "city":
            return self.is_home or self.population >= PROMINENT_POPULATION
        return self.kind not in {"town", "village"}

    @property
    def is_small_region(self) -> bool:
        """True for a region abroad that is no rival for a city of its name."""
        is_abroad = self.kind in {"region", "county"}
        return is_abroad and self.population < PROMINENT_POPULATION

    def distance_km(self, other: "Region") -> float | None:
        """Return the distance to another region; None if a position is unknown."""
        if self.latitude is None or self.longitude is None:
            return None
        if other.latitude is None or other.longitude is None:
            return None
        return distance_km((self.latitude, self.longitude), (other.latitude, other.longitude))

    @property
    def rank_key(self) -> tuple[float, int]:
        """Sort key for the referents of a name (prior): the likeliest is the smallest."""
        is_minor_city = self.kind == "city" and not self.is_prominent
        rank = KINDS.index("town") + 0.5 if is_minor_city else KINDS.index(self.kind)
        is_large = self.kind == "region" and self.population >= PROMINENT_POPULATION
        if is_large and not self.code.startswith(_WITHOUT_NAMESAKES):
            rank = KINDS.index("city")  # Ontario is not the city in California
        return rank, -self.population * (_HOME_WEIGHT if self.is_home else 1)


def encode_region(region: Region) -> str:
    """Encode a region as tab-separated cells; omit an Italian name equal to the English one."""
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


def decode_region(line: str) -> Region:
    """Decode a line of encode_region()."""
    cells = line.split("\t")
    code, kind, parent, uid, zone, latitude, longitude, population, members = cells[:9]
    names = {lang: name for lang, name in zip(LANGUAGES, cells[9:13], strict=True) if name}
    return Region(
        code=code,
        kind=kind,
        parent=parent or None,
        names={**names, "it": names.get("it", names["en"])},
        aliases=_split_cell(cells[13]),
        uid=int(uid) if uid else None,
        zone=zone or None,
        latitude=float(latitude) if latitude else None,
        longitude=float(longitude) if longitude else None,
        population=int(population or 0),
        members=_split_cell(members),
    )


def _split_cell(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()
