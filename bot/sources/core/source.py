"""What a source is: the shapes between the adapters and those who drive them."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.sources.core.state_diff import State
from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import Taken
from storage.inbound.sources import Cursor

Clock = Callable[[], datetime]
"""The time now, aware."""


class SourceError(Exception):
    """What went wrong, in words for an operator: no secret and no query string in them."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # how long the source asked to be left alone


class Unreachable(SourceError):  # noqa: N818 - the tree's root says that it is an error
    """No whole answer came: no host, no connection, too slow, broken off."""


class Refused(SourceError):  # noqa: N818
    """It answered that it will not, or cannot."""

    def __init__(self, status: int, *, retry_after: timedelta | None = None, why: str = "") -> None:
        super().__init__(f"answered {status} {why}".rstrip(), retry_after=retry_after)
        self.status = status


class Unusable(SourceError):  # noqa: N818
    """It answered something that cannot be read: too large, empty, of the wrong kind."""


@dataclass(frozen=True)
class Batch:
    """What one poll, or one request, brought."""

    source: str  # the source's configured name
    bulletins: tuple[Bulletin, ...]  # oldest first; none is a good poll too
    cursor: Cursor | None  # where the source left off; None: it keeps none
    baseline: bool  # there before we came: stored, not pushed
    many: bool = False  # many at once are no mishap: see `capping`
    state: State | None = None  # all that is on; None: the source tells what happens
    deduced: bool = False  # its all-clears are concluded from what is on no more: nobody said so
    numbered: bool = False  # the regions of its bulletins are as `ukraine` writes them


class Polled(Protocol):
    """A source that is asked again and again."""

    @property
    def name(self) -> str:
        """As configured."""
        ...

    @property
    def every(self) -> timedelta:
        """How often to ask while all is well."""
        ...

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """What is new since the cursor; None: the first poll ever, all of it is a baseline.

        Raises SourceError.
        """
        ...


Take = Callable[[Batch], Awaitable[Sequence[Taken]]]
"""Stores bulletins and cursor in one transaction; what became of each bulletin, in order."""
