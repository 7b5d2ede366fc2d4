"""What matching a bulletin gives: subscribers, by what is to be done."""

from dataclasses import dataclass
from enum import IntEnum

from pyroaring import BitMap


class Mode(IntEnum):
    """What a match does; of several the strongest counts, which is the smallest number."""

    RING = 0  # at once, with sound
    SILENT = 1  # at once, without
    HELD = 2  # kept for a digest


# A subscriber stands beside a mode in one number of 32 bits, so that one bitmap holds a plane of
# subscribers for each mode.
PLANE = 1 << 30


def who(subscriber: int, mode: Mode) -> int:
    """Both in one number."""
    return subscriber + mode * PLANE


@dataclass(frozen=True, slots=True)
class Matches:
    """Numbers of subscribers; one stands only in the strongest of its modes."""

    ring: BitMap
    silent: BitMap
    held: BitMap
