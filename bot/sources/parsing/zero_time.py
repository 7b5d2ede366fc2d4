"""Zero times: defaults that senders write where they mean no time at all."""

from datetime import datetime, timedelta

_CENTURY = timedelta(days=36_525)


def unless_zero(time: datetime | None, reference: datetime) -> datetime | None:
    """Return the time, None if it is more than a century before the reference.

    Go's zero time is 0001-01-01, that of OLE and spreadsheets 1899-12-30.
    """
    return None if time is None or time < reference - _CENTURY else time
