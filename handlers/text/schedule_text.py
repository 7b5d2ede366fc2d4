"""Schedule text: parser and formatter of delivery schedules in a person's language."""

import re
from datetime import time

from handlers.text.i18n import Translator
from storage.values.schedules import WEEKDAYS, Frequency, Schedule, parse_schedule

_TIME_OF_DAY = re.compile(r"([0-9]{1,2})(?:[:.]([0-9]{2}))?", re.ASCII)


def parse_schedule_text(text: str, translator: Translator) -> Schedule:
    """Parse `daily 9:00` and the like, in English or the reader's language.

    Raises ValueError for anything else.
    """
    keywords = _keywords(translator)
    # Longest first: a phrase can contain a word that has another meaning.
    phrases = "|".join(map(re.escape, sorted(keywords, key=len, reverse=True)))
    typed = " ".join(text.lower().replace(",", " ").split())
    canonical = re.sub(rf"(?<!\S)(?:{phrases})(?!\S)", lambda match: keywords[match[0]], typed)
    words = [_normalize_time(word) for word in canonical.split()]
    if words and words[0] in WEEKDAYS:
        words.insert(0, Frequency.WEEKLY.value)
    return parse_schedule(" ".join(words))


def parse_time_of_day(text: str) -> time:
    """Parse `9`, `9.00` or `9:00`. Raises ValueError for anything else, such as 25:00."""
    match = _TIME_OF_DAY.fullmatch(text)
    if not match:
        raise ValueError(f"not a time of day: {text!r}")
    return time(int(match[1]), int(match[2] or 0))


def accepted_words(key: str, translator: Translator) -> tuple[str, ...]:
    """Return the words that a person can type for a text key, in English and their language."""
    words = f"{translator.english(key)},{translator.text(key)}"
    return tuple(dict.fromkeys(word.strip() for word in words.split(",")))


def format_schedule(schedule: Schedule, zone: str, translator: Translator) -> str:
    """Format a schedule, with the zone if it has a time of day."""
    clock = f"{schedule.time_of_day:%H:%M}"
    match schedule.frequency:
        case Frequency.NOW:
            return translator.text("when-now")
        case Frequency.HOURLY:
            return translator.text("when-hourly")
        case Frequency.DAILY:
            return translator.text("when-daily", at=clock, zone=zone)
        case Frequency.WEEKLY:
            return translator.text("when-weekly", day=schedule.weekday, at=clock, zone=zone)


def _keywords(translator: Translator) -> dict[str, str]:
    """Map the keywords of a language to those of `parse_schedule`; filler words to nothing."""
    words = {
        Frequency.NOW.value: translator.text("read-now"),
        Frequency.HOURLY.value: translator.text("read-hourly"),
        Frequency.DAILY.value: translator.text("read-daily"),
        Frequency.WEEKLY.value: translator.text("read-weekly"),
        "": translator.text("read-filler"),
    }
    weekdays = translator.text("read-weekdays").split(";")
    words |= dict(zip(WEEKDAYS, weekdays, strict=True))
    return {
        word.strip(): keyword for keyword, synonyms in words.items() for word in synonyms.split(",")
    }


def _normalize_time(word: str) -> str:
    """Convert `9`, `9.00` and `9:00` to the form of `parse_schedule`."""
    return f"{parse_time_of_day(word):%H:%M}" if _TIME_OF_DAY.fullmatch(word) else word
