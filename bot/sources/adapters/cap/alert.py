"""CAP alert values: one message of the Common Alerting Protocol and its parts."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True)
class Area:
    """Area of a warning."""

    description: str
    geocodes: tuple[tuple[str, str], ...] = ()  # name of the code system and value
    polygons: tuple[str, ...] = ()  # "lat,lon lat,lon ...", degrees
    circles: tuple[str, ...] = ()  # "lat,lon radius", degrees and km


@dataclass(frozen=True)
class Info:
    """Content of an alert in one language."""

    language: str = ""  # RFC 3066; "" is en-US
    category: str = ""  # the first: "Met", "Geo", ...
    event: str = ""
    event_codes: tuple[tuple[str, str], ...] = ()  # name of the code system or "", and value
    severity: str = ""  # "extreme", "severe", "moderate", "minor", "unknown"
    urgency: str = ""  # "immediate", "expected", "future", "past", "unknown"
    certainty: str = ""  # "observed", "likely", "possible", "unlikely", "unknown"
    responses: frozenset[str] = frozenset()  # "allclear" and others
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str | None = None
    effective: datetime | None = None  # aware
    onset: datetime | None = None  # aware
    expires: datetime | None = None  # aware
    areas: tuple[Area, ...] = ()
    awareness: int | None = None  # Meteoalarm's level: 1 green, 2 yellow, 3 orange, 4 red

    @property
    def starts_at(self) -> datetime | None:
        """Time from which the warning holds."""
        return self.onset or self.effective


@dataclass(frozen=True)
class Reference:
    """Reference to an earlier alert."""

    identity: str  # sender, identifier and time, joined by commas; "" if it names less
    identifier: str


@dataclass(frozen=True)
class CapAlert:
    """One CAP message."""

    identity: str  # sender, identifier and time, joined by commas
    identifier: str
    status: str  # "actual", "exercise", "system", "test", "draft"
    type: str  # "alert", "update", "cancel", "ack", "error"
    scope: str  # "public", "restricted", "private", or ""
    sent: datetime | None  # aware
    references: tuple[Reference, ...]  # to earlier alerts
    infos: tuple[Info, ...]

    def with_infos(self, infos: tuple[Info, ...]) -> "CapAlert":
        """Return the alert with more infos, each once."""
        return replace(self, infos=tuple(dict.fromkeys((*self.infos, *infos))))


@dataclass(frozen=True)
class AlertLink:
    """Link of an index to a page with alerts."""

    address: str
    version: str  # another one when the page has changed; "" if the index does not say
    entry: CapAlert | None = None  # the alert as its entry of the index describes it
