"""Region table: all regions as lines in preorder of the tree; Region objects are created lazily.

A region's number is its line. A subtree is a range of numbers, so containment is one comparison.
"""

import functools
import gzip
import re
from array import array
from collections.abc import Iterable, Iterator
from importlib.resources import files

import numpy as np

from matching.places.region import (
    HOME_COUNTRY,
    PROMINENT_POPULATION,
    Region,
    decode_region,
    encode_region,
)

_OFTEN_MINOR_KINDS = frozenset((b"city", b"region", b"county"))
_MINOR_KINDS = frozenset((b"village", b"hromada"))
_LINE_END = ord("\n")
_HEAD = re.compile(rb"^([0-9]+)\t([^\t\n]+)", re.MULTILINE)
_WITH_UID = re.compile(rb"^[0-9]+\t([^\t\n]+)\t[^\t\n]*\t[^\t\n]*\t[0-9]+\t", re.MULTILINE)
_CACHE_SIZE = 8_000  # regions


class RegionTable:
    """Regions by code and by number."""

    def __init__(self, data: bytes) -> None:
        """Index the lines: size of the subtree, a tab, and the cells of encode_region()."""
        self._data = data
        line_ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _LINE_END)
        self._starts = array("I", [0, *(line_ends + 1).tolist()] if data else [])
        heads = _HEAD.findall(data)
        self._subtree_sizes = array("I", [int(size) for size, _ in heads])
        self.codes = b"\t".join([code for _, code in heads]).decode().split("\t") if data else []
        self._numbers = {code: number for number, code in enumerate(self.codes)}
        self.region = functools.lru_cache(_CACHE_SIZE)(self._decode)

    @classmethod
    def from_regions(cls, regions: Iterable[Region]) -> "RegionTable":
        """Build a table from regions; a parent that is not among them counts as none."""
        regions_by_code = {region.code: region for region in regions}
        children: dict[str | None, list[Region]] = {}
        for region in regions_by_code.values():
            parent = region.parent if region.parent in regions_by_code else None
            children.setdefault(parent, []).append(region)

        def encode_children(parent: str | None) -> list[bytes]:
            lines: list[bytes] = []
            for region in children.get(parent, ()):
                descendants = encode_children(region.code)
                lines += [f"{len(descendants) + 1}\t{encode_region(region)}".encode(), *descendants]
            return lines

        return cls(b"\n".join(encode_children(None)))

    @classmethod
    def load(cls) -> "RegionTable":
        """Load the table of the package."""
        packed = (files("matching") / "data" / "regions.tsv.gz").read_bytes()
        return cls(gzip.decompress(packed))

    def __bytes__(self) -> bytes:
        return self._data

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Region]:
        return (self._decode(number) for number in range(len(self)))

    def number(self, code: str) -> int | None:
        """Return the number of a region, or None if the code is unknown."""
        return self._numbers.get(code)

    def subtree(self, number: int) -> range:
        """Return the numbers of a region and of everything inside it."""
        return range(number, number + self._subtree_sizes[number])

    def groups(self) -> Iterator[Region]:
        """Yield the groups: regions made of members that are not their children."""
        for number, code in enumerate(self.codes):
            if code.startswith("group:"):
                yield self.region(number)

    def regions_with_uid(self) -> Iterator[Region]:
        """Yield the regions that have a number at the alert services."""
        for code in _WITH_UID.findall(self._data):
            yield self.region(self._numbers[code.decode()])

    def prominent_regions(self) -> Iterator[Region]:
        """Yield the regions a bare name can mean: no villages, hromadas or small towns abroad."""
        for number, code in enumerate(self.codes):
            _, _, kind, _, _, _, _, _, population, _ = self._cells(number, 9)
            is_small = kind in _OFTEN_MINOR_KINDS and int(population or 0) < PROMINENT_POPULATION
            if kind not in _MINOR_KINDS and (not is_small or code.startswith(HOME_COUNTRY)):
                yield self.region(number)

    def home_cities(self) -> Iterator[tuple[int, Region]]:
        """Yield number and region of every city of the home country."""
        for number, code in enumerate(self.codes):
            if code.startswith(HOME_COUNTRY) and self._cells(number, 3)[2] == b"city":
                yield number, self.region(number)

    def coordinates(self) -> Iterator[tuple[int, str, float, float]]:
        """Yield number, kind, latitude and longitude of every region with coordinates."""
        for number in range(len(self)):
            _, _, kind, _, _, _, latitude, longitude, _ = self._cells(number, 8)
            if latitude:
                yield number, kind.decode(), float(latitude), float(longitude)

    def _decode(self, number: int) -> Region:
        """Decode the region of a number."""
        return decode_region(self._cells(number, 1)[1].decode())

    def _cells(self, number: int, max_cells: int) -> list[bytes]:
        """Return the first cells of a line, then the rest of the line."""
        next_number = number + 1
        end = self._starts[next_number] - 1 if next_number < len(self._starts) else len(self._data)
        return self._data[self._starts[number] : end].split(b"\t", max_cells)
