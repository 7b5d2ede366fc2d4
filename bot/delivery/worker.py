"""Delivery worker: send the outbox to Telegram, by lane priority, within the rate limit.

Two loops share the work, so that calls do not wait for the disk. One runs cycles: each is a
transaction that settles outcomes and claims the next messages (`bot.delivery.cycle`). Claimed
attempts are ready until the other loop launches them, the most urgent first, whenever the rate
limiter allows a call. A cycle waits until there is room for a good part of a batch, or until the
worker is woken.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count

import structlog

from bot.delivery.attempt import Attempt
from bot.delivery.attempt_runner import Render, is_already_shown, run_attempt
from bot.delivery.cycle import CycleResult, InFlight, run_cycle
from bot.delivery.health import DeliveryHealth
from bot.delivery.http_transport import call_written
from bot.delivery.metrics import DeliveryMetrics
from bot.delivery.outcome import AlreadyShown, NotSent, Outcome, RetryAfter, Sent, TokenRejected
from bot.delivery.rate_limiter import Permit, RateLimiter
from bot.delivery.recovery import recover, restore_flood_waits
from bot.delivery.sender import Sender
from bot.delivery.settings import PAID_RATE
from bot.delivery.shown_messages import ShownMessages
from bot.delivery.token_pause import TokenPause
from storage.engine.database import CommitUnknown, Database
from storage.outbox import flood_waits

log = structlog.get_logger(__name__)

SETTLE_DELAY_SECONDS = 0.1
"""Longest time that an outcome waits to be stored."""

CLAIM_AHEAD_SECONDS = 0.1
"""Attempts are claimed so long before their calls; an urgent one overtakes those ready."""

MIN_IN_DOUBT_LIMIT = 64
MAX_IN_DOUBT_LIMIT = max(MIN_IN_DOUBT_LIMIT, int(PAID_RATE * SETTLE_DELAY_SECONDS))
"""Limit of attempts recorded without a stored outcome, so of calls that a crash leaves in doubt.

