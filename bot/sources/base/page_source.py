"""Page source: base class of sources that are one page, polled by conditional GET."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from bot.sources.base import cursor_scope
from bot.sources.base.source_settings import PolledSettings
from bot.sources.core.source import Batch, Clock
from bot.sources.http.client import HttpClient, Page
from bot.web_address import WebAddress
from storage.inbound.bulletins import Bulletin
from storage.inbound.sources import Cursor


class PageSettings(PolledSettings, ABC, frozen=True):
    """Settings of a page source. A subclass adds `kind` and its own defaults."""

    kind: str
    url: WebAddress


@dataclass(frozen=True)
class PageResult:
    """Bulletins of a page and the adapter's own part of the cursor."""

    bulletins: tuple[Bulletin, ...]  # oldest first
    cursor_fields: Mapping[str, Any]


class PageSource(ABC):
    """Base class of page sources.

    Cursor: `place`, see `cursor_scope`; `validators`, see `http.client`; and the fields that `read`
    adds, which may override the validators.
    """

    max_bytes: ClassVar[int]  # of a page

    def __init__(self, settings: PageSettings, client: HttpClient, clock: Clock) -> None:
        self.name = settings.name
        self.every = settings.every
        self._url = settings.url
        self._client = client
        self._parsers = client.parsers
        self._clock = clock
        self._scope = cursor_scope.scope_id(settings.kind, settings.url)

    async def fetch(self, cursor: Cursor | None) -> Batch:
        """Return what is new on the page. Raise SourceError."""
        cursor = cursor_scope.keep_if_in_scope(cursor, self._scope)
        validators = cursor["validators"] if cursor else None
        page = await self._client.get(self._url, max_bytes=self.max_bytes, validators=validators)
        if page is None:
            return Batch(self.name, (), cursor, is_baseline=False)
        result = await self.read(page, cursor, self._clock())
        fields = {
            "place": self._scope,
            "validators": page.validators,
            **result.cursor_fields,
        }
        return Batch(self.name, result.bulletins, fields, is_baseline=cursor is None)

    @abstractmethod
    async def read(self, page: Page, cursor: Cursor | None, now: datetime) -> PageResult:
        """Return what is new on the page; `cursor` is None at the first poll. Raise SourceError."""
