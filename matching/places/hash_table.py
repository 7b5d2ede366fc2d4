"""A table of texts by key that costs next to nothing to load.

It is a list of lines, each the entries of the keys that hash to its number: a look-up is one hash
and one search in a short text, and no object exists for an entry nobody looked up.
"""

import zlib
from collections.abc import Iterable, Sequence

# Stand in no key and no value.
_BEFORE, _BETWEEN = b"\x1e", b"\x1f"


class Shelf:
    """Values by key, both texts without line ends and control characters."""

    def __init__(self, lines: Sequence[bytes]) -> None:
        self._lines = lines

    @classmethod
    def of(cls, entries: Iterable[tuple[str, str]], lines: int) -> "Shelf":
        """A new one on so many lines; every key once."""
        parts: list[list[bytes]] = [[] for _ in range(lines)]
        for key, value in entries:
            packed = key.encode()
            part = parts[zlib.crc32(packed) % lines]
            part += (_BEFORE, packed, _BETWEEN, value.encode())
        return cls([b"".join(part) + _BEFORE for part in parts])

    @classmethod
    def read(cls, data: bytes) -> "Shelf":
        """The one that bytes() wrote."""
        return cls(data.split(b"\n"))

    def __bytes__(self) -> bytes:
        return b"\n".join(self._lines)

    def get(self, key: str) -> str | None:
        """The value of a key, or None."""
        packed = key.encode("utf-8", "surrogatepass")
        line = self._lines[zlib.crc32(packed) % len(self._lines)]
        at = line.find(b"%b%b%b" % (_BEFORE, packed, _BETWEEN))
        if at < 0:
            return None
        start = at + len(packed) + 2
        return line[start : line.index(_BEFORE, start)].decode()
