"""Channel administrators: asks Telegram which channels a person may set up from a private chat."""

import asyncio
from collections.abc import Awaitable, Callable

from handlers.commands.channel import ChannelReference, find_channels
from handlers.telegram.events import Message
from storage.engine.database import Database
from storage.subscribers import channels
from storage.subscribers.channels import Channel

FetchAdministrators = Callable[[int], Awaitable[frozenset[int]]]
"""Fetches from Telegram the user ids of a chat's administrators, by the chat's id."""


class ChannelAdministrators:
    """Permission check for requests about channels. Asks Telegram at every request."""

    def __init__(self, database: Database, fetch_administrators: FetchAdministrators) -> None:
        self._database = database
        self._fetch_administrators = fetch_administrators

    async def permitted_channels(
        self, message: Message, reference: ChannelReference, person: int
    ) -> tuple[Channel, ...]:
        """Return the referenced channels that the sender administers now.

        Stores the sender, by the subscriber number `person`, as a manager of the channels that
        the reference names: /channel then lists them.
        """
        async with self._database.read() as transaction:
            candidates = await find_channels(transaction, reference, person)
        administrators = await asyncio.gather(
            *(self._fetch_administrators(channel.subscriber.chat_id) for channel in candidates)
        )
        permitted = tuple(
            channel
            for channel, user_ids in zip(candidates, administrators, strict=True)
            if message.user_id in user_ids
        )
        if reference.name and permitted:
            async with self._database.write() as transaction:
                for channel in permitted:
                    await channels.add_manager(transaction, channel.subscriber.number, person)
        return permitted
