"""Commit marker: shows whether a transaction has committed when the answer to COMMIT was lost.

On PostgreSQL the connection may break after the server has committed and before its answer arrives.
So each write transaction inserts a marker, a row of its own, and the marker exists if and only if
the transaction has committed. It stays exact after a failover, unlike the status of a transaction
id, which the new server may have given to another transaction.

SQLite needs no marker: a COMMIT that fails in the library leaves the transaction uncommitted.
"""

import secrets
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_KEPT_DAYS = 2

# The server's clock, in microseconds since 1970 UTC, as the column type `Instant` stores times.
_NOW = "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"

INSERT_MARKER = f"""
WITH obsolete AS (DELETE FROM commit_marker WHERE id = ANY(CAST(:obsolete AS bigint[]))),
marked AS (INSERT INTO commit_marker (id, created_at) VALUES (:marker, {_NOW}))
"""  # noqa: S608 - constants only
"""Common table expressions to put before a SELECT, so that the marker needs no round trip."""

# Inserting the same id waits for a transaction that is still open on the server: one whose COMMIT
# has not arrived yet, or waits for a standby.
_CLAIM = text(f"""
INSERT INTO commit_marker (id, created_at) VALUES (:marker, {_NOW})
ON CONFLICT DO NOTHING RETURNING id
""")  # noqa: S608 - constants only

_PURGE = text(f"""
DELETE FROM commit_marker WHERE created_at < {_NOW} - {_KEPT_DAYS * 86_400_000_000}
""")  # noqa: S608 - constants only


@dataclass(eq=False)
class CommitMarker:
    """Marker of one write transaction."""

    obsolete: list[int]  # markers with a known outcome, deleted by this transaction
    id: int = field(default_factory=lambda: secrets.randbits(63))
    is_committing: bool = False  # nothing but COMMIT remains to be done

    def parameters(self) -> dict[str, object]:
        """Return the parameters of `INSERT_MARKER`."""
        return {"marker": self.id, "obsolete": self.obsolete}


class CommitMarkers:
    """The markers whose outcome is known. Later transactions delete them."""

    def __init__(self) -> None:
        self._settled: list[int] = []

    def new(self) -> CommitMarker:
        """Return the marker for a transaction that begins."""
        obsolete, self._settled = self._settled, []
        return CommitMarker(obsolete)

    def end(self, marker: CommitMarker, *, committed: bool) -> None:
        """Note the outcome of a transaction."""
        self._settled += [marker.id] if committed else marker.obsolete


async def exists(connection: AsyncConnection, marker: CommitMarker) -> bool:
    """Return whether a marker exists, once its transaction has ended.

    The caller must roll the connection's transaction back.
    """
    return (await connection.execute(_CLAIM, {"marker": marker.id})).first() is None


async def purge(transaction: AsyncConnection) -> None:
    """Delete the markers that ended processes have left."""
    if transaction.dialect.name == "postgresql":
        await transaction.execute(_PURGE)
