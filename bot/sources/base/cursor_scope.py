"""Whether a cursor is of the place that is read now.

The operator may give a source's name another kind or address: what was seen there says nothing of
what is here, and the first poll is a baseline again.
"""

import hashlib

from storage.inbound.sources import Cursor


def mark(*place: object) -> str:
    """Stands for the kind, the address and whatever else makes another source of it."""
    return hashlib.sha256("|".join(map(str, place)).encode()).hexdigest()[:16]


def own(cursor: Cursor | None, mark: str) -> Cursor | None:
    """The cursor, when it was written under that mark as its `place`."""
    return cursor if cursor is not None and cursor.get("place") == mark else None
