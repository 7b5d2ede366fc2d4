"""HTTP client of all polled sources: conditional GET, checked redirects, size and time limits."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
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
from yarl import URL

from bot.os_errors import describe_os_error
from bot.sources.core.errors import Refused, SourceError, Unreachable, Unusable
from bot.sources.core.source import Clock
from bot.sources.http.decompression import read_decompressed
from bot.sources.http.ssrf_guard import (
    PrivateAddressError,
    PublicResolver,
    has_private_host,
    origin,
)
from bot.sources.isolation.parser_pool import ParserPool
from bot.web_address import is_web_address
from storage.settings import Section

_CONTACT = re.compile(r"[!#-'*-\[\]-~]{3,200}", re.ASCII)

_MAX_RETRY_AFTER = timedelta(days=1)  # a header may not silence a source for good
_MAX_REDIRECTS = 5
_COMPLETE_STATUSES = frozenset((200, 203))  # 203: a proxy has transformed the answer
_REDIRECT_STATUSES = frozenset((301, 302, 303, 307, 308))

Validators = dict[str, str]
"""Cache validators of a page as request headers for the next conditional GET. Part of a cursor."""

_LEADS_INSIDE = "leads into a private network"
_NO_TIMEOUT = ClientTimeout()  # one timeout covers all steps, see `HttpClient`

_CONDITIONAL_HEADERS = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


@dataclass(frozen=True)
class Page:
    """A complete answer with status 200."""

    body: bytes  # unpacked
    content_type: str  # "text/html"; "" if the server sent none
    charset: str | None  # None if the server sent none
    validators: Validators
    url: str  # after all redirects

    @property
    def base(self) -> str:
        """Address for relative links, without parts that may hold a secret."""
        return str(URL(self.url).with_user(None).with_query(None).with_fragment(None))


def _validate_contact(text: str) -> str:
    if text and not _CONTACT.fullmatch(text):
        raise ValueError("an email address or a web address, without spaces or parentheses")
    return text


class SourcesSettings(Section, frozen=True):
    """`[sources]`: settings shared by all sources."""

    contact: Annotated[str, AfterValidator(_validate_contact)] = ""  # sent to all sources


def user_agent(contact: str = "") -> str:
    """Return the User-Agent: name, version and the operator's contact."""
    return f"tocsin/{version('tocsin')}" + (f" (+{contact})" if contact else "")


@dataclass(frozen=True)
class SourceSession:
    """Connections and parser workers, shared by all polled sources."""

    http: ClientSession
    parsers: ParserPool


@asynccontextmanager
async def open_session(settings: SourcesSettings | None = None) -> AsyncIterator[SourceSession]:
    """Open a session for `HttpClient`; at the end, its connections and workers are closed."""
    contact = settings.contact if settings else ""
    http = ClientSession(
        connector=TCPConnector(resolver=PublicResolver(DefaultResolver())),
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": user_agent(contact), "Accept-Encoding": "gzip"},
    )
    async with http, ParserPool() as parsers:
        yield SourceSession(http, parsers)


