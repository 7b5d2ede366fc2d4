"""What a source met and did not expect: said in the log, once."""

import structlog

_MOST = 200  # a service that goes mad shall not fill the log

log = structlog.get_logger(__name__)


class Oddities:
    """Of one source."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._known: set[tuple[str, str]] = set()

    def note(self, field: str, value: object) -> None:
        """A field with a value that is kept or passed over."""
        shown = str(value)[:80]
        if (field, shown) not in self._known and len(self._known) < _MOST:
            self._known.add((field, shown))
            log.warning("unexpected_value", source=self._source, field=field, value=shown)
