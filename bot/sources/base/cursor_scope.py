"""Cursor scope: ties a cursor to the kind and address that it was written for.

An operator may give a source's name another kind or address. Its old cursor says nothing about the
new place, so the next poll is a baseline again.
"""

import hashlib

from storage.inbound.sources import Cursor


def scope_id(*parts: object) -> str:
    """Return a hash of the kind, the address and anything else that identifies the place."""
    return hashlib.sha256("|".join(map(str, parts)).encode()).hexdigest()[:16]


def keep_if_in_scope(cursor: Cursor | None, scope: str) -> Cursor | None:
    """Return the cursor if its `place` is that scope id, else None."""
    return cursor if cursor is not None and cursor.get("place") == scope else None
