"""All regions as the lines of a file, in the order of the tree; a Region is made when asked for."""

import functools
import gzip
import re
from array import array
from collections.abc import Iterable, Iterator
from importlib.resources import files

from matching.places.region import HOME, KNOWN_ABROAD, Region, read, write

_LESSER = frozenset((b"village", b"hromada"))
_LINE_END = re.compile(b"\n")
_REMEMBERED = 8_000  # regions


class Table:
    """Regions by code and by number: their place in the file."""

    def __init__(self, data: bytes) -> None:
        """data: lines of region.write(), before each the number of regions inside it and a tab."""
        self._data = data
        self._starts = array("I", [0, *(match.end() for match in _LINE_END.finditer(data))])
        if not data:
            self._starts.pop()
        self.codes = [self._cells(number, 2)[1].decode() for number in range(len(self._starts))]
        self._numbers = {code: number for number, code in enumerate(self.codes)}
        self.region = functools.lru_cache(_REMEMBERED)(self._read)

    @classmethod
    def of(cls, regions: Iterable[Region]) -> "Table":
        """From the regions themselves; a parent that is not among them is none."""
        known = {region.code: region for region in regions}
        children: dict[str | None, list[Region]] = {}
        for region in known.values():
            parent = region.parent if region.parent in known else None
            children.setdefault(parent, []).append(region)

        def lines(parent: str | None) -> list[bytes]:
            found: list[bytes] = []
            for region in children.get(parent, ()):
                inner = lines(region.code)
                found += [f"{len(inner) + 1}\t{write(region)}".encode(), *inner]
            return found

        return cls(b"\n".join(lines(None)))

    @classmethod
    def load(cls) -> "Table":
        """The regions that come with the package."""
        packed = (files("matching") / "data" / "regions.tsv.gz").read_bytes()
        return cls(gzip.decompress(packed))

    def __bytes__(self) -> bytes:
        return self._data

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Region]:
        return (self._read(number) for number in range(len(self)))

    def number(self, code: str) -> int | None:
        """The number of the region of a code, or None."""
        return self._numbers.get(code)

    def inside(self, number: int) -> range:
        """The numbers of a region and of those that lie in it."""
        return range(number, number + int(self._cells(number, 1)[0]))

    def groups(self) -> Iterator[Region]:
        """The regions that are made of others, which stand under none of them."""
        for number, code in enumerate(self.codes):
            if code.startswith("group:"):
                yield self.region(number)

    def numbered(self) -> Iterator[Region]:
        """The regions the alert services have a number for."""
        for number in range(len(self)):
            if self._cells(number, 5)[4]:
                yield self.region(number)

    def known(self) -> Iterator[Region]:
        """The regions a bare name can mean: all but villages, hromadas and small towns abroad."""
        for number, code in enumerate(self.codes):
            _, _, kind, _, _, _, _, _, population, _ = self._cells(number, 9)
            small = kind == b"city" and int(population or 0) < KNOWN_ABROAD
            if kind not in _LESSER and (not small or code.startswith(HOME)):
                yield self.region(number)

    def located(self) -> Iterator[tuple[int, str, float, float]]:
        """Number, kind, latitude and longitude of every region whose place is known."""
        for number in range(len(self)):
            _, _, kind, _, _, _, latitude, longitude, _ = self._cells(number, 8)
            if latitude:
                yield number, kind.decode(), float(latitude), float(longitude)

    def _read(self, number: int) -> Region:
        """The region of a number."""
        return read(self._cells(number, 1)[1].decode())

    def _cells(self, number: int, most: int) -> list[bytes]:
        """The first cells of a line, and the rest of it."""
        following = number + 1
        end = self._starts[following] - 1 if following < len(self._starts) else len(self._data)
        return self._data[self._starts[number] : end].split(b"\t", most)
