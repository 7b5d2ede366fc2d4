"""Factory of people, groups and channels."""

import itertools
from collections.abc import Iterable, Iterator

from bot.standin.chats import Chat, Kind, Standing, User
from bot.standin.groups import Group
from bot.standin.person import Person
from bot.standin.world import World

_SUPERGROUPS = -1_000_000_000_000  # supergroups and channels have ids below this


class People:
    """Everyone that the bot can meet; iterates over the persons."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._persons: dict[int, Person] = {}
        self._ids = itertools.count(700_000_001)
        self._chat_ids = itertools.count(400_000_001)

    def __iter__(self) -> Iterator[Person]:
        return iter(tuple(self._persons.values()))

    def person(
        self,
        name: str,
        *,
        id: int | None = None,  # noqa: A002 - Telegram's word for it
        language_code: str | None = "en",
        username: str | None = None,
        started: bool = False,
    ) -> Person:
        """Create a person with a private chat with the bot.

        started: the person has written to the bot before, so it may write to them.
        """
        user_id = next(self._ids) if id is None else id
        user = User(user_id, name, username, language_code)
        chat = Chat(user_id, "private", name, username=username, history=self._world.history)
        chat.members = {user_id: "member", self._world.bot.id: "member"}
        chat.started = started
        self._world.users[user_id] = user
        self._world.chats[user_id] = chat
        self._persons[user_id] = Person(self._world, user, chat)
        return self._persons[user_id]

    def group(
        self,
        title: str,
        members: Iterable[Person] = (),
        admins: Iterable[Person] = (),
        *,
        forum: bool = False,
        supergroup: bool = False,
        id: int | None = None,  # noqa: A002 - Telegram's word for it
        bot: Standing = "member",
    ) -> Group:
        """Create a group, owned by the first of the admins. A forum is always a supergroup.

        bot: the bot is already a member; it gets no update about that.
        """
        kind: Kind = "supergroup" if supergroup or forum else "group"
        chat_id = self._chat_id(kind) if id is None else id
        group = Group(self._world, chat_id, kind, title, forum=forum)
        return self._fill(group, members, admins, bot)

    def channel(
        self,
        title: str,
        admins: Iterable[Person] = (),
        members: Iterable[Person] = (),
        *,
        username: str | None = None,
        id: int | None = None,  # noqa: A002 - Telegram's word for it
        bot: Standing = "administrator",
    ) -> Group:
        """Create a channel; with a username it is public."""
        chat_id = self._chat_id("channel") if id is None else id
        channel = Group(self._world, chat_id, "channel", title, username=username)
        return self._fill(channel, members, admins, bot)

    def _chat_id(self, kind: Kind) -> int:
        number = next(self._chat_ids)
        return -number if kind == "group" else _SUPERGROUPS - number

    def _fill(
        self, group: Group, members: Iterable[Person], admins: Iterable[Person], bot: Standing
    ) -> Group:
        group.members = {person.id: "member" for person in members}
        for index, person in enumerate(admins):
            group.members[person.id] = "administrator" if index else "creator"
        group.members[self._world.bot.id] = bot
        self._world.chats[group.id] = group
        return group
