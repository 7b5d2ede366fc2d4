"""Array helpers: flat numpy arrays in place of one Python object per item.

Functions for large arrays avoid the numpy calls that hold the GIL while they run, so that other
threads go on.
"""

from array import array
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

U64: TypeAlias = NDArray[np.uint64]
U32: TypeAlias = NDArray[np.uint32]
Mask: TypeAlias = NDArray[np.bool_]
Indices: TypeAlias = NDArray[np.int64]  # into other arrays
Unsigned = TypeVar("Unsigned", U32, U64)


def group_offsets(numbers: NDArray[Any], size: int) -> U32:
    """Return the offset of each number below `size` in sorted `numbers`, and the end of the last.

    The result has size + 1 items: the equal numbers n are numbers[result[n] : result[n + 1]].
    """
    return np.searchsorted(numbers, np.arange(size + 1, dtype=numbers.dtype)).astype(np.uint32)


def distinct(numbers: Unsigned) -> Unsigned:
    """Return the distinct numbers, sorted. Unlike np.unique it releases the GIL."""
    ordered = np.sort(numbers)
    return ordered[last_of_run(ordered)]


def distinct_indices(keys: U64) -> Indices:
    """Return the indices of the distinct keys, in the order of the keys."""
    order = np.argsort(keys, kind="stable")
    return order[last_of_run(keys[order])]


def last_of_run(ordered: NDArray[Any]) -> Mask:
    """Return a mask of the last number of each run of equal ones."""
    mask = np.empty(len(ordered), np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=mask[:-1])
    mask[-1:] = True
    return mask


def cumulative_sums(numbers: NDArray[Any]) -> Indices:
    """Return the sum up to and including each number.

    Converts first: numpy holds the GIL while it converts and adds at once.
    """
    return numbers.astype(np.int64).cumsum()


def repeat_indices(lengths: NDArray[Any]) -> Indices:
    """Return each index of `lengths`, repeated that many times.

    Same as np.repeat(np.arange(len(lengths)), lengths), which holds the GIL.
    """
    ends = cumulative_sums(lengths)
    return np.searchsorted(ends, np.arange(ends[-1] if len(ends) else 0), side="right")


def concatenate_ranges_nogil(starts: NDArray[Any], lengths: NDArray[Any]) -> Indices:
    """Return the same as `concatenate_ranges`, without the GIL: for large arrays."""
    firsts = cumulative_sums(lengths) - lengths
    indices: Indices = (starts - firsts)[repeat_indices(lengths)]
    indices += np.arange(len(indices))
    return indices


def concatenate_ranges(starts: NDArray[Any], lengths: NDArray[Any]) -> Indices:
    """Return the indices in all ranges, one range after the other."""
    ends = lengths.cumsum(dtype=np.int64)
    if not len(ends):
        return ends
    indices = np.arange(ends[-1])
    indices += np.repeat(starts - ends + lengths, lengths)
    return indices


def find_sorted(keys: U64, wanted: U64) -> tuple[Indices, Mask]:
    """Return the index of each wanted key in sorted `keys`, and a mask of those present.

    The index of an absent key is arbitrary.
    """
    indices = np.searchsorted(keys, wanted)
    if not len(keys):
        return indices, np.zeros(len(wanted), np.bool_)
    indices[indices == len(keys)] = 0
    return indices, keys[indices] == wanted


def to_bitmap(numbers: U32) -> BitMap:
    """Return the numbers as a bitmap. Sorted numbers are inserted four times as fast."""
    return BitMap(array("I", np.sort(numbers).tobytes()))
