"""Indexes of queries, in both of their forms."""

from collections.abc import Iterable

from matching.index.index import Index, MatchMode
from matching.query.ast import Query


def indexes_of(queries: Iterable[Query]) -> tuple[Index, Index]:
    """Return an index of changes only, and one with a segment.

    The number of a subscriber is the position of their query.
    """
    changed, rebuilt = Index(), Index()
    for number, query in enumerate(queries):
        for index in (changed, rebuilt):
            index.add(number, number, query, MatchMode.AUDIBLE)
    rebuild = rebuilt.start_rebuild()
    rebuild.finish()
    rebuilt.apply_rebuild(rebuild)
    return changed, rebuilt