class HttpClient:
    """HTTP client with one timeout for each complete answer."""

    def __init__(
        self,
        session: SourceSession,
        clock: Clock,
        timeout: timedelta = timedelta(seconds=20),  # for one complete answer with its body
    ) -> None:
        self._session = session.http
        self.parsers = session.parsers  # reads the pages
        self._clock = clock
        self._timeout_seconds = timeout.total_seconds()

    async def get(
        self,
        url: str,
        *,
        max_bytes: int,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
        linked_from: str | None = None,
    ) -> Page | None:
        """Return the page, or None if it still matches the validators (304).

        `max_bytes` limits the decompressed body. `headers` may hold a secret: only the origin of
        `url` receives them. `linked_from` is the configured address of the page that linked to
        `url`; None means that `url` itself is configured. Raises SourceError.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds):
                return await self._get_with_redirects(
                    url, linked_from or url, max_bytes, headers, validators
                )
        except (ClientError, OSError) as error:  # TimeoutError is an OSError
            raise _to_source_error(error) from None  # a chained error would show the full address

    async def send_json(
        self, method: str, url: str, body: bytes, headers: Mapping[str, str]
    ) -> int:
        """Send JSON and return the status. Redirects are not followed. Raises Unreachable."""
        all_headers = {**headers, "Content-Type": "application/json"}
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._session.request(
                    method,
                    url,
                    data=body,
                    headers=all_headers,
                    timeout=_NO_TIMEOUT,
                    allow_redirects=False,
                ) as response,
            ):
                return response.status
        except (ClientError, OSError) as error:
            raise _to_source_error(error) from None

    async def _get_with_redirects(
        self,
        url: str,
        configured_url: str,
        limit: int,
        headers: Mapping[str, str] | None,
        validators: Validators | None,
    ) -> Page | None:
        current = url
        for _ in range(_MAX_REDIRECTS + 1):
            if has_private_host(current) and origin(current) != origin(configured_url):
                raise Unusable(_LEADS_INSIDE)
            own_headers = headers if headers and origin(current) == origin(url) else {}
            sent_headers = {"Accept": "*/*", **own_headers, **(validators or {})}
            async with self._session.get(
                current,
                headers=sent_headers,
                timeout=_NO_TIMEOUT,
                allow_redirects=False,  # each step is checked
                auto_decompress=False,  # see `decompression`
            ) as response:
                if response.status not in _REDIRECT_STATUSES:
                    return await self._read_page(response, limit, validators)
                current = _redirect_target(current, response)
        raise Unreachable("redirects too often")

    async def _read_page(
        self, response: ClientResponse, limit: int, validators: Validators | None
    ) -> Page | None:
        if response.status == 304 and validators:
            return None
        if response.status not in _COMPLETE_STATUSES:
            raise Refused(response.status, retry_after=self._retry_after(response))
        return await _to_page(response, limit)

    def _retry_after(self, response: ClientResponse) -> timedelta | None:
        value = response.headers.get("Retry-After")
        wait = parse_retry_after(value, self._clock()) if value else None
        return min(wait, _MAX_RETRY_AFTER) if wait else None


def parse_retry_after(value: str, now: datetime) -> timedelta | None:
    """Return the delay from seconds or an HTTP date (RFC 9110, 10.2.3), None for the past.

    Anything else is None too.
    """
    if len(value) > 50:  # longer than any date
        return None
    try:
        if value.strip().isdecimal():
            return timedelta(seconds=int(value))
        time = parsedate_to_datetime(value)
        wait = (time if time.tzinfo else time.replace(tzinfo=UTC)) - now
    except OverflowError:
        return timedelta.max
    except ValueError:
        return None
    return wait if wait > timedelta(0) else None


async def _to_page(response: ClientResponse, limit: int) -> Page:
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    body = await read_decompressed(response.content.iter_any(), encoding, limit)
    return Page(
        body=body,
        content_type=response.content_type if "Content-Type" in response.headers else "",
        charset=response.charset,
        validators={
            request_header: response.headers[header]
            for header, request_header in _CONDITIONAL_HEADERS.items()
            if header in response.headers
        },
        url=str(response.url),
    )


def _redirect_target(current: str, response: ClientResponse) -> str:
    target = urljoin(current, response.headers.get("Location", ""))
    if "Location" not in response.headers or not is_web_address(target):
        raise Refused(response.status)
    return target


def _to_source_error(error: Exception) -> SourceError:
    if isinstance(error, TimeoutError):
        return Unreachable("did not answer completely in time")
    if isinstance(error, ClientConnectorDNSError):
        if isinstance(error.os_error, PrivateAddressError):
            return Unusable(_LEADS_INSIDE)
        return Unreachable("has an unknown host")
    if isinstance(error, ClientPayloadError):
        return Unreachable("closed the connection before its answer was complete")
    if isinstance(error, OSError):
        return Unreachable(f"cannot be reached: {describe_os_error(error)}")
    return Unreachable(f"sent an invalid HTTP response: {type(error).__name__}")
