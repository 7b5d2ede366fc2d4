"""Group chats: register a group or channel that the bot is added to; notices about its state."""

from datetime import datetime

from handlers.commands.channel import render_setup_help, settings_button
from handlers.framework.handler_context import HandlerContext
from handlers.telegram.events import BotAdded
from handlers.text.html import join
from handlers.text.i18n import Translator
from storage.engine.database import Transaction
from storage.subscribers import channels, subscribers
from storage.subscribers.channels import Channel
from storage.subscribers.subscribers import ChatKind, Subscriber, Target
from storage.values.message import MessageContent


async def register_chat(
    added: BotAdded, transaction: Transaction, context: HandlerContext, now: datetime
) -> tuple[Subscriber, MessageContent] | None:
    """Store the chat as a subscriber; return a greeting and its recipient, or None.

    The chat's language is that of the person who added the bot. A group gets the greeting itself.
    Nothing is posted in a channel: the person gets the message in private, if they have started a
    chat with the bot.
    """
    person = await subscribers.find(transaction, Target(added.user_id))
    language = person.language if person else context.catalog.language(added.language_code)
    subscriber = await subscribers.get_or_create(
        transaction, Target(added.chat_id), added.kind, language, now
    )
    await subscribers.resume(transaction, added.chat_id)
    if added.kind is not ChatKind.CHANNEL:
        translator = context.catalog.translator(subscriber.language)
        return subscriber, MessageContent(translator.html("group-greeting"))
    await channels.save_name(transaction, subscriber.number, added.name)
    if person is None or person.suspended:
        return None
    await channels.add_manager(transaction, subscriber.number, person.number)
    return person, _render_channel_added(Channel(subscriber, added.name), context, person.language)


def render_lost_forum_topic(translator: Translator) -> MessageContent:
    """Render the notice to a group that a forum topic cannot be written to."""
    return MessageContent(translator.html("topic-lost"))


def _render_channel_added(
    channel: Channel, context: HandlerContext, language: str
) -> MessageContent:
    translator = context.catalog.translator(language)
    paragraphs = [
        translator.html("channel-added", title=channel.name.title),
        render_setup_help(channel, translator),
    ]
    button = settings_button(channel, translator.text("button-channel"))
    return MessageContent(join("\n\n", paragraphs), ((button,),))
