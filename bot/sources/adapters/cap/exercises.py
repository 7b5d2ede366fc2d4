"""Exercises: finds tests that publishers send with the status of an actual alert. Pure."""

import re

from bot.sources.adapters.cap.alert import Info

_EVENTS = frozenset(
    (
        "test",
        "test message",
        "test alert",
        "system test",
        "required weekly test",
        "required monthly test",
        "national periodic test",
        "nationwide test",
        "practice/demo warning",
        "exercise",
        "drill",
    )
)
_SAME_CODES = frozenset(("RWT", "RMT", "NPT", "DMO"))  # 47 CFR 11.31(e)
# In capitals at the beginning; "EXERCISE CAUTION" is none.
_MARK = re.compile(
    r"\W*(?:TEST|EXERCISE|DRILL|ÜBUNG|ESSAI|EXERCICE|PRUEBA|SIMULACRO|ТЕСТ|НАВЧАННЯ|УЧЕНИЯ)\s*"
    r"(?:[-–—:!.*)\]]|ONLY\b|MESSAGE\b|ALERT\b|$)"
)


def is_exercise(info: Info) -> bool:
    """Return True if an info is marked as a test. Sentences that say so are for the reader."""
    return (
        info.event.casefold() in _EVENTS
        or any(code.upper() in _SAME_CODES for _, code in info.event_codes)
        or any(_MARK.match(words) for words in (info.event, info.headline))
    )
