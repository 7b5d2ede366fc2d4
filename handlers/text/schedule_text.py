"""When to deliver, as people write and read it."""

import re
from datetime import time

from handlers.text.i18n import Voice
from storage.values.schedules import WEEKDAYS, Every, Schedule, parse_schedule

_HOUR = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?", re.ASCII)


def read_when(text: str, voice: Voice) -> Schedule:
    """Reads `daily 9:00` and its like, in English or the reader's language.

    Raises ValueError for anything else.
    """
    spoken = _vocabulary(voice)
    # The longest first: what is said in several words may hold a word that means something else.
    said = "|".join(map(re.escape, sorted(spoken, key=len, reverse=True)))
    typed = " ".join(text.lower().replace(",", " ").split())
    meant = re.sub(rf"(?<!\S)(?:{said})(?!\S)", lambda found: spoken[found[0]], typed)
    words = [_clock(word) for word in meant.split()]
    if words and words[0] in WEEKDAYS:
        words.insert(0, Every.WEEKLY.value)
    return parse_schedule(" ".join(words))


def read_clock(text: str) -> time:
    """Reads `9`, `9.00` and `9:00`; ValueError for anything else, and for 25:00."""
    found = _HOUR.fullmatch(text)
    if not found:
        raise ValueError(f"not a time of day: {text!r}")
    return time(int(found[1]), int(found[2] or 0))


def vocabulary(key: str, voice: Voice) -> tuple[str, ...]:
    """What people may type for one thing, in English and the reader's language."""
    said = f"{voice.english(key)},{voice.label(key)}"
    return tuple(dict.fromkeys(each.strip() for each in said.split(",")))


def say_when(schedule: Schedule, zone: str, voice: Voice) -> str:
    """When that is, with the zone where an hour is named."""
    at = f"{schedule.at:%H:%M}"
    match schedule.every:
        case Every.NOW:
            return voice.label("when-now")
        case Every.HOURLY:
            return voice.label("when-hourly")
        case Every.DAILY:
            return voice.label("when-daily", at=at, zone=zone)
        case Every.WEEKLY:
            return voice.label("when-weekly", day=schedule.weekday, at=at, zone=zone)


def _vocabulary(voice: Voice) -> dict[str, str]:
    """What the reader's language says -> what storage reads; filler words -> nothing."""
    said = {
        Every.NOW.value: voice.label("read-now"),
        Every.HOURLY.value: voice.label("read-hourly"),
        Every.DAILY.value: voice.label("read-daily"),
        Every.WEEKLY.value: voice.label("read-weekly"),
        "": voice.label("read-filler"),
    }
    days = voice.label("read-weekdays").split(";")
    said |= dict(zip(WEEKDAYS, days, strict=True))
    return {each.strip(): meaning for meaning, all_ in said.items() for each in all_.split(",")}


def _clock(word: str) -> str:
    """`9`, `9.00` and `9:00` as storage reads them."""
    return f"{read_clock(word):%H:%M}" if _HOUR.fullmatch(word) else word
