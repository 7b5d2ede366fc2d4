"""Who may set up which channel from their private chat: Telegram is asked each time."""

import asyncio
from collections.abc import Awaitable, Callable

from handlers.commands.channel import Wanted, meant
from handlers.telegram.events import Heard
from storage.engine.database import Database
from storage.subscribers import channels
from storage.subscribers.channels import Channel


class Stewards:
    """`administrators` tells who they are, by a chat's id."""

    def __init__(
        self, database: Database, administrators: Callable[[int], Awaitable[frozenset[int]]]
    ) -> None:
        self._database = database
        self._administrators = administrators

    async def allowed(self, heard: Heard, wanted: Wanted, person: int) -> tuple[Channel, ...]:
        """The channels meant that whoever speaks administers now.

        Who has named one is remembered, by the subscriber number `person`: it is listed to them.
        """
        async with self._database.read() as transaction:
            found = await meant(transaction, wanted, person)
        asked = [self._administrators(each.subscriber.chat_id) for each in found]
        answers = zip(found, await asyncio.gather(*asked), strict=True)
        allowed = tuple(each for each, people in answers if heard.user_id in people)
        if wanted.name and allowed:
            async with self._database.write() as transaction:
                for each in allowed:
                    await channels.entrust(transaction, each.subscriber.number, person)
        return allowed
