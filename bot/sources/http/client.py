"""The one HTTP client of all polled sources: polite, and careful with what it is given."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Annotated
from urllib.parse import urljoin

from aiohttp import (
    ClientConnectorDNSError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from aiohttp.resolver import DefaultResolver
from pydantic import AfterValidator

from bot.sources.core.source import Clock, Refused, SourceError, Unreachable, Unusable
from bot.sources.http.decompression import whole_body
from bot.sources.http.ssrf_guard import (
    LeadsInside,
    PublicResolver,
    is_web_address,
    leads_inside,
    origin,
)
from storage.settings import Section

_SHOWN = re.compile(r"[!#-'*-\[\]-~]{3,200}", re.ASCII)

_LONGEST_WAIT = timedelta(days=1)  # nobody silences a source for good by a header
_REDIRECTS = 5
_MOVED = frozenset((301, 302, 303, 307, 308))

Validators = dict[str, str]
"""What the server told of the page it sent, to ask whether it is still the same: headers to send
with the next request. Part of a cursor."""

_INSIDE = "leads into a private network"
_NO_TIMEOUT = ClientTimeout()  # one deadline stands for all steps

_ASKED_WITH = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


@dataclass(frozen=True)
class Page:
    """A whole answer with status 200."""

    body: bytes  # unpacked
    content_type: str  # "text/html"; "" when the server said none
    charset: str | None  # when the server said one
    validators: Validators
    url: str  # where it came from, after all redirects


def _contact(written: str) -> str:
    if written and not _SHOWN.fullmatch(written):
        raise ValueError("a mail address or a web address, without blanks and parentheses")
    return written


class SourcesSettings(Section, frozen=True):
    """`[sources]`: what all of them share."""

    contact: Annotated[str, AfterValidator(_contact)] = ""  # of who runs this, for who is asked


def user_agent(contact: str = "") -> str:
    """Says what asks, and whom to write to about it."""
    return f"tocsin/{version('tocsin')}" + (f" (+{contact})" if contact else "")


def open_session(settings: SourcesSettings | None = None) -> ClientSession:
    """A session as `Fetcher` wants it. Whoever opens it closes it."""
    contact = settings.contact if settings else ""
    return ClientSession(
        connector=TCPConnector(resolver=PublicResolver(DefaultResolver())),
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": user_agent(contact), "Accept-Encoding": "gzip"},
    )


class Fetcher:
    """Gets pages."""

    def __init__(
        self,
        session: ClientSession,
        clock: Clock,
        deadline: timedelta = timedelta(seconds=20),  # for one whole answer, its body included
    ) -> None:
        self._session = session
        self._clock = clock
        self._deadline = deadline.total_seconds()
        self.reading = asyncio.Lock()  # for what costs a process to read: one at a time

    async def get(
        self,
        url: str,
        *,
        limit: int,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
        named_by: str | None = None,
    ) -> Page | None:
        """The page, or None when it is still the one the validators tell of (304).

        `limit` is in bytes, when unpacked. `headers` may hold a secret: another server than that
        of `url` never sees them. `named_by` is the operator's address whose page named `url`; where
        it is None, the operator wrote `url`. Raises SourceError.
        """
        try:
            async with asyncio.timeout(self._deadline):
                return await self._follow(url, named_by or url, limit, headers, validators)
        except (ClientError, OSError) as error:  # TimeoutError is an OSError
            raise _unreachable(error) from None  # a chained error would show the whole address

    async def send(self, method: str, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Sends JSON; the status that is answered. No redirect is followed. Raises Unreachable."""
        sent = {**headers, "Content-Type": "application/json"}
        try:
            async with (
                asyncio.timeout(self._deadline),
                self._session.request(
                    method, url, data=body, headers=sent, timeout=_NO_TIMEOUT, allow_redirects=False
                ) as response,
            ):
                return response.status
        except (ClientError, OSError) as error:
            raise _unreachable(error) from None

    async def _follow(
        self,
        url: str,
        own: str,
        limit: int,
        headers: Mapping[str, str] | None,
        validators: Validators | None,
    ) -> Page | None:
        here = url
        for _ in range(_REDIRECTS + 1):
            if leads_inside(here) and origin(here) != origin(own):
                raise Unusable(_INSIDE)
            shown = headers if headers and origin(here) == origin(url) else {}
            asked = {"Accept": "*/*", **shown, **(validators or {})}
            async with self._session.get(
                here,
                headers=asked,
                timeout=_NO_TIMEOUT,
                allow_redirects=False,  # each step is looked at
                auto_decompress=False,  # see `unpacking`
            ) as response:
                if response.status not in _MOVED:
                    return await self._answer(response, limit, validators)
                here = _next(here, response)
        raise Unreachable("redirects in a circle")

    async def _answer(
        self, response: ClientResponse, limit: int, validators: Validators | None
    ) -> Page | None:
        if response.status == 304 and validators:
            return None
        if response.status != 200:
            raise Refused(response.status, retry_after=self._retry_after(response))
        return await _page(response, limit)

    def _retry_after(self, response: ClientResponse) -> timedelta | None:
        written = response.headers.get("Retry-After")
        wait = parse_retry_after(written, self._clock()) if written else None
        return min(wait, _LONGEST_WAIT) if wait else None


def parse_retry_after(written: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); None for anything else and for the past."""
    if len(written) > 50:  # longer than any date
        return None
    try:
        if written.strip().isdecimal():
            return timedelta(seconds=int(written))
        at = parsedate_to_datetime(written)
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    except OverflowError:
        return timedelta.max
    except ValueError:
        return None
    return wait if wait > timedelta(0) else None


async def _page(response: ClientResponse, limit: int) -> Page:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    body = await whole_body(response.content.iter_any(), encoding, limit)
    return Page(
        body=body,
        content_type=response.content_type if "Content-Type" in response.headers else "",
        charset=response.charset,
        validators={
            asked: response.headers[told]
            for told, asked in _ASKED_WITH.items()
            if told in response.headers
        },
        url=str(response.url),
    )


def _next(here: str, response: ClientResponse) -> str:
    """Where a redirect leads."""
    there = urljoin(here, response.headers.get("Location", ""))
    if "Location" not in response.headers or not is_web_address(there):
        raise Refused(response.status)
    return there


def _unreachable(error: Exception) -> SourceError:
    if isinstance(error, TimeoutError):
        return Unreachable("gave no whole answer in time")
    if isinstance(error, ClientConnectorDNSError):
        if isinstance(error.os_error, LeadsInside):
            return Unusable(_INSIDE)
        return Unreachable("has an unknown host")
    if isinstance(error, ClientPayloadError):
        return Unreachable("broke off in the middle of its answer")
    if isinstance(error, OSError):
        return Unreachable(f"cannot be connected to: {error.strerror or type(error).__name__}")
    return Unreachable(f"broke HTTP: {type(error).__name__}")
