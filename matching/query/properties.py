"""Properties of bulletins that queries compare: level, magnitude and depth.

A value is compared as it is shown: the magnitude with one decimal, the depth in whole kilometres.
These grids bound the number of different terms. The level is its rank in LEVELS.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from math import isfinite

from matching.query.ast import And, Comparison, PropertyTerm, Query

LEVELS = ("green", "yellow", "orange", "red")
LEVEL, MAGNITUDE, DEPTH = "level", "magnitude", "depth"


@dataclass(frozen=True, slots=True)
class Property:
    """Property with the grid of its values."""

    name: str
    decimals: int
    greatest: int  # in queries; the least is 0

    @property
    def scale(self) -> int:
        """Return the number of steps in one unit."""
        return int(10**self.decimals)

    def value(self, step: int) -> float:
        """Return the value of a step: an integer if the property has no decimals."""
        return step / self.scale if self.decimals else step


PROPERTIES: Mapping[str, Property] = {
    LEVEL: Property(LEVEL, 0, len(LEVELS) - 1),
    MAGNITUDE: Property(MAGNITUDE, 1, 10),
    DEPTH: Property(DEPTH, 0, 800),
}


def round_measures(measures: Mapping[str, float]) -> dict[str, float]:
    """Return the values of known properties on their grids, sorted by name."""
    return {
        name: PROPERTIES[name].value(_step(value, PROPERTIES[name]))
        for name, value in sorted(measures.items())
        if name in PROPERTIES and isfinite(value)
    }


def level_rank(level: str | None) -> int | None:
    """Return the rank of a level as sources name it, None for any other word."""
    name = (level or "").casefold()
    return LEVELS.index(name) if name in LEVELS else None


def compare(name: str, sign: str, number: float) -> Query | None:
    """Return the query for a comparison, None if no value satisfies it or it is off the grid.

    The sign is one of >= <= > < =.
    """
    grid = PROPERTIES[name]
    step, last = _step(number, grid), grid.greatest * grid.scale
    step += (sign == ">") - (sign == "<")
    if not 0 <= step <= last:
        return None
    value = grid.value(step)
    least, most = PropertyTerm(name, ">=", value), PropertyTerm(name, "<=", value)
    if sign == "=":
        return least if step == last else most if step == 0 else And((least, most))
    return least if sign.startswith(">") else most


def true_terms(name: str, measure: float) -> Iterator[PropertyTerm]:
    """Yield every term on the grid that holds for a value."""
    grid = PROPERTIES[name]
    for step in range(grid.greatest * grid.scale + 1):
        value = grid.value(step)
        if value <= measure:
            yield PropertyTerm(name, ">=", value)
        if value >= measure:
            yield PropertyTerm(name, "<=", value)


def holds(comparison: Comparison, value: float, measure: float) -> bool:
    """Return whether a bulletin's value satisfies a bound."""
    return measure >= value if comparison == ">=" else measure <= value


def _step(value: float, grid: Property) -> int:
    return int((Decimal(str(value)) * grid.scale).to_integral_value(ROUND_HALF_UP))
