"""Saved place repository: the places that a chat has named, each with a radius."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.engine import RowMapping

from storage import schema
from storage.engine.database import Transaction
from storage.values.coordinates import round_degrees

_table = schema.saved_place


@dataclass(frozen=True, kw_only=True)
class StoredPlace:
    """Place that a chat has saved under a name."""

    id: int  # never used again
    subscriber: int  # the subscriber's number
    name: str  # as typed, without hidden characters
    name_key: str  # its words, normalised; distinct for a subscriber
    latitude: float  # degrees, rounded
    longitude: float  # degrees, rounded
    radius_km: int
    region: str | None  # code of the region that it lies in or near, to name it


@dataclass(frozen=True, kw_only=True)
class Position:
    """Position and radius of a place, before it is saved."""

    latitude: float  # degrees
    longitude: float  # degrees
    radius_km: int
    region: str | None  # as in `StoredPlace`


async def of(transaction: Transaction, subscriber: int) -> list[StoredPlace]:
    """Return a subscriber's places, oldest first, as /places numbers them."""
    query = select(_table).where(_table.c.subscriber == subscriber).order_by(_table.c.id)
    return [_place(row) for row in (await transaction.execute(query)).mappings()]


async def of_many(transaction: Transaction, numbers: Sequence[int]) -> list[StoredPlace]:
    """Return the places of several subscribers, oldest first."""
    query = select(_table).where(_table.c.subscriber.in_(numbers)).order_by(_table.c.id)
    return [_place(row) for row in (await transaction.execute(query)).mappings()]


async def add(
    transaction: Transaction, subscriber: int, name: str, name_key: str, position: Position
) -> StoredPlace:
    """Store a new place."""
    values = {"subscriber": subscriber, "name": name, "name_key": name_key, **_values(position)}
    result = await transaction.execute(insert(_table).values(values).returning(_table))
    return _place(result.mappings().one())


async def move(
    transaction: Transaction, place: StoredPlace, name: str, position: Position
) -> StoredPlace:
    """Give a place another position, and the present spelling of its name."""
    statement = (
        update(_table)
        .where(_table.c.id == place.id)
        .values(name=name, **_values(position))
        .returning(_table)
    )
    return _place((await transaction.execute(statement)).mappings().one())


async def remove(transaction: Transaction, place: int) -> None:
    """Delete a place."""
    await transaction.execute(delete(_table).where(_table.c.id == place))


async def count_in_chat(transaction: Transaction, chat_id: int) -> int:
    """Count the places of a chat, including those of its forum topics."""
    numbers = select(schema.subscriber.c.number).where(schema.subscriber.c.chat_id == chat_id)
    query = select(func.count()).select_from(_table).where(_table.c.subscriber.in_(numbers))
    return (await transaction.execute(query)).scalar_one()


async def transfer(transaction: Transaction, subscriber: int, into: int) -> None:
    """Move the places of one subscriber to another. A name that is taken gets a number."""
    taken = {place.name_key for place in await of(transaction, into)}
    for place in await of(transaction, subscriber):
        name, key, number = place.name, place.name_key, 2
        while key in taken:
            name, key = f"{place.name} {number}", f"{place.name_key} {number}"
            number += 1
        taken.add(key)
        await transaction.execute(
            update(_table)
            .where(_table.c.id == place.id)
            .values(subscriber=into, name=name, name_key=key)
        )


def _values(position: Position) -> dict[str, float | int | str | None]:
    return {
        "latitude": round_degrees(position.latitude),
        "longitude": round_degrees(position.longitude),
        "radius_km": position.radius_km,
        "region": position.region,
    }


def _place(row: RowMapping) -> StoredPlace:
    return StoredPlace(**row)
