"""Page parser: declaration of a pure function that reads a page from outside.

The decorator makes a value that cannot be called: `ParserPool.run` passes the page to a process
with limits, which calls the function. Only functions with this declaration can be called there, and
only those of adapters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Concatenate, Generic, ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Item = TypeVar("Item")

_PACKAGE = "bot.sources.adapters."


@dataclass(frozen=True)
class PageParser(Generic[Arguments, Item]):
    """Function from the bytes of a page and JSON values to a list of frozen dataclasses or texts.

    It raises Unusable. Its module imports neither the database nor the network, so that a worker
    starts fast.
    """

    function: Callable[Concatenate[bytes, Arguments], list[Item]]

    @property
    def name(self) -> str:
        """Name in the request to a worker."""
        return f"{self.function.__module__}:{self.function.__name__}"


def page_parser(
    function: Callable[Concatenate[bytes, Arguments], list[Item]],
) -> PageParser[Arguments, Item]:
    """Declare a function as a page parser."""
    return PageParser(function)


def find_parser(name: str) -> PageParser[..., object]:
    """Return the parser with that name. Raise LookupError if no adapter declares it."""
    module, _, attribute = name.partition(":")
    parser = getattr(import_module(module), attribute, None) if _is_adapter(module) else None
    if not isinstance(parser, PageParser):
        raise LookupError(f"no page parser is named {name}")  # noqa: TRY004 - the name is wrong
    return parser


def _is_adapter(module: str) -> bool:
    return module.startswith(_PACKAGE)
