"""ISO 8601 and RFC 3339 times, also in the forms that Python's own parser refuses. Pure."""

import re
from datetime import datetime

_LEAP_SECOND = re.compile(r"(?<=:)60(?=[.,Z+-]|$)")


def parse_iso_time(text: str) -> datetime:
    """Return the time, with a zone if the text has one. Raise ValueError.

    RFC 3339 (section 5.6) allows a lower-case t and z, and 60 as the second that is inserted now
    and then; it counts as the second before.
    """
    return datetime.fromisoformat(_LEAP_SECOND.sub("59", text.strip().upper()))
