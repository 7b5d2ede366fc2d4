"""What is said when the bot is added to a group, or becomes an administrator of a channel."""

from datetime import datetime

from handlers.commands.channel import how, set_up_button
from handlers.framework.handler_context import Kit
from handlers.telegram.events import Added
from handlers.text.html import join
from storage.engine.database import Transaction
from storage.subscribers import channels, subscribers
from storage.subscribers.channels import Channel
from storage.subscribers.subscribers import ChatKind, Subscriber, Target
from storage.values.message import Content


async def join_chat(
    added: Added, transaction: Transaction, kit: Kit, now: datetime
) -> tuple[Subscriber, Content] | None:
    """The chat is a subscriber from now on; to whom what is said, if there is somebody.

    It speaks the language of whoever added the bot. A channel's readers are told nothing: that
    person is, in private, where they have begun to talk to the bot.
    """
    person = await subscribers.find(transaction, Target(added.user_id))
    language = person.language if person else kit.words.language(added.language_code)
    there = await subscribers.ensure(transaction, Target(added.chat_id), added.kind, language, now)
    await subscribers.resume(transaction, added.chat_id)
    if added.kind is not ChatKind.CHANNEL:
        return there, Content(kit.words.voice(there.language).say("group-greeting"))
    await channels.note(transaction, there.number, added.name)
    if person is None or person.suspended:
        return None
    await channels.entrust(transaction, there.number, person.number)
    return person, _about(Channel(there, added.name), kit, person.language)


def _about(channel: Channel, kit: Kit, language: str) -> Content:
    voice = kit.words.voice(language)
    said = [voice.say("channel-added", title=channel.name.title), how(channel, voice)]
    button = set_up_button(channel, voice.label("button-channel"))
    return Content(join("\n\n", said), ((button,),))
