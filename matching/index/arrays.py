"""Flat arrays in place of a Python object for each of a million things."""

from array import array
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

U64: TypeAlias = NDArray[np.uint64]
U32: TypeAlias = NDArray[np.uint32]
Flags: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.int64]  # indices into other arrays
Unsigned = TypeVar("Unsigned", U32, U64)


def offsets(numbers: NDArray[Any], size: int) -> U32:
    """For each number below `size` the index at which it begins in sorted `numbers`.

    And one more, the end of the last: size + 1 indices.
    """
    return np.searchsorted(numbers, np.arange(size + 1, dtype=numbers.dtype)).astype(np.uint32)


def distinct(numbers: Unsigned) -> Unsigned:
    """Each once, sorted; np.unique would hold on to the interpreter for as long as it takes."""
    ordered = np.sort(numbers)
    return ordered[lasts(ordered)]


def distinct_at(keys: U64) -> Numbers:
    """The indices of distinct keys, in their order."""
    order = np.argsort(keys, kind="stable")
    return order[lasts(keys[order])]


def lasts(ordered: NDArray[Any]) -> Flags:
    """Marks the last number of each run of equal ones."""
    lasts = np.empty(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=lasts[:-1])
    lasts[-1:] = True
    return lasts


def sums(numbers: NDArray[Any]) -> Numbers:
    """The sum up to each number, itself included.

    numpy would hold on to the interpreter while it converts and adds up at once.
    """
    return numbers.astype(np.int64).cumsum()


def owners(lengths: NDArray[Any]) -> Numbers:
    """For each place in stretches laid end to end the number of its stretch.

    As np.repeat has it, which would hold on to the interpreter for as long as it takes.
    """
    ends = sums(lengths)
    return np.searchsorted(ends, np.arange(ends[-1] if len(ends) else 0), side="right")


def many_ranges(starts: NDArray[Any], lengths: NDArray[Any]) -> Numbers:
    """The same as `ranges`, for so many that other threads must not wait for it."""
    firsts = sums(lengths) - lengths
    found: Numbers = (starts - firsts)[owners(lengths)]
    found += np.arange(len(found))
    return found


def ranges(starts: NDArray[Any], lengths: NDArray[Any]) -> Numbers:
    """The indices of all these stretches, one after the other."""
    ends = lengths.cumsum(dtype=np.int64)
    if not len(ends):
        return ends
    indices = np.arange(ends[-1])
    indices += np.repeat(starts - ends + lengths, lengths)
    return indices


def positions(keys: U64, wanted: U64) -> tuple[Numbers, Flags]:
    """For each wanted key its index among the sorted keys, and whether it is there at all."""
    at = np.searchsorted(keys, wanted)
    if not len(keys):
        return at, np.zeros(len(wanted), np.bool_)
    at[at == len(keys)] = 0
    return at, keys[at] == wanted


def bitmap(numbers: U32) -> BitMap:
    """The numbers as a set; sorted ones are put into it four times as fast."""
    return BitMap(array("I", np.sort(numbers).tobytes()))
