"""Loop watchdog: finds steps of the event loop that use too much CPU time, in development mode.

It measures the CPU time of the loop's thread, not the clock: a busy machine preempts the thread.
"""

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger(__name__)

MAX_STEP_SECONDS = 0.05
_SAMPLE_SECONDS = 0.01
_FRAMES = 6


class LoopWatchdog:
    """Thread that sends a callback to the loop, and measures the CPU time until it runs.

    Callbacks that wait in front of it count as one step: the limit holds for all of them together.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, thread_id: int) -> None:
        self._loop = loop
        self._thread_id = thread_id
        self._cpu_clock = time.pthread_getcpuclockid(thread_id)
        self._has_answered = threading.Event()
        self._is_stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loop-watchdog", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop the thread, and wait for its end."""
        self._is_stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_stopping.is_set():
            self._has_answered.clear()
            try:
                self._loop.call_soon_threadsafe(self._has_answered.set)
            except RuntimeError:  # the loop is closed
                return
            self._measure_step()
            self._is_stopping.wait(_SAMPLE_SECONDS)

    def _measure_step(self) -> None:
        started_at = time.clock_gettime(self._cpu_clock)
        stack = ""
        while not self._has_answered.wait(_SAMPLE_SECONDS) and not self._is_stopping.is_set():
            used = time.clock_gettime(self._cpu_clock) - started_at
            if used > MAX_STEP_SECONDS and not stack:
                stack = self._stack()
        if stack:
            used = time.clock_gettime(self._cpu_clock) - started_at
            log.warning("slow_loop_step", cpu_ms=round(used * 1000), stack=stack)

    def _stack(self) -> str:
        frame = sys._current_frames().get(self._thread_id)
        if frame is None:
            return "unknown"
        return "".join(traceback.format_stack(frame)[-_FRAMES:])


@contextmanager
def watched_loop() -> Iterator[None]:
    """Watch the running loop within the block, if Python runs in development mode (-X dev)."""
    if not sys.flags.dev_mode:
        yield
        return
    watchdog = LoopWatchdog(asyncio.get_running_loop(), threading.get_ident())
    watchdog.start()
    try:
        yield
    finally:
        watchdog.stop()
