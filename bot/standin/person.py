"""A person who talks to the bot."""

from bot.standin.callbacks import Press
from bot.standin.chats import Chat, User
from bot.standin.inline import InlineQuery
from bot.standin.messages import Button, Message
from bot.standin.payloads import chat_json, membership_json, message_json, user_json
from bot.standin.posting import Said, post
from bot.standin.world import World


class Person:
    """Someone with a private chat with the bot.

    Whatever a person does reaches the bot as an update; the id of the update is returned, or
    None when the bot is not told of it (privacy mode, or a kind it did not ask for).
    """

    def __init__(self, world: World, user: User, chat: Chat) -> None:
        self.user = user
        self.chat = chat  # the private chat with the bot
        self._world = world

    @property
    def id(self) -> int:
        """Telegram's id, also that of the private chat."""
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
        """Write into a chat, by default to the bot; in a channel it is a post of the channel.

        anonymous: as an administrator who hides behind the group.
        """
        answered = reply_to.id if isinstance(reply_to, Message) else reply_to
        said = Said(text, reply_to=answered, thread=thread, anonymous=anonymous)
        return await self._post(chat, said)

    async def share_location(
        self, latitude: float, longitude: float, *, chat: Chat | None = None
    ) -> int | None:
        """Send where one is, in degrees."""
        return await self._post(chat, Said(location=(latitude, longitude)))

    async def press(self, message: Message, button: str) -> Press:
        """Press an inline button, named by its text or its data.

        Raises ValueError when there is no such button now or it only opens a link.
        """
        chat = self._world.chats[message.chat_id]
        shown = chat.get(message.id)
        if shown is None:
            raise ValueError(f"message {message.id} is not visible")
        return await self._press(shown, find_button(shown, button))

    async def press_forged(self, message: Message, data: str) -> Press:
        """Send button data that no button has, as a tampered client can."""
        return await self._press(message, Button("forged", data=data))

    async def block(self) -> int | None:
        """Block the bot: what it sends is refused from now on."""
        return await self._stand(blocked=True)

    async def unblock(self) -> int | None:
        """Let the bot write again."""
        return await self._stand(blocked=False)

    def deactivate(self) -> None:
        """Delete the account; the bot is not told."""
        self.user.deactivated = True

    async def ask_inline(self, query: str, offset: str = "") -> InlineQuery:
        """Type "@bot query" in some chat."""
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
        """Put an emoji on a message, or take it off; the bot must have asked for such updates."""
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

    async def _post(self, chat: Chat | None, said: Said) -> int | None:
        place = chat or self.chat
        if place is self.chat:
            if self._is_blocking():
                await self.unblock()
            place.started = True
        return await post(self._world, place, self.id, said)

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
    """The inline button with this text or data; raises ValueError naming those there are."""
    buttons = [button for row in message.buttons for button in row]
    for button in buttons:
        if name in {button.text, button.data}:
            return button
    raise ValueError(f"no button {name!r} among {[button.text for button in buttons]}")
