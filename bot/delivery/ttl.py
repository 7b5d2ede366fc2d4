"""Whether a message is still worth sending: a pure question.

How old an alert may be is measured once, when it reaches us. One that waited in our own queue is
sent as long as it is on.
"""

from datetime import datetime, timedelta

from storage.inbound.bulletins import Bulletin
from storage.values.lanes import Lane
from storage.values.message import Content

NEWS_RINGS_WITHIN = timedelta(hours=6)
"""News that waited longer for us to send it joins digests instead, and stays in /latest."""


def is_fresh(lane: Lane, what: Bulletin | Content, now: datetime) -> bool:
    """`now` is aware. Words to one person, as replies and digests are, are never too late."""
    if isinstance(what, Content):
        return True
    if what.expires_at is not None and what.expires_at <= now:
        return False
    return lane is not Lane.NEWS or now - what.received_at <= NEWS_RINGS_WITHIN
