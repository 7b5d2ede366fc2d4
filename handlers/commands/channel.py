"""Command /channel: proxy that runs commands for a channel from an administrator's private chat.

`/channel NAME COMMAND` runs the command as if it were sent in the channel and answers in private.
The callback data of each button in such an answer gets the prefix `@NUMBER|`, with the channel's
subscriber number.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.commands import settings
from handlers.framework.handler_context import Handler, HandlerContext
from handlers.framework.replies import Reply, text_reply
from handlers.services import chat_places
from handlers.telegram.events import Message, Request
from handlers.telegram.keyboards import MAX_BYTES, parse_number
from handlers.text import plain_text
from handlers.text.html import Html, escape, join
from handlers.text.i18n import Translator
from storage.engine.database import Transaction
from storage.subscribers import channels
from storage.subscribers.channels import Channel, ChannelName
from storage.subscribers.subscribers import ChatKind
from storage.values.message import Button, MessageContent

COMMAND = "channel"
_PREFIX, _SEPARATOR = "@", "|"
_BLANK = re.compile(r"\s")

_MAX_TITLE_LENGTH = 60
_MAX_LISTED = 20


@dataclass(frozen=True)
class ChannelReference:
    """Parsed /channel command or button: names a channel and what to run for it."""

    name: str  # as typed; "" in a button or if no name was given
    subscriber_number: int | None  # from a button
    payload: str  # a command with its slash, or the callback data of a button; may be empty

    @classmethod
    def parse(cls, message: Message) -> "ChannelReference | None":
        """Parse a private message; None if it is about the private chat itself."""
        if message.kind is not ChatKind.PRIVATE:
            return None
        if message.callback_query is not None:
            prefix, _, data = message.callback_query.data.partition(_SEPARATOR)
            return cls("", parse_number(prefix[1:]) or 0, data) if prefix[:1] == _PREFIX else None
        if message.command != COMMAND:
            return None
        name, *payload = re.split(r"\s(?=/)", f" {message.multiline_text}", maxsplit=1)
        return cls(name.strip(), None, "".join(payload))


@dataclass(frozen=True)
class ChannelRequest:
    """A request to run in the name of a channel."""

    message: Message  # rewritten as if it came from the channel
    channel: Channel


async def find_channels(
    transaction: Transaction, reference: ChannelReference, manager: int
) -> list[Channel]:
    """Return the channels that match a reference, whether or not `manager` administers them.

    `manager`: subscriber number of the person; a title is looked up among their channels.
    """
    if reference.subscriber_number is not None:
        return await channels.find_by_number(transaction, reference.subscriber_number)
    if reference.name.startswith("@"):
        return await channels.find_by_username(transaction, reference.name[1:])
    if (chat_id := parse_number(reference.name.removeprefix("-"))) is not None:
        return await channels.find_by_chat_id(transaction, -chat_id)
    managed = await channels.managed_by(transaction, manager)
    title = reference.name.casefold()
    matches = [channel for channel in managed if title in ("", channel.name.title.casefold())]
    return matches[:_MAX_LISTED]


def build_request(
    message: Message, reference: ChannelReference, allowed: Sequence[Channel]
) -> ChannelRequest | None:
    """Build the request for the channel; without a command it is /settings.

    Return None if `allowed` is not exactly one channel, or the message names no channel.
    """
    if len(allowed) != 1 or not (reference.payload or reference.name):
        return None
    subscriber = allowed[0].subscriber
    channel_message = replace(message, target=subscriber.target, kind=ChatKind.CHANNEL)
    if message.callback_query is not None:
        callback = replace(message.callback_query, data=reference.payload)
        return ChannelRequest(replace(channel_message, callback_query=callback), allowed[0])
    command_line = reference.payload or "/settings"
    command_name, _, text = _BLANK.sub(" ", command_line[1:]).partition(" ")
    lines = command_line[1 + len(command_name) :].strip()
    channel_message = replace(
        channel_message, command=command_name.lower(), text=text.strip(), multiline_text=lines
    )
    return ChannelRequest(channel_message, allowed[0])


async def run_for_channel(
    handler: Handler,
    channel_request: ChannelRequest,
    request: Request,
    transaction: Transaction,
    context: HandlerContext,
) -> Reply:
    """Run `handler` for a channel and readdress its reply to the private chat."""
    found_channels = await channels.find_by_number(
        transaction, channel_request.channel.subscriber.number
    )
    if not found_channels:
        return Reply(answer=context.translator(request).text("answer-old-button"))
    channel = found_channels[0]
    places = await chat_places.load(transaction, channel.subscriber.number, request.now)
    channel_message = channel_request.message
    reply = await handler(
        Request(channel_message, channel.subscriber, request.now, places=places),
        transaction,
        context,
    )
    return replace(
        reply,
        messages=tuple(
            _address_to_channel(message, channel, with_title=position == 0)
            for position, message in enumerate(reply.messages)
        ),
        edit=_address_to_channel(reply.edit, channel, with_title=True) if reply.edit else None,
    )


async def show(request: Request, _transaction: Transaction, context: HandlerContext) -> Reply:
    """Answer /channel without a single match: list the channels that the person may set up."""
    translator, allowed = context.translator(request), request.channels
    if request.message.callback_query is not None:
        return Reply(answer=translator.text("answer-not-your-channel"))
    if not allowed:
        reference = ChannelReference.parse(request.message)
        if reference and reference.name:
            return text_reply(
                translator.html("channel-unknown", name=plain_text.echo(reference.name))
            )
        return text_reply(translator.html("channel-none"))
    entries = [f"{_short_title(channel.name)} · {format_reference(channel)}" for channel in allowed]
    rows = tuple((settings_button(channel, _short_title(channel.name)),) for channel in allowed)
    listing = join("\n", [escape(plain_text.clean(line)) for line in entries])
    paragraphs = [
        translator.html("channel-list"),
        listing,
        render_setup_help(allowed[0], translator),
    ]
    return Reply(messages=(MessageContent(join("\n\n", paragraphs), rows),))


def render_setup_help(channel: Channel, translator: Translator) -> Html:
    """Explain how to set up a channel."""
    return translator.html("channel-how", name=format_reference(channel))


def format_reference(channel: Channel) -> str:
    """Return the text to type after /channel: the public username, or the chat id."""
    username = channel.name.username
    return f"@{username}" if username else str(channel.subscriber.chat_id)


def settings_button(channel: Channel, label: str) -> Button:
    """Return a button that opens the settings of a channel."""
    return Button(label, _channel_data(channel, f"{settings.PAGE}:main"))


def _short_title(name: ChannelName) -> str:
    return plain_text.truncate(plain_text.single_line(name.title), _MAX_TITLE_LENGTH) or "—"


def _address_to_channel(
    content: MessageContent, channel: Channel, *, with_title: bool
) -> MessageContent:
    """Add the channel's title above the text, and its prefix to each button."""
    heading = escape(f"📣 {_short_title(channel.name)}")
    html = join("\n\n", [heading, Html(content.html)]) if with_title else content.html
    rows = [
        tuple(filter(None, (_channel_button(button, channel) for button in row)))
        for row in content.buttons
    ]
    return replace(content, html=html, buttons=tuple(row for row in rows if row))


def _channel_button(button: Button, channel: Channel) -> Button | None:
    """Add the channel prefix to a button; None if the callback data would exceed 64 bytes."""
    if button.data is None:
        return button
    data = _channel_data(channel, button.data)
    return replace(button, data=data) if len(data.encode()) <= MAX_BYTES else None


def _channel_data(channel: Channel, data: str) -> str:
    return f"{_PREFIX}{channel.subscriber.number}{_SEPARATOR}{data}"
