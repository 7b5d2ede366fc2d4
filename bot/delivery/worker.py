"""Carries what the outbox owes to Telegram, lane by lane, at the pace allowed.

Two loops share the work, so that nobody waits for the disk while there is something to send. One
plays rounds: each is a transaction that stores outcomes and picks what goes next, see
`bot.delivery.round`. What it picked lies ready until the other launches it, the most urgent first,
whenever the pacer allows a call. A round waits until there is room for a good part of a group, or
until somebody rings.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count

import structlog

from bot.delivery.attempt import Errand, Told
from bot.delivery.cycle import Ledger, Turn, play_round
from bot.delivery.health import SendingHealth
from bot.delivery.metrics import Counts
from bot.delivery.outcome import NotSent, Outcome, Refused, Rejected, RetryAfter
from bot.delivery.rate_limiter import Booking, Pacer
from bot.delivery.recovery import recover
from bot.delivery.render_cache import posted
from bot.delivery.sender import Sender
from bot.delivery.settings import PAID_RATE
from storage.engine.database import Database
from storage.inbound.bulletins import StoredBulletin
from storage.outbox import flood_waits
from storage.subscribers.subscribers import Subscriber
from storage.values.message import Content

log = structlog.get_logger(__name__)

GROUP_SECONDS = 0.1
"""So long outcomes wait to be stored."""

READY_SECONDS = 0.1
"""So long before their calls errands are picked. What is urgent goes before those picked."""

LEAST_IN_DOUBT = 64
MOST_IN_DOUBT = max(LEAST_IN_DOUBT, int(PAID_RATE * GROUP_SECONDS))
"""Attempts recorded without an outcome stored, at any time: so many a kill leaves in doubt at most.

