"""Flat arrays in place of a Python object for each of a million things."""

from array import array
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pyroaring import BitMap

U64: TypeAlias = NDArray[np.uint64]
U32: TypeAlias = NDArray[np.uint32]
Flags: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.int64]  # indices into other arrays


def offsets(numbers: NDArray[Any], size: int) -> U32:
    """Of sorted numbers below size: at which index each begins; one more than size of them."""
    return np.searchsorted(numbers, np.arange(size + 1, dtype=numbers.dtype)).astype(np.uint32)


def distinct(keys: U64) -> U64:
    """Each once, sorted; np.unique would hold on to the interpreter for as long as it takes."""
    ordered = np.sort(keys)
    last: Flags = np.append(ordered[1:] != ordered[:-1], True)[: len(ordered)]
    return ordered[last]


def ranges(starts: NDArray[Any], lengths: NDArray[Any]) -> Numbers:
    """The indices of all these stretches, one after the other."""
    ends = lengths.cumsum(dtype=np.int64)
    if not len(ends):
        return ends
    indices = np.arange(ends[-1])
    indices += np.repeat(starts - ends + lengths, lengths)
    return indices


def positions(keys: U64, wanted: U64) -> tuple[U32, Flags]:
    """For each wanted key its index among the sorted keys, and whether it is there at all."""
    if not len(keys):
        return np.zeros(len(wanted), np.uint32), np.zeros(len(wanted), np.bool_)
    at = np.searchsorted(keys, wanted)
    at[at == len(keys)] = 0
    return at.astype(np.uint32), keys[at] == wanted


def bitmap(numbers: U32) -> BitMap:
    """The numbers as a set; sorted ones are put into it four times as fast."""
    return BitMap(array("I", np.sort(numbers).tobytes()))
