"""Zero times: defaults that senders write where they mean no time at all."""

from datetime import UTC, datetime, timedelta

_CENTURY = timedelta(days=36_525)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def unless_zero(time: datetime | None, reference: datetime) -> datetime | None:
    """Return the time, None if it is 1970-01-01 or over a century before the reference.

    Go's zero time is 0001-01-01, that of OLE and spreadsheets 1899-12-30, that of Unix 1970-01-01.
    """
    is_zero = time is None or time == _UNIX_EPOCH or time < reference - _CENTURY
    return None if is_zero else time
