"""/channel: a channel is set up from the private chat of one of its administrators.

`/channel NAME COMMAND` does what the command would do in the channel, and answers in private. Each
button of such an answer says whose it is: `@NUMBER|` and then what it would carry in the channel.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from handlers.commands import settings
from handlers.framework.handler_context import Handler, Kit
from handlers.framework.replies import Reply, reply
from handlers.telegram.callback_data import MOST_BYTES, number
from handlers.telegram.events import Heard, Request
from handlers.text import plain_text
from handlers.text.html import Html, escape, join
from handlers.text.i18n import Voice
from storage.engine.database import Transaction
from storage.subscribers import channels
from storage.subscribers.channels import Channel, Name
from storage.subscribers.subscribers import ChatKind
from storage.values.message import Button, Content

COMMAND = "channel"
_MARK, _END = "@", "|"

_LONGEST_TITLE = 60
_SHOWN = 20


@dataclass(frozen=True)
class Wanted:
    """Which channel is meant, and what is asked for it."""

    name: str  # as typed; "" where a button says which, or nothing does
    number: int | None  # the subscriber number that a button carries
    rest: str  # a command with its slash, what a button carries, or nothing

    @classmethod
    def of(cls, heard: Heard) -> "Wanted | None":
        """None where this is about no channel but the chat it was said in."""
        if heard.kind is not ChatKind.PRIVATE:
            return None
        if heard.press is not None:
            mark, _, data = heard.press.data.partition(_END)
            return cls("", number(mark[1:]) or 0, data) if mark[:1] == _MARK else None
        if heard.command != COMMAND:
            return None
        name, slash, rest = f" {heard.lines}".partition(" /")
        return cls(name.strip(), None, slash.strip() + rest)


@dataclass(frozen=True)
class ChannelErrand:
    """What is to be done for a channel."""

    heard: Heard  # as if it had been said there
    channel: Channel


async def meant(transaction: Transaction, wanted: Wanted, person: int) -> list[Channel]:
    """The channels that may be meant. Whether the person may set them up is another question."""
    if wanted.number is not None:
        return await channels.get(transaction, wanted.number)
    if wanted.name.startswith("@"):
        return await channels.named(transaction, wanted.name[1:])
    if (chat := number(wanted.name.removeprefix("-"))) is not None:
        return await channels.at(transaction, -chat)
    mine = await channels.of(transaction, person)
    title = wanted.name.casefold()
    return [each for each in mine if title in ("", each.name.title.casefold())][:_SHOWN]


def errand(heard: Heard, wanted: Wanted, allowed: Sequence[Channel]) -> ChannelErrand | None:
    """None where nothing is asked for, or it is not clear for which channel."""
    if len(allowed) != 1 or not (wanted.rest or wanted.name):
        return None
    subscriber = allowed[0].subscriber
    there = replace(heard, target=subscriber.target, kind=ChatKind.CHANNEL)
    if heard.press is not None:
        press = replace(heard.press, data=wanted.rest)
        return ChannelErrand(replace(there, press=press), allowed[0])
    command = wanted.rest or "/settings"
    word, _, text = command[1:].replace("\n", " ").partition(" ")
    lines = command[1 + len(word) :].strip()
    there = replace(there, command=word.lower(), text=text.strip(), lines=lines)
    return ChannelErrand(there, allowed[0])


async def carry_out(
    handler: Handler, errand: ChannelErrand, request: Request, transaction: Transaction, kit: Kit
) -> Reply:
    """What `handler` says to the channel, for the chat where it was asked."""
    there = await channels.get(transaction, errand.channel.subscriber.number)
    if not there:
        return Reply(answer=kit.voice(request).label("answer-old-button"))
    channel = there[0]
    said = await handler(Request(errand.heard, channel.subscriber, request.now), transaction, kit)
    return replace(
        said,
        replies=tuple(
            _addressed(content, channel, titled=at == 0) for at, content in enumerate(said.replies)
        ),
        edit=_addressed(said.edit, channel, titled=True) if said.edit else None,
    )


async def show(request: Request, _transaction: Transaction, kit: Kit) -> Reply:
    """/channel: those that the person may set up, or that there is no such."""
    voice, allowed = kit.voice(request), request.channels
    if request.heard.press is not None:
        return Reply(answer=voice.label("answer-not-your-channel"))
    if not allowed:
        wanted = Wanted.of(request.heard)
        if wanted and wanted.name:
            return reply(voice.say("channel-unknown", name=wanted.name))
        return reply(voice.say("channel-none"))
    lines = [f"{_title(each.name)} · {called(each)}" for each in allowed]
    rows = tuple((set_up_button(each, _title(each.name)),) for each in allowed)
    listed = join("\n", [escape(plain_text.clean(line)) for line in lines])
    said = [voice.say("channel-list"), listed, how(allowed[0], voice)]
    return Reply(replies=(Content(join("\n\n", said), rows),))


async def read_in_private(request: Request, _transaction: Transaction, kit: Kit) -> Reply:
    """A reader of a channel pressed a button: what it would say is not for all the others."""
    return Reply(answer=kit.voice(request).label("answer-read-in-private"))


def how(channel: Channel, voice: Voice) -> Html:
    """How a channel is set up."""
    return voice.say("channel-how", name=called(channel))


def called(channel: Channel) -> str:
    """What to type after /channel: its public name, or its number."""
    username = channel.name.username
    return f"@{username}" if username else str(channel.subscriber.chat_id)


def set_up_button(channel: Channel, label: str) -> Button:
    """Turns to the settings of a channel."""
    return Button(label, _data(channel, f"{settings.PAGE}:main"))


def _title(name: Name) -> str:
    return plain_text.shorten(plain_text.line(name.title), _LONGEST_TITLE) or "—"


def _addressed(content: Content, channel: Channel, *, titled: bool) -> Content:
    """The same, with the channel's name above it where there is room, and on each button."""
    head = escape(f"📣 {_title(channel.name)}")
    html = join("\n\n", [head, Html(content.html)]) if titled else content.html
    rows = [
        tuple(filter(None, (_of_channel(button, channel) for button in row)))
        for row in content.buttons
    ]
    return replace(content, html=html, buttons=tuple(row for row in rows if row))


def _of_channel(button: Button, channel: Channel) -> Button | None:
    """None where what it carries is too long that way."""
    if button.data is None:
        return button
    data = _data(channel, button.data)
    return replace(button, data=data) if len(data.encode()) <= MOST_BYTES else None


def _data(channel: Channel, data: str) -> str:
    return f"{_MARK}{channel.subscriber.number}{_END}{data}"
