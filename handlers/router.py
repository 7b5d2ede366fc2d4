"""Router: selects the handler of a message."""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers import registry
from handlers.framework.handler_context import Command, Handler
from handlers.telegram.events import Message
from storage.subscribers.subscribers import ChatKind

_BUTTONS = {button.prefix: button for button in registry.BUTTONS}


@dataclass(frozen=True)
class Route:
    """Selected handler."""

    handler: Handler
    is_write: bool  # changes data; in a group only administrators may use it


def route(message: Message, commands: Iterable[Command]) -> Route | None:
    """Select the handler of a message; None if a group's message is not for the bot.

    `commands` are those that the sender may use.
    """
    if message.callback_query is not None:
        return _button_route(message.callback_query.data)
    if message.location is not None:
        return Route(registry.LOCATION, is_write=True)
    is_private = message.kind is ChatKind.PRIVATE
    if message.command is None:
        handler = registry.FILE if message.file_name is not None else registry.FREE_TEXT
        return Route(handler, is_write=False) if is_private else None
    command = next((command for command in commands if command.name == message.command), None)
    if command is None:
        return Route(registry.UNKNOWN, is_write=False) if is_private else None
    return Route(command.handler, command.is_write)


def _button_route(data: str) -> Route:
    button = _BUTTONS.get(data.partition(":")[0])
    if button is None:
        return Route(registry.OLD_BUTTON, is_write=False)
    return Route(button.handler, button.is_write)
