"""Exercises: finds tests that publishers send with the status of an actual alert. Pure."""

import re

from bot.sources.parsing.lenient_json import JsonObject, as_line, as_objects

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


def is_exercise(info: JsonObject) -> bool:
    """Return True if an info is marked as a test. Sentences that say so are for the reader."""
    event, headline = as_line(info.get("event")), as_line(info.get("headline"))
    codes = {as_line(code.get("value")).upper() for code in as_objects(info.get("eventCode"))}
    return (
        event.casefold() in _EVENTS
        or not codes.isdisjoint(_SAME_CODES)
        or any(_MARK.match(words) for words in (event, headline))
    )
