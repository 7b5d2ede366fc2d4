"""Has ukrainealarm.com send its messages to us, and learns what it calls its regions."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

import structlog

from bot.sources.adapters.ukraine.ukrainealarm_parser import Place, read_places
from bot.sources.base.rsa_signature import PublicKey
from bot.sources.core.source import Refused, SourceError
from bot.sources.http.client import Fetcher

_LARGEST = 4 * 1024 * 1024  # bytes
_OTHERS = frozenset((401, 403, 429))  # a wrong key, or too many requests: no reason to try again

log = structlog.get_logger(__name__)


class Enrolment:
    """At one address, until this process ends: where it is already, it is told again."""

    def __init__(
        self,
        url: str,  # lists all alerts
        address: str,  # where the service reaches us
        key: str,  # what it shows there
        headers: Mapping[str, str],
        signer: PublicKey | None,  # who signs what it sends; None: that is not checked
    ) -> None:
        self.key = key
        self.signer = signer
        where = urlsplit(url)
        above = where.path.rstrip("/").rpartition("/")[0]
        self._api = urlunsplit(where._replace(path=above, query="", fragment=""))
        parts = urlsplit(address)
        query = "&".join(filter(None, (parts.query, urlencode({"key": key}))))
        self._address = urlunsplit(parts._replace(query=query))
        self._headers = headers
        self.done = False
        self.places: Mapping[str, Place] = {}  # by number; empty as long as nobody told

    async def enrol(self, name: str, fetcher: Fetcher) -> None:
        """Once; as long as it fails, the source is asked as often as without it."""
        if self.done:
            return
        try:
            await self._register(fetcher)
            self.done = True
            page = await fetcher.get(f"{self._api}/regions", limit=_LARGEST, headers=self._headers)
            self.places = read_places(page.body if page else b"")
        except SourceError as error:
            step = "regions" if self.done else "register"
            log.warning("webhook_not_set_up", source=name, step=step, error=str(error))

    async def _register(self, fetcher: Fetcher) -> None:
        """POST, and PATCH where it has an address of ours already (its OpenAPI description)."""
        body = json.dumps({"webHookUrl": self._address}).encode()
        status = 0
        for method in ("POST", "PATCH"):
            status = await fetcher.send(method, f"{self._api}/webhook", body, self._headers)
            if status in _OTHERS or 200 <= status < 300:
                break
        if not 200 <= status < 300:
            raise Refused(status, why="to the address of the webhook")