As many as what 100 ms bring at the rate allowed, and 64 where that is less.
"""

DRAIN_SECONDS = 8.0
"""So long a stop waits for calls under way."""

_IDLE_SECONDS = 5.0  # at most until one looks again, rung or not
_NOT_SENT_SECONDS = 1.0  # nothing is sent for so long when there is no connection
_REFUSED_SECONDS = 60.0  # nothing is sent for so long when the token is refused
_TROUBLE_SECONDS = 1.0  # until a round that failed is played again
_LONG_HOLD_SECONDS = 1.0  # what lies ready is given back when it must wait for longer
_PARKED_SECONDS = 60.0  # a wait of so many is stored: it may outlive the process
_BREATH_SECONDS = 0.004  # at a high rate a few calls are launched together

Render = Callable[[StoredBulletin | Told, Subscriber], Content]


class Courier:
    """The one sender of a database.

    `bell` is set by whoever has put something into the outbox. `joined` is told the ids of
    subscriptions that a migrated group has brought to another subscriber. `counts` hear of all that
    is sent. `clock` gives aware times.
    """

    def __init__(  # noqa: PLR0913 - each is a part of the house, none a choice
        self,
        database: Database,
        sender: Sender,
        pacer: Pacer,
        render: Render,
        *,
        bell: asyncio.Event,
        joined: Callable[[Sequence[int]], Awaitable[None]],
        counts: Counts,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sender = sender
        self._pacer = pacer
        self._render = render
        self._bell = bell
        self._joined = joined
        self._counts = counts
        self._clock = clock
        rate = min(pacer.rate, PAID_RATE)
        self._most_in_doubt = max(LEAST_IN_DOUBT, int(rate * GROUP_SECONDS))
        self._most_ready = min(self._most_in_doubt, max(2, int(pacer.rate * READY_SECONDS)))
        self._ledger = Ledger()
        self.health = SendingHealth(database, pacer, clock)
        counts.watch(lambda: self._ledger.under_way)
        self._ready: list[tuple[int, int, Errand]] = []  # a heap: lane, order of picking, errand
        self._order = count()
        self._loaded = asyncio.Event()  # something is ready
        self._progress = asyncio.Event()  # there is room for a group worth a round
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_playing = False  # a round is
        self._stopping = False

    async def run(self) -> None:
        """Until `stop`; a database that fails for a while is waited for."""
        await recover(self._database, self._clock())
        await self._wait_on()
        async with asyncio.TaskGroup() as group:
            launching = group.create_task(self._launch_ready())
            while not self._stopping:
                try:
                    await self._turn()
                except Exception:  # whatever it is, those who wait for an alert are better served
                    log.exception("a round failed and is played again")
                    await asyncio.sleep(_TROUBLE_SECONDS)
            launching.cancel()
        await self._drain()

    async def _wait_on(self) -> None:
        """As long as Telegram has told the last run to wait, and this one for the rest of it."""
        now = self._clock()
        async with self._database.write() as transaction:
            standing = await flood_waits.standing(transaction, now)
        for chat_id, until in standing.items():
            seconds = (until - now).total_seconds()
            if chat_id == flood_waits.EVERYBODY:
                log.warning("nothing is sent: Telegram has told the bot to wait", until=until)
                self._pacer.hold(seconds)
            else:
                self._pacer.leave(chat_id, seconds)

    def stop(self) -> None:
        """`run` ends when the calls under way have, and says what is left in doubt."""
        self._stopping = True
        self._wake()

    async def _drain(self) -> None:
        self._give_back("stopped before the call")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_SECONDS)
        await self._play(room=0)
        if self._ledger.under_way:
            log.warning("calls left in doubt", count=len(self._ledger.under_way))

    async def _turn(self) -> None:
        self._bell.clear()
        hold = self._pacer.wait()
        is_held = hold > GROUP_SECONDS
        turn = await self._play(0 if is_held else self._room())
        for errand in turn.picked.errands:
            heapq.heappush(self._ready, (errand.lane, next(self._order), errand))
            self._loaded.set()
        if turn.more and not is_held:
            await self._wait_for_room()
            return
        seconds = hold if is_held else _IDLE_SECONDS
        if turn.next_due_at is not None and not is_held:
            seconds = min(seconds, (turn.next_due_at - self._clock()).total_seconds())
        await _wait(self._bell, seconds)

    async def _play(self, room: int) -> Turn:
        now = self._clock()
        self._is_playing = True
        try:
            turn = await play_round(self._database, self._ledger, room, self._pacer.chat_wait, now)
        finally:
            self._is_playing = False
        self._end_group()
        self._counts.settled(turn.tally)
        if turn.joined:
            await self._joined(turn.joined)
        return turn

    def _room(self) -> int:
        """How many errands may be picked now."""
        in_doubt = len(self._ledger.under_way)
        return min(self._most_ready - len(self._ready), self._most_in_doubt - in_doubt)

    def _is_roomy(self) -> bool:
        """Whether a round is worth its while: few calls are left, and a group of them has room.

        A round costs as much as ten calls do: so it is put off until the group is as large as it
        may be, but for what slow answers keep under way. When somebody has rung it may be for an
        alert: then a small group is worth it.
        """
        few = self._most_ready // 5
        if self._bell.is_set():
            return self._room() >= max(1, few)
        return len(self._ready) <= few and self._room() >= self._most_ready // 4

    async def _wait_for_room(self) -> None:
        self._progress.clear()
        if not self._is_roomy():
            await _wait(self._progress, _IDLE_SECONDS)

    async def _launch_ready(self) -> None:
        """For ever: makes the calls that are ready, when the pacer allows them."""
        while True:
            await self._loaded.wait()
            wait = self._pacer.wait()
            if wait > _LONG_HOLD_SECONDS:
                self._give_back("held before the call")
            elif wait:
                await asyncio.sleep(max(wait, _BREATH_SECONDS))
            else:
                self._launch()

    def _launch(self) -> None:
        *_, errand = heapq.heappop(self._ready)
        if not self._ready:
            self._loaded.clear()
        booking = self._pacer.book(errand.subscriber.chat_id)
        self.health.launched(errand.lane)
        task = asyncio.create_task(self._carry(errand, booking))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._note_room()

    def _give_back(self, why: str) -> None:
        """What lies ready and may not be sent for long is not in doubt: it never began."""
        while self._ready:
            *_, errand = heapq.heappop(self._ready)
            self._finish(errand, NotSent(why))
        self._loaded.clear()

    def _wake(self) -> None:
        """Has a round played now, whatever the other loop waits for."""
        self._bell.set()
        self._progress.set()

    async def _carry(self, errand: Errand, booking: Booking) -> None:
        outcome = await self._send(errand)
        self._pacer.answered(booking)
        match outcome:
            case RetryAfter(seconds):
                self._flooded(errand.subscriber.chat_id, seconds)
            case NotSent():
                self._pacer.hold(_NOT_SENT_SECONDS)
            case Refused():
                log.error("Telegram refuses the token: nothing is sent")
                self._pacer.hold(_REFUSED_SECONDS)
        self._finish(errand, outcome)

    def _flooded(self, chat_id: int, seconds: float) -> None:
        is_everybody = self._pacer.flooded(chat_id, seconds)
        if seconds < _PARKED_SECONDS:
            return
        who = flood_waits.EVERYBODY if is_everybody else chat_id
        self._ledger.waits[who] = self._clock() + timedelta(seconds=seconds)
        log.warning("told to wait for long", seconds=seconds, everybody=is_everybody)

    def _finish(self, errand: Errand, outcome: Outcome) -> None:
        errand.outcome = outcome
        self._ledger.under_way.discard(errand)
        self._ledger.finished.append(errand)
        self._counts.ended(errand)
        self.health.ended(outcome)
        if len(self._ledger.finished) == 1:
            asyncio.get_running_loop().call_later(GROUP_SECONDS, self._wake_for, errand)
        self._end_group()
        self._note_room()

    def _end_group(self) -> None:
        """Has outcomes stored when no call is left whose end would do so.

        Not while a round is played: it asks again when it is over.
        """
        if self._ledger.finished and not self._ledger.under_way and not self._is_playing:
            self._wake()

    def _wake_for(self, errand: Errand) -> None:
        """Has an outcome stored that has waited long enough.

        Not when it is stored by now, nor while something lies ready: the round that is played
        when that is launched stores it.
        """
        if not self._ready and errand in self._ledger.finished[:1]:
            self._wake()

    def _note_room(self) -> None:
        if self._is_roomy():
            self._progress.set()

    async def _send(self, errand: Errand) -> Outcome:
        try:
            what = errand.told or errand.what
            content = what if isinstance(what, Content) else self._render(what, errand.subscriber)
            content = posted(content) if errand.is_post else content
            if errand.told and errand.told.edits:
                chat_id = errand.subscriber.chat_id
                outcome = await self._sender.edit(chat_id, errand.told.edits, content)
                if errand.is_edit or not isinstance(outcome, Rejected):
                    return outcome  # else the message that a ring would have joined is gone
            return await self._sender.send(errand.subscriber.target, content, silent=errand.silent)
        except Exception as error:  # one message that cannot be rendered must not stop the others
            log.exception("a message could not be made", subscriber=errand.subscriber.number)
            return Rejected(type(error).__name__)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until it is set, at most so long."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), max(0.0, seconds))