The limit is the number of calls in 100 ms at the configured rate, and at least 64.
"""

DRAIN_TIMEOUT_SECONDS = 8.0
"""Longest time that a stop waits for calls in flight."""

_IDLE_SECONDS = 5.0  # longest time between two cycles
_NO_CONNECTION_PAUSE_SECONDS = 1.0  # when there is no connection
_FAILED_CYCLE_DELAY_SECONDS = 1.0  # until a failed cycle is run again
_LONG_PAUSE_SECONDS = 1.0  # a longer pause releases the attempts that are ready
_STORED_FLOOD_WAIT_SECONDS = 60.0  # a longer wait is stored: it may outlive the process
_MIN_SLEEP_SECONDS = 0.004  # so a high rate launches a few calls together


class DeliveryWorker:
    """Sends all messages of one database.

    `wakeup` is set after something is put into the outbox. `on_subscriptions_moved` gets the ids of
    subscriptions that have another subscriber because their group migrated. `clock` returns aware
    times.
    """

    def __init__(  # noqa: PLR0913 - collaborators, not options
        self,
        database: Database,
        sender: Sender,
        rate_limiter: RateLimiter,
        render: Render,
        *,
        wakeup: asyncio.Event,
        on_subscriptions_moved: Callable[[Sequence[int]], Awaitable[None]],
        metrics: DeliveryMetrics,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._sender = sender
        self._rate_limiter = rate_limiter
        self._render = render
        self._wakeup = wakeup
        self._on_subscriptions_moved = on_subscriptions_moved
        self._metrics = metrics
        self._clock = clock
        rate = min(rate_limiter.rate, PAID_RATE)
        self._in_doubt_limit = max(MIN_IN_DOUBT_LIMIT, int(rate * SETTLE_DELAY_SECONDS))
        self._ready_limit = min(
            self._in_doubt_limit, max(2, int(rate_limiter.rate * CLAIM_AHEAD_SECONDS))
        )
        self._in_flight = InFlight()
        self._shown = ShownMessages()
        self._token_pause = TokenPause(clock)
        self._moved_subscriptions: list[int] = []  # ids of those not reported yet
        self.health = DeliveryHealth(database, rate_limiter, clock)
        metrics.observe_in_flight(lambda: self._in_flight.attempts)
        self._ready: list[tuple[int, int, Attempt]] = []  # a heap: lane, order of claims, attempt
        self._order = count()
        self._has_ready = asyncio.Event()
        self._has_room = asyncio.Event()  # a cycle is worthwhile
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_cycle_running = False
        self._stopping = False

    async def run(self) -> None:
        """Run until `stop`. A cycle that fails, as when the database does, is run again."""
        await recover(self._database, self._clock())
        await restore_flood_waits(self._database, self._rate_limiter, self._clock())
        try:
            async with asyncio.TaskGroup() as group:
                launching = group.create_task(self._launch_ready())
                await self._run_cycles()
                launching.cancel()
            await self._drain()
        except* CommitUnknown:
            # Another cycle could store or claim the same again: the next start decides instead.
            log.error("calls_left_in_doubt", count=len(self._in_flight.attempts))  # noqa: TRY400

    async def _run_cycles(self) -> None:
        while not self._stopping:
            try:
                await self._claim_and_wait()
            except CommitUnknown:
                raise
            except Exception:  # no error may stop the delivery of alerts
                log.exception("delivery_cycle_failed")
                await asyncio.sleep(_FAILED_CYCLE_DELAY_SECONDS)

    def stop(self) -> None:
        """Make `run` return once the calls in flight have ended, or after the drain timeout."""
        self._stopping = True
        self._wake_up()

    async def _drain(self) -> None:
        self._release_ready("stopped before the call")
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=DRAIN_TIMEOUT_SECONDS)
        await self._run_cycle(room=0)
        if self._in_flight.attempts:
            log.warning("calls_left_in_doubt", count=len(self._in_flight.attempts))

    async def _claim_and_wait(self) -> None:
        self._wakeup.clear()
        pause = self._rate_limiter.delay()
        is_paused = pause > SETTLE_DELAY_SECONDS
        result = await self._run_cycle(0 if is_paused else self._room())
        if result.has_more and not is_paused:
            await self._wait_for_room()
            return
        seconds = pause if is_paused else _IDLE_SECONDS
        if result.next_due_at is not None and not is_paused:
            seconds = min(seconds, (result.next_due_at - self._clock()).total_seconds())
        await _wait_for(self._wakeup, seconds)

    async def _run_cycle(self, room: int) -> CycleResult:
        now = self._clock()
        self._is_cycle_running = True
        try:
            result = await run_cycle(
                self._database, self._in_flight, room, self._rate_limiter.chat_delay, now
            )
        finally:
            self._is_cycle_running = False
        # Everything that follows from the commit, before anything that may fail.
        for attempt in result.claims.attempts:
            heapq.heappush(self._ready, (attempt.lane, next(self._order), attempt))
            self._has_ready.set()
        self._moved_subscriptions += result.moved_subscriptions
        self._settle_if_idle()
        self._metrics.record_dispositions(result.dispositions)
        if self._moved_subscriptions:  # stays after a failure, for the next cycle
            await self._on_subscriptions_moved(self._moved_subscriptions)
            self._moved_subscriptions = []
        return result

    def _room(self) -> int:
        """Return how many attempts may be claimed now."""
        in_doubt = len(self._in_flight.attempts)
        return min(self._ready_limit - len(self._ready), self._in_doubt_limit - in_doubt)

    def _is_cycle_worthwhile(self) -> bool:
        """Return whether to run a cycle now: few attempts are ready and there is room for a batch.

        A cycle costs as much as ten calls, so it waits until the batch is as large as slow
        responses allow. A wakeup may be for an alert: so a small batch justifies a cycle.
        """
        few = self._ready_limit // 5
        if self._wakeup.is_set():
            return self._room() >= max(1, few)
        return len(self._ready) <= few and self._room() >= self._ready_limit // 4

    async def _wait_for_room(self) -> None:
        self._has_room.clear()
        if not self._is_cycle_worthwhile():
            await _wait_for(self._has_room, _IDLE_SECONDS)

    async def _launch_ready(self) -> None:
        """Launch the attempts that are ready whenever the rate limiter allows, forever."""
        while True:
            await self._has_ready.wait()
            delay = self._rate_limiter.delay()
            if delay > _LONG_PAUSE_SECONDS:
                self._release_ready("paused before the call")
            elif delay:
                await asyncio.sleep(max(delay, _MIN_SLEEP_SECONDS))
            else:
                self._launch()

    def _launch(self) -> None:
        *_, attempt = heapq.heappop(self._ready)
        if not self._ready:
            self._has_ready.clear()
        self.health.record_call(attempt.lane)
        if is_already_shown(attempt, self._render, self._shown):
            self._finish(attempt, AlreadyShown())
            return
        permit = self._rate_limiter.acquire(attempt.subscriber.chat_id)
        task = asyncio.create_task(self._perform(attempt, permit))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._signal_room()

    def _release_ready(self, reason: str) -> None:
        """Finish the attempts that are ready as not sent: their calls have not begun."""
        while self._ready:
            *_, attempt = heapq.heappop(self._ready)
            self._finish(attempt, NotSent(reason))
        self._has_ready.clear()

    def _wake_up(self) -> None:
        """Make the cycle loop run a cycle now."""
        self._wakeup.set()
        self._has_room.set()

    async def _perform(self, attempt: Attempt, permit: Permit) -> None:
        call_written.set(permit.record_write)
        outcome = await run_attempt(attempt, self._sender, self._render, self._shown)
        self._rate_limiter.release(permit)
        match outcome:
            case RetryAfter(seconds):
                self._record_flood_wait(attempt.subscriber.chat_id, seconds)
            case NotSent():
                self._rate_limiter.pause(_NO_CONNECTION_PAUSE_SECONDS)
            case TokenRejected():
                log.error("token_rejected")
                self._rate_limiter.pause(self._token_pause.record_refusal())
            case Sent():
                self._token_pause.reset()
        self._finish(attempt, outcome)

    def _record_flood_wait(self, chat_id: int, seconds: float) -> None:
        is_bot_limit = self._rate_limiter.record_flood_wait(chat_id, seconds)
        if seconds < _STORED_FLOOD_WAIT_SECONDS:
            return
        waiting_chat = flood_waits.ALL_CHATS if is_bot_limit else chat_id
        self._in_flight.flood_waits[waiting_chat] = self._clock() + timedelta(seconds=seconds)
        log.warning("flood_wait", seconds=seconds, all_chats=is_bot_limit)

    def _finish(self, attempt: Attempt, outcome: Outcome) -> None:
        attempt.outcome = outcome
        self._in_flight.attempts.discard(attempt)
        self._in_flight.finished.append(attempt)
        self._metrics.record_outcome(attempt)
        self.health.record_outcome(outcome)
        if len(self._in_flight.finished) == 1:
            asyncio.get_running_loop().call_later(
                SETTLE_DELAY_SECONDS, self._settle_overdue, attempt
            )
        self._settle_if_idle()
        self._signal_room()

    def _settle_if_idle(self) -> None:
        """Wake the cycle loop to store outcomes if no call in flight will do so.

        A running cycle calls this again at its end.
        """
        if self._in_flight.finished and not self._in_flight.attempts and not self._is_cycle_running:
            self._wake_up()

    def _settle_overdue(self, attempt: Attempt) -> None:
        """Wake the cycle loop to store an outcome that has waited long enough.

        Does nothing if it is stored already, or while attempts are ready: the cycle that follows
        their launch stores it.
        """
        if not self._ready and attempt in self._in_flight.finished[:1]:
            self._wake_up()

    def _signal_room(self) -> None:
        if self._is_cycle_worthwhile():
            self._has_room.set()


async def _wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, at most `seconds`."""
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), max(0.0, seconds))
