"""Logging set-up: structured lines on standard error, with secrets redacted."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.ops.log_throttle import LogThrottle
from bot.ops.redaction import Redactor

_NOISY_LOGGERS = ("apscheduler", "aiohttp.access", "alembic", "httpx", "telegram")


def configure_logging(
    redactor: Redactor, stream: TextIO | None = None, *, quiet: bool = False
) -> None:
    """Configure structlog and the standard library's logging alike.

    A terminal gets readable lines, everything else JSON. Secrets are redacted in the finished
    line, tracebacks included. `quiet` leaves only errors.
    """
    out = stream or sys.stderr
    throttle = LogThrottle()
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            throttle,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(out)
    handler.addFilter(throttle.admits)
    foreign = [*shared, _add_suppressed]
    handler.setFormatter(_RedactingFormatter(redactor, foreign, is_terminal=out.isatty()))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.ERROR if quiet else logging.INFO)
    for name in _NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.ERROR if quiet else logging.WARNING)


def _add_suppressed(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    if suppressed := getattr(event["_record"], "suppressed", 0):
        event["suppressed"] = suppressed
    return event


class _RedactingFormatter(structlog.stdlib.ProcessorFormatter):
    def __init__(self, redactor: Redactor, foreign: list[Processor], *, is_terminal: bool) -> None:
        renderers: list[Processor] = (
            [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
            if is_terminal
            else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        )
        super().__init__(
            foreign_pre_chain=foreign,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderers],
        )
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.redact(super().format(record))
