"""Anomaly log: logs each unexpected value of a source once."""

import structlog

_MAX_LOGGED = 200  # a misbehaving service must not flood the log

log = structlog.get_logger(__name__)


class AnomalyLog:
    """Log of one source's unexpected values."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._logged: set[tuple[str, str]] = set()

    def log_once(self, field: str, value: object) -> None:
        """Log a field with an unexpected value, unless it was logged before."""
        shown = str(value)[:80]
        if (field, shown) not in self._logged and len(self._logged) < _MAX_LOGGED:
            self._logged.add((field, shown))
            log.warning("unexpected_value", source=self._source, field=field, value=shown)
