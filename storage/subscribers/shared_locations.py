"""Shared location repository: the last location of a chat for a day, and one that needs a name."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, delete, select, update

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert
from storage.values.coordinates import round_degrees

_location = schema.shared_location
_draft = schema.place_draft

KEPT = timedelta(days=1)
"""Time for which a shared location is kept and means `here`."""

NAMING_TIME = timedelta(minutes=15)
"""Time in which the next message can be the name of a place."""


class Coordinates(NamedTuple):
    """Position in degrees."""

    latitude: float
    longitude: float

    def rounded(self) -> "Coordinates":
        """Return the position as it is stored."""
        return Coordinates(round_degrees(self.latitude), round_degrees(self.longitude))


async def share(
    transaction: Transaction,
    subscriber: int,
    position: Coordinates,
    message_id: int | None,
    now: datetime,
) -> None:
    """Store the location that a chat shares. It replaces the one before."""
    latitude, longitude = position.rounded()
    values: dict[str, Any] = {
        "latitude": latitude,
        "longitude": longitude,
        "message_id": message_id,
        "shared_at": now,
    }
    await _put(transaction, _location, subscriber, values)


async def find(transaction: Transaction, subscriber: int, now: datetime) -> Coordinates | None:
    """Return the location that a chat shared within a day."""
    return await _find(transaction, _location, subscriber, _location.c.shared_at > now - KEPT)


async def find_time(transaction: Transaction, subscriber: int) -> datetime | None:
    """Return when a chat last shared its location, also if that is too long ago to count."""
    query = select(_location.c.shared_at).where(_location.c.subscriber == subscriber)
    return (await transaction.execute(query)).scalar_one_or_none()


async def find_live(
    transaction: Transaction, subscriber: int, message_id: int, now: datetime
) -> Coordinates | None:
    """Return the location of a message if it is the one that the chat shared last."""
    is_live = (_location.c.message_id == message_id) & (_location.c.shared_at > now - KEPT)
    return await _find(transaction, _location, subscriber, is_live)


async def move(
    transaction: Transaction,
    subscriber: int,
    message_id: int,
    position: Coordinates,
    now: datetime,
) -> None:
    """Move the location of a message, if it is the one that the chat shared last."""
    latitude, longitude = position.rounded()
    await transaction.execute(
        update(_location)
        .where(_location.c.subscriber == subscriber, _location.c.message_id == message_id)
        .values(latitude=latitude, longitude=longitude, shared_at=now)
    )


async def ask_name(
    transaction: Transaction, subscriber: int, position: Coordinates, now: datetime
) -> None:
    """Store a location whose name the chat is asked for."""
    latitude, longitude = position.rounded()
    values: dict[str, Any] = {
        "latitude": latitude,
        "longitude": longitude,
        "expires_at": now + NAMING_TIME,
    }
    await _put(transaction, _draft, subscriber, values)


async def find_unnamed(
    transaction: Transaction, subscriber: int, now: datetime
) -> Coordinates | None:
    """Return the location that waits for a name."""
    return await _find(transaction, _draft, subscriber, _draft.c.expires_at > now)


async def forget_unnamed(transaction: Transaction, subscriber: int) -> None:
    """Delete the location that waits for a name."""
    await transaction.execute(delete(_draft).where(_draft.c.subscriber == subscriber))


async def purge(transaction: Transaction, now: datetime) -> None:
    """Delete all locations that have been kept for long enough."""
    await transaction.execute(delete(_location).where(_location.c.shared_at <= now - KEPT))
    await transaction.execute(delete(_draft).where(_draft.c.expires_at <= now))


async def _find(
    transaction: Transaction, table: Table, subscriber: int, condition: ColumnElement[bool]
) -> Coordinates | None:
    query = select(table.c.latitude, table.c.longitude).where(
        table.c.subscriber == subscriber, condition
    )
    row = (await transaction.execute(query)).first()
    return Coordinates(*row) if row else None


async def _put(
    transaction: Transaction, table: Table, subscriber: int, values: dict[str, Any]
) -> None:
    statement = upsert(transaction, table).values(subscriber=subscriber, **values)
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[table.c.subscriber], set_=values)
    )
