"""Channel repository: names of channels, and the people that manage them in a private chat."""

from dataclasses import dataclass

from sqlalchemy import Select, func, select

from storage import schema
from storage.engine.database import Transaction
from storage.engine.statements import upsert
from storage.subscribers import subscribers
from storage.subscribers.subscribers import ChatKind, Subscriber

_subscriber = schema.subscriber
_channel = schema.channel
_channel_manager = schema.channel_manager


@dataclass(frozen=True)
class ChannelName:
    """Title and username of a channel."""

    title: str  # plain; may be empty if no update came from the channel yet
    username: str | None  # without the @, lower case; None: a private channel


@dataclass(frozen=True)
class Channel:
    """Channel that subscribes."""

    subscriber: Subscriber
    name: ChannelName


async def save_name(transaction: Transaction, number: int, name: ChannelName) -> None:
    """Store the present name of a channel, by its subscriber number."""
    values = {"title": name.title, "username": name.username}
    statement = upsert(transaction, _channel).values(subscriber=number, **values)
    await transaction.execute(
        statement.on_conflict_do_update(index_elements=[_channel.c.subscriber], set_=values)
    )


async def add_manager(transaction: Transaction, number: int, person: int) -> None:
    """Record that a person manages a channel, both by subscriber number. Idempotent."""
    statement = upsert(transaction, _channel_manager).values(channel=number, person=person)
    await transaction.execute(statement.on_conflict_do_nothing())


async def managed_by(transaction: Transaction, person: int) -> list[Channel]:
    """Return the channels that a person manages."""
    managed = select(_channel_manager.c.channel).where(_channel_manager.c.person == person)
    return await _read(transaction, _active_channels().where(_subscriber.c.number.in_(managed)))


async def find_by_username(transaction: Transaction, username: str) -> list[Channel]:
    """Return the channels last seen with a username, given without the @, in any case."""
    return await _read(
        transaction, _active_channels().where(_channel.c.username == username.lower())
    )


async def find_by_chat_id(transaction: Transaction, chat_id: int) -> list[Channel]:
    """Return the channel with a Telegram chat id, as a list of at most one."""
    return await _read(transaction, _active_channels().where(_subscriber.c.chat_id == chat_id))


async def find_by_number(transaction: Transaction, number: int) -> list[Channel]:
    """Return the channel with a subscriber number, as a list of at most one."""
    return await _read(transaction, _active_channels().where(_subscriber.c.number == number))


def _active_channels() -> Select[tuple[int, str, str | None]]:
    """Select the channels that are not suspended."""
    return (
        select(
            _subscriber.c.number,
            func.coalesce(_channel.c.title, "").label("title"),
            _channel.c.username,
        )
        .outerjoin_from(_subscriber, _channel)
        .where(_subscriber.c.kind == ChatKind.CHANNEL, _subscriber.c.suspended.is_(None))
        .order_by(_subscriber.c.number)
    )


async def _read(
    transaction: Transaction, query: Select[tuple[int, str, str | None]]
) -> list[Channel]:
    rows = await transaction.execute(query)
    names = {row.number: ChannelName(row.title, row.username) for row in rows}
    by_number = await subscribers.get(transaction, names)
    return [Channel(by_number[number], name) for number, name in names.items()]
