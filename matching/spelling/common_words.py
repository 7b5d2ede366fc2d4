"""Common words: frequent words of four languages, which are no misspelt names of places.

They are in matching/data/common_words.txt.gz, one a line.
"""

import functools
import gzip
from importlib.resources import files


def is_common_word(word: str) -> bool:
    """Return whether a normalised word is a frequent one. The time is that of one text search."""
    return f"\n{word}\n".encode("utf-8", "surrogatepass") in _load()


@functools.lru_cache(maxsize=1)
def _load() -> bytes:
    packed = (files("matching") / "data" / "common_words.txt.gz").read_bytes()
    return gzip.decompress(packed)
