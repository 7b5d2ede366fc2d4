"""Row: a region while the table is built."""

from dataclasses import dataclass, field

LANGUAGES = ("en", "uk", "ru", "it")


@dataclass
class Row:
    """A line of the table; its fields are the columns, in their order."""

    code: str
    kind: str
    parent: str = ""
    uid: int | str = ""
    zone: str = ""
    latitude: float | str = ""
    longitude: float | str = ""
    population: int = 0
    members: str = ""
    en: str = ""
    uk: str = ""
    ru: str = ""
    it: str = ""
    aliases: list[str] = field(default_factory=list)
    fixed: list[str] = field(default_factory=list)  # names without case forms; not a column
