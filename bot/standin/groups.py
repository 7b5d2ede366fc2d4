"""Groups, forums and channels, and what happens to the bot there."""

from bot.standin.chats import Chat, Kind, Standing, Topic
from bot.standin.payloads import membership_json
from bot.standin.person import Person
from bot.standin.posting import Said, post
from bot.standin.world import World


class Group(Chat):
    """A chat of many: a group, a supergroup, a forum or a channel."""

    __slots__ = ("_world",)

    def __init__(
        self,
        world: World,
        chat_id: int,
        kind: Kind,
        title: str,
        *,
        forum: bool = False,
        username: str | None = None,
    ) -> None:
        super().__init__(
            chat_id, kind, title, forum=forum, username=username, history=world.history
        )
        self._world = world

    async def set_bot(self, standing: Standing, by: Person) -> int | None:
        """Add, promote, demote or remove the bot; returns the my_chat_member update's id.

        "member" adds it, "administrator" promotes it, "kicked" removes it.
        """
        bot = self._world.bot
        old = self.members.get(bot.id, "left")
        self.members[bot.id] = standing
        body = membership_json(self._world, self, bot, old, by.user)
        return await self._world.updates.publish("my_chat_member", body)

    async def set_member(self, person: Person, standing: Standing, by: Person) -> int | None:
        """Change a person's standing; the bot must have asked for chat_member updates."""
        old = self.members.get(person.id, "left")
        self.members[person.id] = standing
        body = membership_json(self._world, self, person.user, old, by.user)
        return await self._world.updates.publish("chat_member", body)

    async def open_topic(self, title: str, by: Person) -> int:
        """Begin a topic of the forum; returns its message_thread_id."""
        thread = self.last_id + 1
        self.topics[thread] = Topic(title)
        service = {"forum_topic_created": {"name": title, "icon_color": 7322096}}
        await post(self._world, self, by.id, Said(thread=thread, service=service))
        return thread

    async def close_topic(self, thread: int, by: Person) -> None:
        """Let nobody write in the topic any more."""
        self.topics[thread].closed = True
        service: dict[str, object] = {"forum_topic_closed": {}}
        await post(self._world, self, by.id, Said(thread=thread, service=service))

    def delete_topic(self, thread: int) -> None:
        """Remove the topic; the bot is not told."""
        del self.topics[thread]

    async def upgrade(self, new_id: int, by: Person) -> "Group":
        """Turn a basic group into a supergroup with another id, and tell the bot so twice."""
        new = Group(self._world, new_id, "supergroup", self.title)
        new.members = dict(self.members)
        self._world.chats[new_id] = new
        await post(self._world, self, by.id, Said(service={"migrate_to_chat_id": new_id}))
        self.migrated_to = new_id
        await post(self._world, new, by.id, Said(service={"migrate_from_chat_id": self.id}))
        return new
