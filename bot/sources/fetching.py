"""The one HTTP client of all polled sources: polite, and careful with what it is given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version

from aiohttp import (
    ClientConnectorDNSError,
    ClientError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TooManyRedirects,
)

from bot.sources.source import Clock, Refused, SourceError, Unreachable
from bot.sources.unpacking import whole_body

USER_AGENT = f"tocsin/{version('tocsin')}"

_LONGEST_WAIT = timedelta(days=1)  # nobody silences a source for good by a header
_REDIRECTS = 5

Validators = dict[str, str]
"""What the server told of the page it sent, to ask whether it is still the same: headers to send
with the next request. Part of a cursor."""

_ASKED_WITH = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


@dataclass(frozen=True)
class Page:
    """A whole answer with status 200."""

    body: bytes  # unpacked
    content_type: str  # "text/html"; "" when the server said none
    charset: str | None  # when the server said one
    validators: Validators


def open_session() -> ClientSession:
    """A session as `Fetcher` wants it. Whoever opens it closes it."""
    return ClientSession(
        cookie_jar=DummyCookieJar(),
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip"},
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
        self._timeout = ClientTimeout(total=deadline.total_seconds())

    async def get(
        self,
        url: str,
        *,
        limit: int,
        validators: Validators | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Page | None:
        """The page, or None when it is still the one the validators tell of (304).

        `limit` is in bytes, when unpacked. Raises SourceError; `headers` may hold a secret.
        """
        asked = {"Accept": "*/*", **(headers or {}), **(validators or {})}
        try:
            async with self._session.get(
                url,
                headers=asked,
                timeout=self._timeout,
                max_redirects=_REDIRECTS,
                auto_decompress=False,  # see `unpacking`
            ) as response:
                if response.status == 304 and validators:
                    return None
                if response.status != 200:
                    raise Refused(response.status, retry_after=self._retry_after(response))
                return await _page(response, limit)
        except (ClientError, OSError) as error:  # TimeoutError is an OSError
            raise _unreachable(error) from None  # a chained error would show the whole address

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
    )


def _unreachable(error: Exception) -> SourceError:
    if isinstance(error, TimeoutError):
        return Unreachable("gave no whole answer in time")
    if isinstance(error, ClientConnectorDNSError):
        return Unreachable("has an unknown host")
    if isinstance(error, ClientPayloadError):
        return Unreachable("broke off in the middle of its answer")
    if isinstance(error, TooManyRedirects):
        return Unreachable("redirects in a circle")
    if isinstance(error, OSError):
        return Unreachable(f"cannot be connected to: {error.strerror or type(error).__name__}")
    return Unreachable(f"broke HTTP: {type(error).__name__}")
