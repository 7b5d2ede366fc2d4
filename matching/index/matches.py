"""Match result: sets of subscribers, by the mode of their notification."""

from dataclasses import dataclass
from enum import IntEnum

from pyroaring import BitMap


class MatchMode(IntEnum):
    """Mode in which a match is delivered. Of several the strongest counts: the smallest number."""

    AUDIBLE_ALWAYS = 0  # at once, with sound: a person chose it for such bulletins
    AUDIBLE = 1  # at once, with sound unless the operator's default silences the bulletin
    SILENT = 2  # at once, without sound
    DIGEST = 3  # in a digest


# A subscriber and a mode are packed into one number of 32 bits, so that one bitmap holds the
# subscribers of every mode, each mode in a range of its own.
MODE_STRIDE = 1 << 29


def pack_subscriber(subscriber: int, mode: MatchMode) -> int:
    """Return a subscriber and a mode as one number."""
    return subscriber + mode * MODE_STRIDE


@dataclass(frozen=True, slots=True)
class Matches:
    """Numbers of the matching subscribers; each occurs only in its strongest mode."""

    audible_always: BitMap
    audible: BitMap
    silent: BitMap
    digest: BitMap

    @property
    def push(self) -> BitMap:
        """Return the subscribers that get the bulletin at once, with or without sound."""
        return self.audible_always | self.audible | self.silent

    def resolve_sound(self, *, is_default_audible: bool) -> "Matches":
        """Return the matches with the operator's default applied: nobody is `audible_always`."""
        audible, silent = self.audible_always, self.silent
        if is_default_audible:
            audible = audible | self.audible
        else:
            silent = silent | self.audible
        return Matches(BitMap(), audible, silent, self.digest)
