"""What every handler works with."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from handlers.framework.replies import Reply
from handlers.messages.bulletin import Audience, Messages
from handlers.telegram.events import Heard, Request
from handlers.text.i18n import Voice, Words
from handlers.text.timezones import Zones
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Transaction
from storage.subscribers.subscribers import ChatKind


@dataclass(frozen=True)
class Command:
    """A command, told by its name."""

    name: str  # without the slash
    handler: "Handler"
    about: str  # key of a text: one line for /help and Telegram's menu
    usage: str | None = None  # key of a text: what may follow the name
    changes: bool = False  # writes, and so is for administrators in a group
    operators: bool = False  # for those who run the bot alone, and in private
    private: bool = False  # in private alone


@dataclass(frozen=True)
class ButtonKind:
    """A family of buttons, told by what their data begins with."""

    prefix: str  # up to the first colon
    handler: "Handler"
    changes: bool = False  # as of a command


@dataclass(frozen=True)
class Kit:
    """The same for every request. A handler changes nothing in it."""

    words: Words
    gazetteer: Gazetteer
    topics: Topics
    reader: Reader
    messages: Messages
    zones: Zones
    commands: tuple[Command, ...]
    quota: int  # subscriptions a chat may have, with all its topics
    operators: frozenset[int]  # Telegram's ids of those who run the bot
    watchers: frozenset[str]  # sources that always know which alerts are on

    def voice(self, request: Request) -> Voice:
        """Speaks the language of who receives the answer."""
        return self.words.voice(request.subscriber.language)

    def commands_for(self, heard: Heard) -> tuple[Command, ...]:
        """Those that are there for who speaks."""
        private = heard.kind is ChatKind.PRIVATE
        mine = private and heard.user_id in self.operators
        return tuple(
            command
            for command in self.commands
            if (mine or not command.operators) and (private or not command.private)
        )

    def audience(self, request: Request) -> Audience:
        return Audience.of(request.subscriber)


Handler = Callable[[Request, Transaction, Kit], Awaitable[Reply]]
"""Answers a request. Writes only where its command or button says that it changes something."""
