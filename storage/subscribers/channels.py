"""Channels: what they are called, and which people set them up from their private chat."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select

from storage import schema
from storage.engine.database import Transaction
from storage.engine.upsert import insert
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Subscriber

_person = schema.subscriber
_channel = schema.channel
_steward = schema.steward


@dataclass(frozen=True)
class Name:
    """What a channel calls itself."""

    title: str  # plain; may be empty where nothing was heard of it
    username: str | None  # without the @, small letters; None: a private one


@dataclass(frozen=True)
class Channel:
    """A channel that receives."""

    subscriber: Subscriber
    name: Name


async def note(transaction: Transaction, number: int, name: Name) -> None:
    """Stores what a channel, by its subscriber number, calls itself now."""
    values = {"title": name.title, "username": name.username}
    statement = insert(transaction, _channel).values(subscriber=number, **values)
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_channel.c.subscriber], set_=values)
    )


async def entrust(transaction: Transaction, number: int, person: int) -> None:
    """Notes that a person sets up a channel, both by their subscriber numbers."""
    statement = insert(transaction, _steward).values(channel=number, person=person)
    await transaction.execute(statement.on_conflict_do_nothing())


async def of(transaction: Transaction, person: int) -> list[Channel]:
    """Those that a person sets up, or has."""
    mine = select(_steward.c.channel).where(_steward.c.person == person)
    return await _read(transaction, _all().where(_person.c.number.in_(mine)))


async def named(transaction: Transaction, username: str) -> list[Channel]:
    """Those that called themselves so; without the @."""
    return await _read(transaction, _all().where(_channel.c.username == username.lower()))


async def at(transaction: Transaction, chat_id: int) -> list[Channel]:
    """The one with that number at Telegram."""
    return await _read(transaction, _all().where(_person.c.chat_id == chat_id))


async def get(transaction: Transaction, number: int) -> list[Channel]:
    """The one with that subscriber number."""
    return await _read(transaction, _all().where(_person.c.number == number))


def _all() -> Select[tuple[int, str, str | None]]:
    """Those that messages can be sent to."""
    return (
        select(
            _person.c.number,
            func.coalesce(_channel.c.title, "").label("title"),
            _channel.c.username,
        )
        .outerjoin_from(_person, _channel)
        .where(_person.c.kind == ChatKind.CHANNEL, _person.c.suspended.is_(None))
        .order_by(_person.c.number)
    )


async def _read(
    transaction: Transaction, query: Select[tuple[int, str, str | None]]
) -> list[Channel]:
    names = {row.number: Name(row.title, row.username) for row in await transaction.execute(query)}
    found = await subscribers.get(transaction, names)
    return [Channel(found[number], name) for number, name in names.items()]
