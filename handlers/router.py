"""Which handler an update is for."""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers import registry
from handlers.framework.handler_context import Command, Handler
from handlers.telegram.events import Heard
from storage.subscribers.subscribers import ChatKind

_BUTTONS = {button.prefix: button for button in registry.BUTTONS}


@dataclass(frozen=True)
class Route:
    handler: Handler
    changes: bool  # writes, and so is for administrators in a group


def route(heard: Heard, commands: Iterable[Command]) -> Route | None:
    """Among the commands there are for who speaks. None: said among people, and not to the bot."""
    private = heard.kind is ChatKind.PRIVATE
    if heard.press is not None:
        button = _BUTTONS.get(heard.press.data.partition(":")[0])
        return (
            Route(button.handler, button.changes)
            if button
            else Route(registry.OLD_BUTTON, changes=False)
        )
    if heard.location is not None:
        return Route(registry.LOCATION, changes=False)
    if heard.command is None and heard.file is not None:
        return Route(registry.FILE, changes=False) if private else None
    if heard.command is None:
        return Route(registry.FREE_TEXT, changes=False) if private else None
    command = next((each for each in commands if each.name == heard.command), None)
    if command is None:
        return Route(registry.UNKNOWN, changes=False) if private else None
    return Route(command.handler, command.changes)
