"""Groups, forums and channels, and the bot's membership in them."""

from bot.standin.chats import Chat, Kind, Standing, Topic
from bot.standin.payloads import membership_json
from bot.standin.person import Person
from bot.standin.posting import Post, post
from bot.standin.world import World


class Group(Chat):
    """Group, supergroup, forum or channel."""

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
        """Add, promote, demote or remove the bot; return the id of the my_chat_member update.

        "member" adds it, "administrator" promotes it, "kicked" removes it.
        """
        bot = self._world.bot
        old = self.members.get(bot.id, "left")
        self.members[bot.id] = standing
        body = membership_json(self._world, self, bot, old, by.user)
        return await self._world.updates.publish("my_chat_member", body)

    async def set_member(self, person: Person, standing: Standing, by: Person) -> int | None:
        """Change a person's status; the bot gets it if it asked for chat_member updates."""
        old = self.members.get(person.id, "left")
        self.members[person.id] = standing
        body = membership_json(self._world, self, person.user, old, by.user)
        return await self._world.updates.publish("chat_member", body)

    async def open_topic(self, title: str, by: Person) -> int:
        """Open a topic of the forum; return its message_thread_id."""
        thread = self.last_id + 1
        self.topics[thread] = Topic(title)
        service = {"forum_topic_created": {"name": title, "icon_color": 7322096}}
        await post(self._world, self, by.id, Post(thread=thread, service=service))
        return thread

    async def close_topic(self, thread: int, by: Person) -> None:
        """Close the topic for writing."""
        self.topics[thread].closed = True
        service: dict[str, object] = {"forum_topic_closed": {}}
        await post(self._world, self, by.id, Post(thread=thread, service=service))

    def delete_topic(self, thread: int) -> None:
        """Remove the topic; the bot gets no update."""
        del self.topics[thread]

    async def upgrade(self, new_id: int, by: Person) -> "Group":
        """Upgrade a basic group to a supergroup with another id; the bot gets two updates."""
        new = Group(self._world, new_id, "supergroup", self.title)
        new.members = dict(self.members)
        self._world.chats[new_id] = new
        await post(self._world, self, by.id, Post(service={"migrate_to_chat_id": new_id}))
        self.migrated_to = new_id
        await post(self._world, new, by.id, Post(service={"migrate_from_chat_id": self.id}))
        return new
