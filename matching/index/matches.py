"""Match result: sets of subscribers, by the mode of their notification."""

from dataclasses import dataclass
from enum import IntEnum

from pyroaring import BitMap


class MatchMode(IntEnum):
    """Mode in which a match is delivered. Of several the strongest counts: the smallest number."""

    AUDIBLE = 0  # at once, with sound
    SILENT = 1  # at once, without sound
    DIGEST = 2  # in a digest


# A subscriber and a mode are packed into one number of 32 bits, so that one bitmap holds the
# subscribers of every mode, each mode in a range of its own.
MODE_STRIDE = 1 << 30


def pack_subscriber(subscriber: int, mode: MatchMode) -> int:
    """Return a subscriber and a mode as one number."""
    return subscriber + mode * MODE_STRIDE


@dataclass(frozen=True, slots=True)
class Matches:
    """Numbers of the matching subscribers; each occurs only in its strongest mode."""

    audible: BitMap
    silent: BitMap
    digest: BitMap
