"""Server of the stand-in: starts, stops, and connects its parts."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from aiohttp import web

from bot.standin.bot_api import BotApi
from bot.standin.faults import Faults
from bot.standin.journal import Journal
from bot.standin.limits import TELEGRAM, Limits
from bot.standin.page import ChatPage, PageText
from bot.standin.people import People
from bot.standin.person import Person
from bot.standin.world import World

TOKEN = "12345:TEST-token-of-the-stand-in"  # noqa: S105 - no secret: it opens only the stand-in


class Standin:
    """Loopback server that implements Telegram's Bot API, with a chat page for a person.

    A bot reaches it with `{url}/bot{token}/{method}`; a browser opens `{url}/`.

    token: the bot's token; the number before the colon is the bot's id.
    name: the bot's name.
    clock: monotonic seconds, for limits, the journal and the age of button presses.
    wall: unix seconds, for the dates of messages.
    limits: rate limits, enforced with 429; None enforces none.
    journal: keeps calls; `Journal(keep=0)` keeps none but measures rates.
    history: number of messages and changes kept for each chat; None keeps all.
    page: texts at the top of the chat page.
    """

    def __init__(  # noqa: PLR0913 - independent options of tests and the demo
        self,
        token: str = TOKEN,
        *,
        name: str = "Stand-in",
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        limits: Limits | None = TELEGRAM,
        journal: Journal | None = None,
        history: int | None = None,
        page: PageText | None = None,
    ) -> None:
        self.token = token
        self.url = ""
        self.journal = Journal() if journal is None else journal
        self.faults = Faults()
        self._world = World(token, name, clock=clock, wall=wall, limits=limits, history=history)
        self.people = People(self._world)
        self._api = BotApi(self._world, token, self.faults, self.journal)
        self._page = ChatPage(self._world, self.people, page or PageText())
        self._runner: web.ServerRunner | None = None

    @property
    def visitor(self) -> Person:
        """The person at the chat page."""
        return self._page.visitor

    async def start(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Listen; port 0 takes a free one. Raises OSError if the port is in use."""
        server = web.Server(
            self._dispatch, access_log=None
        )  # an access log would contain the token
        self._runner = web.ServerRunner(server, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        bound: int = self._runner.addresses[0][1]
        self.url = f"http://{host}:{bound}"

    async def stop(self) -> None:
        """End all polls and event streams, then close every connection."""
        if self._runner is None:
            return
        await self._world.close()
        self._page.close()
        await self._runner.cleanup()
        self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def _dispatch(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.path.startswith("/bot"):
            return await self._api.answer(request)
        return await self._page.answer(request)
