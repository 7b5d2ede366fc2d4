"""Constant hash table (like cdb): read-only texts by key that load in almost no time.

The table is a list of buckets, one a line, each with the entries of the keys that hash to it. A
look-up is one hash and one search in a short line. No Python objects exist for the other entries.
"""

import zlib
from collections.abc import Iterable, Sequence

# Control characters that occur in no key and no value.
_ENTRY_START, _VALUE_START = b"\x1e", b"\x1f"


class ConstantHashTable:
    """Values by key, both texts without line ends and control characters."""

    def __init__(self, buckets: Sequence[bytes]) -> None:
        """Use encoded buckets; see build() and from_bytes()."""
        self._buckets = buckets

    @classmethod
    def build(cls, entries: Iterable[tuple[str, str]], bucket_count: int) -> "ConstantHashTable":
        """Build a table from entries with unique keys."""
        buckets: list[list[bytes]] = [[] for _ in range(bucket_count)]
        for key, value in entries:
            encoded_key = key.encode()
            bucket = buckets[zlib.crc32(encoded_key) % bucket_count]
            bucket += (_ENTRY_START, encoded_key, _VALUE_START, value.encode())
        return cls([b"".join(bucket) + _ENTRY_START for bucket in buckets])

    @classmethod
    def from_bytes(cls, data: bytes) -> "ConstantHashTable":
        """Read a table that bytes() wrote."""
        return cls(data.split(b"\n"))

    def __bytes__(self) -> bytes:
        return b"\n".join(self._buckets)

    def get(self, key: str) -> str | None:
        """Return the value of a key, or None."""
        encoded_key = key.encode("utf-8", "surrogatepass")
        bucket = self._buckets[zlib.crc32(encoded_key) % len(self._buckets)]
        offset = bucket.find(b"%b%b%b" % (_ENTRY_START, encoded_key, _VALUE_START))
        if offset < 0:
            return None
        start = offset + len(encoded_key) + 2
        return bucket[start : bucket.index(_ENTRY_START, start)].decode()
