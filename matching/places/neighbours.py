"""Neighbours: the regions that border on a region, where the data has them.

These are the raions and oblasts of Ukraine, and the counties and states of the United States: see
matching/data/SOURCES.md. The borders of raions are approximate.
"""

import functools
import gzip
from collections import defaultdict
from collections.abc import Mapping
from importlib.resources import files

from matching.places.gazetteer import Gazetteer

_LARGE_KINDS = frozenset(("country", "oblast", "region", "group"))
"""Kinds whose neighbours mean nothing to a place inside: they are too far away."""


def neighbours_of(code: str, gazetteer: Gazetteer) -> tuple[str, ...]:
    """Return the codes of a region's neighbours; for a place inside a raion or county, of that.

    Empty where the data has none.
    """
    by_code, region = _load(), gazetteer.get(code)
    if region is not None and region.kind in _LARGE_KINDS:
        return by_code.get(code, ())
    for container in (code, *gazetteer.ancestors(code)):
        if _is_large(container, gazetteer):
            return ()
        if container in by_code:
            # The oblast around a city stands for its raions, most of which are far away.
            return tuple(c for c in by_code[container] if not _is_large(c, gazetteer))
    return ()


def _is_large(code: str, gazetteer: Gazetteer) -> bool:
    region = gazetteer.get(code)
    return region is not None and region.kind in _LARGE_KINDS


@functools.lru_cache(maxsize=1)
def _load() -> Mapping[str, tuple[str, ...]]:
    path = files("matching") / "data" / "neighbours.tsv.gz"
    neighbours = defaultdict[str, list[str]](list)
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        first, following = line.split("\t")
        for second in following.split():
            neighbours[first].append(second)
            neighbours[second].append(first)
    return {code: tuple(sorted(codes)) for code, codes in neighbours.items()}
