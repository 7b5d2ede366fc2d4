"""Logging: structured, to standard error, and no secret in any line of it."""

import logging
import sys
from collections.abc import Iterable
from typing import TextIO

import structlog
from structlog.typing import Processor

_QUIET = ("apscheduler", "aiohttp.access", "alembic", "httpx", "telegram")


def set_up(secrets: Iterable[str], stream: TextIO | None = None, *, quiet: bool = False) -> None:
    """Everything that any library logs goes the same way, as lines for a person at a terminal
    and as JSON otherwise; `secrets` are struck out of the finished line, traceback included.
    `quiet` leaves out all but errors.
    """
    out = stream or sys.stderr
    shared: list[Processor] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(_Redacting(secrets, shared, for_a_person=out.isatty()))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.ERROR if quiet else logging.INFO)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.ERROR if quiet else logging.WARNING)


class _Redacting(structlog.stdlib.ProcessorFormatter):
    def __init__(
        self, secrets: Iterable[str], shared: list[Processor], *, for_a_person: bool
    ) -> None:
        last: list[Processor] = (
            [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
            if for_a_person
            else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        )
        super().__init__(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        line = super().format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line
