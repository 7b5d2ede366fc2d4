"""Source interface: the `PolledSource` protocol and its `Batch`."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.sources.core.state_diff import State
from storage.inbound.bulletins import Bulletin
from storage.inbound.ingest_queue import IngestResult
from storage.inbound.sources import Cursor

Clock = Callable[[], datetime]
"""Returns the current time, aware."""


@dataclass(frozen=True)
class Batch:
    """Result of one poll or of one webhook request."""

    source: str  # configured name
    bulletins: tuple[Bulletin, ...]  # oldest first; may be empty
    cursor: Cursor | None  # position after this batch; None: the stored one stays
    is_baseline: bool  # existed before the first poll: stored, not pushed
    is_unconfirmed: bool = False  # the next poll must confirm it: no successful poll yet
    can_burst: bool = False  # many bulletins are normal: exempt from the burst limit
    state: State | None = None  # all active alerts; None: the source reports events
    has_inferred_all_clears: bool = False  # inferred from missing alerts, not announced
    has_service_regions: bool = False  # regions are (number, name, raion): see `region_resolver`

    @property
    def is_state_message(self) -> bool:
        """True for the changes that a state source reports by a message between two polls."""
        return self.state is not None and not self.has_inferred_all_clears


class PolledSource(Protocol):
    """A source that is polled."""

    @property
    def name(self) -> str:
        """Configured name."""
        ...

    @property
    def every(self) -> timedelta:
        """Interval between two polls while there are no errors."""
        ...

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """Return what is new since the cursor; at the first poll (None) everything, as a baseline.

        Raises SourceError.
        """
        ...


IngestBatch = Callable[[Batch], Awaitable[Sequence[IngestResult]]]
"""Stores bulletins and cursor in one transaction; returns a result for each bulletin, in order."""
