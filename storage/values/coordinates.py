"""Coordinates as they are stored: rounded, so that nobody's exact position is."""

_DECIMALS = 2  # of degrees: a kilometre


def round_degrees(degrees: float) -> float:
    """Return a latitude or longitude as it is stored."""
    return round(degrees, _DECIMALS)
