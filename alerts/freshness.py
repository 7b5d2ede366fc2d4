"""Freshness: whether a bulletin is recent enough to be pushed. Pure."""

from datetime import datetime, timedelta

from storage.inbound.bulletins import Bulletin


def is_fresh(bulletin: Bulletin, now: datetime, alert_ttl: timedelta, *, is_alert: bool) -> bool:
    """Return whether a bulletin that arrives now may be pushed; digests include it in any case.

    An alert with an end is in force until then, however long ago it was issued. One without an end
    may be over when it is older than `alert_ttl`. An earthquake is never over, and its alert level
    is known half an hour after it.
    """
    if bulletin.expires_at:
        return bulletin.expires_at > now
    is_earthquake = bulletin.phase is None and bulletin.magnitude is not None
    return not is_alert or is_earthquake or now - bulletin.issued_at <= alert_ttl
