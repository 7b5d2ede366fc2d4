"""Quakes: seismic events as all catalogues give them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Quake:
    """One seismic event."""

    ids: tuple[str, ...]  # one from each network, the preferred one first
    title: str  # "" if neither magnitude nor place is known
    magnitude: float | None
    alert: str  # "green", "yellow", "orange", "red" or ""
    has_tsunami_flag: bool  # tsunami warnings may exist
    depth_km: float | None
    url: str | None
    occurred_at: datetime | None  # aware
    updated_at: datetime | None  # aware
    latitude: float | None = None  # degrees; both or none
    longitude: float | None = None
    kind: str = ""  # "earthquake", "quarry blast", ..., in the catalogue's words


def quake_title(magnitude: float | None, place: str) -> str:
    """Return the title for people, "" if neither magnitude nor place is known."""
    if magnitude is None:
        return f"Earthquake of unknown magnitude - {place}" if place else ""
    return f"M {magnitude:.1f} - {place}" if place else f"M {magnitude:.1f} earthquake"


def valid_magnitude(value: float | None) -> float | None:
    """Return the magnitude if an earthquake can have it, else None."""
    return value if value is not None and -5 <= value <= 12 else None


def valid_depth(value: float | None) -> float | None:
    """Return the depth in km if it can be one, else None; a mountain is above sea level."""
    return value if value is not None and -10 <= value <= 1_000 else None


def valid_point(
    latitude: float | None, longitude: float | None
) -> tuple[float, float] | tuple[None, None]:
    """Return the coordinates if they are a place on Earth, else none."""
    if latitude is None or longitude is None:
        return None, None
    is_valid = -90 <= latitude <= 90 and -180 <= longitude <= 180
    return (latitude, longitude) if is_valid else (None, None)
