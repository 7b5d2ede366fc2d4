"""Person who talks to the bot."""

from bot.standin.callbacks import Press
from bot.standin.chats import Chat, User
from bot.standin.inline import InlineQuery
from bot.standin.messages import Button, Message
from bot.standin.payloads import chat_json, membership_json, message_json, user_json
from bot.standin.posting import Post, post
from bot.standin.world import World


class Person:
    """Person with a private chat with the bot.

    Every action reaches the bot as an update. The methods return the id of the update, or None if
    the bot does not get one (privacy mode, or a kind it did not ask for).
    """

    def __init__(self, world: World, user: User, chat: Chat) -> None:
        self.user = user
        self.chat = chat  # the private chat with the bot
        self._world = world

    @property
    def id(self) -> int:
        """Telegram ID of the person and of the private chat."""
        return self.user.id

    async def send(
        self,
        text: str,
        *,
        chat: Chat | None = None,
        reply_to: Message | int | None = None,
        thread: int | None = None,
        anonymous: bool = False,
    ) -> int | None:
        """Send a message, by default to the bot; in a channel it is a post of the channel.

        anonymous: as an anonymous administrator of the group.
        """
        answered = reply_to.id if isinstance(reply_to, Message) else reply_to
        content = Post(text, reply_to=answered, thread=thread, anonymous=anonymous)
        return await self._post(chat, content)

    async def share_location(
        self, latitude: float, longitude: float, *, chat: Chat | None = None
    ) -> int | None:
        """Send a location, in degrees."""
        return await self._post(chat, Post(location=(latitude, longitude)))

    async def press(self, message: Message, button: str) -> Press:
        """Press an inline button, named by its text or its data.

        Raises ValueError if there is no such button now or it only opens a link.
        """
        chat = self._world.chats[message.chat_id]
        shown = chat.get(message.id)
        if shown is None:
            raise ValueError(f"message {message.id} is not visible")
        return await self._press(shown, find_button(shown, button))

    async def press_forged(self, message: Message, data: str) -> Press:
        """Send callback data that no button has, as a manipulated client can."""
        return await self._press(message, Button("forged", data=data))

    async def block(self) -> int | None:
        """Block the bot: Telegram then refuses its messages."""
        return await self._stand(blocked=True)

    async def unblock(self) -> int | None:
        """Unblock the bot."""
        return await self._stand(blocked=False)

    def deactivate(self) -> None:
        """Delete the account; the bot gets no update."""
        self.user.deactivated = True

    async def ask_inline(self, query: str, offset: str = "") -> InlineQuery:
        """Type an inline query in some chat."""
        asked = self._world.inline.ask()
        body = {
            "id": asked.query_id,
            "from": user_json(self.user),
            "query": query,
            "offset": offset,
            "chat_type": "private",
        }
        await self._world.updates.publish("inline_query", body)
        return asked

    async def react(self, message: Message, emoji: str | None) -> int | None:
        """Set or remove a reaction to a message; the bot must have asked for such updates."""
        chat = self._world.chats[message.chat_id]
        body = {
            "chat": chat_json(chat),
            "message_id": message.id,
            "user": user_json(self.user),
            "date": self._world.now(),
            "old_reaction": [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
        }
        return await self._world.updates.publish("message_reaction", body)

    async def _post(self, chat: Chat | None, content: Post) -> int | None:
        place = chat or self.chat
        if place is self.chat:
            if self._is_blocking():
                await self.unblock()
            place.started = True
        return await post(self._world, place, self.id, content)

    async def _press(self, message: Message, button: Button) -> Press:
        if button.data is None:
            raise ValueError(f"the button {button.text!r} tells the bot nothing")
        press = self._world.callbacks.press(self.id)
        body = {
            "id": press.query_id,
            "from": user_json(self.user),
            "chat_instance": str(message.chat_id),
            "message": message_json(self._world, message),
            "data": button.data,
        }
        press.update_id = await self._world.updates.publish("callback_query", body)
        return press

    def _is_blocking(self) -> bool:
        return self.chat.members[self._world.bot.id] == "kicked"

    async def _stand(self, *, blocked: bool) -> int | None:
        if blocked == self._is_blocking():
            return None
        bot = self._world.bot
        old = self.chat.members[bot.id]
        self.chat.members[bot.id] = "kicked" if blocked else "member"
        body = membership_json(self._world, self.chat, bot, old, self.user)
        return await self._world.updates.publish("my_chat_member", body)


def find_button(message: Message, name: str) -> Button:
    """Return the inline button with this text or data; raise ValueError if there is none."""
    buttons = [button for row in message.buttons for button in row]
    for button in buttons:
        if name in {button.text, button.data}:
            return button
    raise ValueError(f"no button {name!r} among {[button.text for button in buttons]}")
