"""Time text: parser of times of day and of time ranges as people type them.

Accepted are all forms that can mean one time only: `9`, `9.30`, `9:30`, `0930`, `9 pm`, `24:00`.
"""

import re
import unicodedata
from datetime import time

from handlers.text.i18n import Translator

_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]")
# Between two times that have minutes: a space can be nothing else there.
_RANGE_SPACE = re.compile(r"(?<=[:.]\d\d) (?=\d{1,2}[:.]\d\d)", re.ASCII)
# HHMM, or H with or without minutes.
_CLOCK = r"(?:(\d\d)(\d\d)|(\d{1,2})(?:[:.](\d\d))?)(?!\d)"


def normalize(text: str) -> str:
    """Return the text in lower case with plain digits, spaces and hyphens."""
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join(_DASHES.sub("-", plain).split())


def accepted_words(key: str, translator: Translator) -> tuple[str, ...]:
    """Return the words that a person can type for a text key, in English and their language."""
    words = f"{translator.english(key)},{translator.text(key)}"
    return tuple(dict.fromkeys(word.strip() for word in words.split(",")))


def parse_time_of_day(text: str, translator: Translator) -> time:
    """Parse a time of day. Raises ValueError for anything else, such as 25:00."""
    match = _time_pattern(translator).fullmatch(text)
    if not match:
        raise ValueError(f"not a time of day: {text!r}")
    return _to_time(match, translator)


def replace_times(text: str, translator: Translator) -> str:
    """Write each time of day in the text as HH:MM. Raises ValueError for one such as 25:00."""
    pattern = rf"(?<!\S){_time_pattern(translator).pattern}(?!\S)"
    return re.sub(pattern, lambda match: f"{_to_time(match, translator):%H:%M}", text)


def parse_time_range(text: str, translator: Translator) -> tuple[time, time]:
    """Parse a range such as `22:00-07:00`, `10pm-7am`, `from 22 to 7` or `22:00 07:00`.

    Raises ValueError for anything else, and if only one end has am or pm and the other may be
    either.
    """
    to_words = _alternatives("read-to", translator)
    from_words = _alternatives("read-from", translator)
    match = re.fullmatch(
        rf"(?:(?:{from_words})\s+)?([^-]+?)\s*(?:[-,;/>→]+|\.\.+|\s(?:{to_words})\s)\s*([^-]+)",
        _RANGE_SPACE.sub("-", normalize(text)),
    )
    ends = [_time_pattern(translator).fullmatch(part) for part in match.groups()] if match else []
    if not ends or None in ends:
        raise ValueError("not a time window")
    begin, end = (_to_time(item, translator) for item in ends if item)
    has_meridiem = [bool(item[5]) for item in ends if item]
    hours = [int(item[1] or item[3]) for item in ends if item]
    pairs = zip(has_meridiem, hours, strict=True)
    if any(has_meridiem) and any(not is_given and 0 < hour <= 12 for is_given, hour in pairs):
        raise ValueError("am or pm is missing")
    return begin, end


def _time_pattern(translator: Translator) -> re.Pattern[str]:
    """Return the pattern of a time; its groups are two hours, two minutes and am or pm."""
    meridiem = f"{_alternatives('read-am', translator)}|{_alternatives('read-pm', translator)}"
    return re.compile(rf"{_CLOCK}(?:\s*({meridiem}))?", re.ASCII)


def _to_time(match: re.Match[str], translator: Translator) -> time:
    hour, minute = int(match[1] or match[3]), int(match[2] or match[4] or 0)
    if match[5]:
        if not 1 <= hour <= 12:
            raise ValueError(f"not a time of day: {match[0]!r}")
        is_afternoon = match[5] in accepted_words("read-pm", translator)
        return time(hour % 12 + (12 if is_afternoon else 0), minute)
    if (hour, minute) == (24, 0):
        return time()
    return time(hour, minute)


def _alternatives(key: str, translator: Translator) -> str:
    # Longest first: a phrase can begin with another one.
    words = sorted(accepted_words(key, translator), key=len, reverse=True)
    return "|".join(map(re.escape, words))
