"""Handler context, and the declarations of commands and buttons."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from alerts.sound import DEFAULT_SOUND_RULE, SoundRule
from handlers.framework.backtest_limit import BacktestLimit
from handlers.framework.replies import Reply
from handlers.messages.bulletin import BulletinRenderer, RenderOptions
from handlers.telegram.events import Message, Request
from handlers.text.i18n import Catalog, Translator
from handlers.text.query_text import QueryFormatter
from handlers.text.timezones import TimezoneFinder
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topics
from storage.engine.database import Transaction
from storage.subscribers.subscribers import ChatKind


@dataclass(frozen=True)
class Command:
    """Declaration of a command."""

    name: str  # without the slash
    handler: "Handler"
    description_key: str  # text key: one line for /help and Telegram's menu
    usage_key: str | None = None  # text key: the arguments that the command takes
    is_write: bool = False  # changes data; in a group only administrators may use it
    is_operator_only: bool = False  # and in a private chat only
    is_private_only: bool = False  # in a private chat only


@dataclass(frozen=True)
class ButtonKind:
    """Declaration of a family of buttons whose callback data have one prefix."""

    prefix: str  # up to the first colon
    handler: "Handler"
    is_write: bool = False  # as in `Command`


@dataclass(frozen=True)
class HandlerContext:
    """Collaborators of all handlers, the same for every request. Handlers never modify it."""

    catalog: Catalog
    gazetteer: Gazetteer
    topics: Topics
    reader: Reader
    bulletin_renderer: BulletinRenderer
    timezones: TimezoneFinder
    commands: tuple[Command, ...]
    subscription_quota: int = 100  # subscriptions of a chat, including its forum topics
    operator_ids: frozenset[int] = frozenset()  # Telegram user ids
    state_sources: frozenset[str] = frozenset()  # sources that always report all active alerts
    # Property that no source regularly has -> kinds of sources that would.
    unfilled_properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sound_rule: SoundRule = DEFAULT_SOUND_RULE
    source_names: frozenset[str] | None = None  # as configured; None: any name is accepted
    alert_ttl: timedelta = timedelta(minutes=15)  # an alert that is older is not pushed
    backtests: BacktestLimit = field(default_factory=BacktestLimit)

    def translator(self, request: Request) -> Translator:
        """Return the translator for the language of the subscriber."""
        return self.catalog.translator(request.subscriber.language)

    def formatter(self, request: Request) -> QueryFormatter:
        """Return the formatter of queries for the subscriber."""
        return QueryFormatter(
            self.translator(request), self.gazetteer, self.topics, request.place_names
        )

    def commands_for(self, message: Message) -> tuple[Command, ...]:
        """Return the commands that the sender may use in this chat."""
        is_private = message.kind is ChatKind.PRIVATE
        is_operator = is_private and message.user_id in self.operator_ids
        return tuple(
            command
            for command in self.commands
            if (is_operator or not command.is_operator_only)
            and (is_private or not command.is_private_only)
        )

    def render_options(self, request: Request) -> RenderOptions:
        """Return the render options of the subscriber."""
        return RenderOptions.of(request.subscriber)


Handler = Callable[[Request, Transaction, HandlerContext], Awaitable[Reply]]
"""Handles a request and returns the reply. It writes only if its declaration is `is_write`."""
