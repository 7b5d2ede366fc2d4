"""A source that is one page: asked whether it is still the same, and read when it is not."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bot.sources.base import cursor_scope
from bot.sources.base.source_settings import PolledSettings, WebAddress
from bot.sources.core.source import Batch, Clock
from bot.sources.http.client import Fetcher, Page
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor


class PageSettings(PolledSettings, ABC, frozen=True):
    """A subclass adds its `kind`, its usual address where it has one, and how often it is read."""

    kind: str
    url: WebAddress


@dataclass(frozen=True)
class Found:
    """What a page brought."""

    bulletins: tuple[Bulletin, ...]  # oldest first
    more: Mapping[str, Any]  # what the source wants to find in its cursor


class OnePage(ABC):
    """What such sources do alike.

    The cursor: `place`, as in `placing`; `validators`, as in `fetching`; and what `read` adds,
    which may put other validators there.
    """

    limit: ClassVar[int]  # bytes of a page

    def __init__(self, settings: PageSettings, fetcher: Fetcher, clock: Clock) -> None:
        self.name = settings.name
        self.every = settings.every
        self._url = settings.url
        self._fetcher = fetcher
        self._clock = clock
        self._place = cursor_scope.mark(settings.kind, settings.url)

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """What is new on the page. Raises SourceError."""
        cursor = cursor_scope.own(cursor, self._place)
        validators = cursor["validators"] if cursor else None
        page = await self._fetcher.get(self._url, limit=self.limit, validators=validators)
        if page is None:
            return Batch(self.name, (), cursor, baseline=False)
        found = await self.read(page, cursor, self._clock())
        told = {"place": self._place, "validators": page.validators, **found.more}
        return Batch(self.name, found.bulletins, told, baseline=cursor is None)

    @abstractmethod
    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> Found:
        """What is new on it; `cursor` is None at the first poll ever. Raises SourceError."""
