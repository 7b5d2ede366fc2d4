"""Log throttle: one line a minute about a failure that repeats, with the number left out."""

import logging
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from structlog.typing import EventDict, WrappedLogger

_INTERVAL_SECONDS = 60.0
_MAX_KEYS = 1000
_THROTTLED_METHODS = frozenset({"warning", "error", "exception", "critical"})
_KEY_FIELDS = ("event", "logger", "source", "lane", "error", "status")
"""Fields that distinguish failures: the same source with the same error is a repetition."""


@dataclass
class _Repetition:
    next_line_at: float  # monotonic seconds
    suppressed: int = 0


class LogThrottle:
    """Structlog processor that drops repeated failures. `clock` is monotonic, in seconds.

    The next line that is kept has the number of dropped ones in its field `suppressed`. Failures
    that libraries log pass `admits` instead: how many there are can be up to strangers.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._repetitions: OrderedDict[tuple[str, ...], _Repetition] = OrderedDict()

    def __call__(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """Return the event, or raise DropEvent."""
        if method not in _THROTTLED_METHODS:
            return event
        error = _error_type(event.get("exc_info"))
        suppressed = self._count((*(str(event.get(field, "")) for field in _KEY_FIELDS), error))
        if suppressed is None:
            raise structlog.DropEvent
        if suppressed:
            event["suppressed"] = suppressed
        return event

    def admits(self, record: logging.LogRecord) -> bool:
        """Return whether to keep a library's record; a filter of the standard library's logging.

        Records with the same text before their values are filled in are repetitions.
        """
        if record.levelno < logging.WARNING or isinstance(record.msg, dict):  # dict: structlog's
            return True
        error = record.exc_info[0] if record.exc_info else None
        text = str(record.msg).partition("\n")[0]
        suppressed = self._count((record.name, text, error.__name__ if error else ""))
        record.suppressed = suppressed or 0
        return suppressed is not None

    def _count(self, key: tuple[str, ...]) -> int | None:
        """Return how many repetitions the line to keep stands for, or None to drop it."""
        now = self._clock()
        repetition = self._find(key, now)
        if now < repetition.next_line_at:
            repetition.suppressed += 1
            return None
        repetition.next_line_at = now + _INTERVAL_SECONDS
        suppressed, repetition.suppressed = repetition.suppressed, 0
        return suppressed

    def _find(self, key: tuple[str, ...], now: float) -> _Repetition:
        repetition = self._repetitions.setdefault(key, _Repetition(now))
        self._repetitions.move_to_end(key)
        while len(self._repetitions) > _MAX_KEYS:
            self._repetitions.popitem(last=False)
        return repetition


def _error_type(exc_info: object) -> str:
    if isinstance(exc_info, BaseException):
        return type(exc_info).__name__
    kind = sys.exc_info()[0] if exc_info is True else None
    return kind.__name__ if kind else ""
