"""Carries what the outbox owes to Telegram, lane by lane, at the pace allowed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.delivery.errands import Errand
from bot.delivery.outcome import NotSent, Outcome, Refused, Rejected, RetryAfter
from bot.delivery.pacing import Pacer
from bot.delivery.recovery import recover
from bot.delivery.round import GROUP_SECONDS, Ledger, Turn, play_round
from bot.delivery.sender import Sender
from storage.bulletins import StoredBulletin
from storage.content import Content
from storage.database import Database
from storage.subscribers import Subscriber

log = structlog.get_logger(__name__)

MOST_UNDER_WAY = 64
"""Calls under way at once: a kill leaves at most so many in doubt."""

DRAIN_SECONDS = 8.0
"""So long a stop waits for calls under way."""

_IDLE_SECONDS = 5.0
_NOT_SENT_SECONDS = 1.0
_REFUSED_SECONDS = 60.0
_TROUBLE_SECONDS = 1.0

Render = Callable[[StoredBulletin, Subscriber], Content]


class Courier:
    """The one sender of a database.

    `bell` is set by whoever has put something into the outbox. `joined` is told the ids of
    subscriptions that a migrated group has brought to another subscriber. `clock` gives aware
    times.
    """

    def __init__(
        self,
        database: Database,
        sender: Sender,
        pacer: Pacer,
        render: Render,
        *,
        bell: asyncio.Event,
        joined: Callable[[Sequence[int]], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sender = sender
        self._pacer = pacer
        self._render = render
        self._bell = bell
        self._joined = joined
        self._clock = clock
        self._room = max(1, min(MOST_UNDER_WAY, int(pacer.rate * GROUP_SECONDS)))
        self._ledger = Ledger()
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False

    async def run(self) -> None:
        """Until `stop`; a database that fails for a while is waited for."""
        await recover(self._database, self._clock())
        while not self._stopping:
            try:
                await self._turn()
            except Exception:  # whatever it is, those who wait for an alert are better served
                log.exception("a round failed and is played again")
                await asyncio.sleep(_TROUBLE_SECONDS)
        await self._drain()

    def stop(self) -> None:
        """`run` ends when the calls under way have, and says what is left in doubt."""
        self._stopping = True
        self._bell.set()

    async def _drain(self) -> None:
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)
        await self._play(room=0)
        if self._ledger.under_way:
            log.warning("calls left in doubt", count=len(self._ledger.under_way))

    async def _turn(self) -> None:
        self._bell.clear()
        if (hold := self._pacer.wait()) > GROUP_SECONDS:
            await self._play(room=0)
            await self._wait(self._clock() + timedelta(seconds=hold))
            return
        room = min(self._room, MOST_UNDER_WAY - len(self._ledger.under_way))
        turn = await self._play(room)
        for errand in turn.picked.errands:
            await self._launch(errand)
        if not turn.picked.errands and not turn.picked.put_off:
            await self._wait(turn.next_due_at)

    async def _play(self, room: int) -> Turn:
        now = self._clock()
        turn = await play_round(self._database, self._ledger, room, self._pacer.chat_wait, now)
        if turn.joined:
            await self._joined(turn.joined)
        return turn

    async def _launch(self, errand: Errand) -> None:
        while (wait := self._pacer.wait()) and not self._stopping:  # noqa: ASYNC110 - it waits for time
            await asyncio.sleep(min(wait, GROUP_SECONDS))
        if self._stopping:
            self._finish(errand, NotSent("stopped before the call"))
            return
        self._pacer.book(errand.subscriber.chat_id)
        task = asyncio.create_task(self._carry(errand))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry(self, errand: Errand) -> None:
        outcome = await self._send(errand)
        match outcome:
            case RetryAfter(seconds):
                self._pacer.flooded(errand.subscriber.chat_id, seconds)
            case NotSent():
                self._pacer.hold(_NOT_SENT_SECONDS)
            case Refused():
                log.error("Telegram refuses the token: nothing is sent")
                self._pacer.hold(_REFUSED_SECONDS)
        self._finish(errand, outcome)

    def _finish(self, errand: Errand, outcome: Outcome) -> None:
        errand.outcome = outcome
        self._ledger.under_way.discard(errand)
        self._ledger.finished.append(errand)
        if not self._ledger.under_way:
            self._bell.set()  # nobody else will end the group

    async def _send(self, errand: Errand) -> Outcome:
        try:
            what = errand.what
            content = what if isinstance(what, Content) else self._render(what, errand.subscriber)
            return await self._sender.send(errand.subscriber.target, content, silent=errand.silent)
        except Exception as error:  # one message that cannot be rendered must not stop the others
            log.exception("a message could not be made", subscriber=errand.subscriber.number)
            return Rejected(type(error).__name__)

    async def _wait(self, next_due_at: datetime | None) -> None:
        """Until there may be something to do."""
        seconds = _IDLE_SECONDS
        if next_due_at:
            seconds = min(seconds, (next_due_at - self._clock()).total_seconds())
        if self._ledger.groups or self._ledger.finished:
            seconds = min(seconds, GROUP_SECONDS)
        try:
            await asyncio.wait_for(self._bell.wait(), max(0.0, seconds))
        except TimeoutError:
            return
