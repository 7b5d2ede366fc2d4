"""Schedule text: parser and formatter of delivery schedules in a person's language."""

import re

from handlers.text.i18n import Translator
from handlers.text.time_text import normalize, replace_times
from handlers.text.utc_offsets import zone_title
from storage.values.schedules import WEEKDAYS, Frequency, Schedule, parse_schedule

_TIME_OF_DAY = re.compile(r"\d\d:\d\d", re.ASCII)
_DASH = re.compile(r"(?<=[^\W\d])\s*-\s*(?=[^\W\d])")  # between two words


def parse_schedule_text(text: str, translator: Translator) -> Schedule:
    """Parse `daily 9:00` and the like, in English or the reader's language.

    A time alone is daily, a weekday with a time is weekly, in either order, and a range such as
    mon-fri is each of its days. Raises ValueError for anything else.
    """
    keywords = _keywords(translator)
    # Longest first: a phrase can contain a word that has another meaning.
    phrases = "|".join(map(re.escape, sorted(keywords, key=len, reverse=True)))
    spaced = _DASH.sub(" - ", normalize(text.replace(",", " ")))
    typed = replace_times(spaced, translator)
    canonical = re.sub(rf"(?<!\S)(?:{phrases})(?!\S)", lambda match: keywords[match[0]], typed)
    words = canonical.split()
    times = [word for word in words if _TIME_OF_DAY.fullmatch(word)]
    names = [word for word in words if not _TIME_OF_DAY.fullmatch(word)]
    if "-" in names:
        names = ["".join(names)]
    elif names and names[0] in WEEKDAYS:
        names.insert(0, Frequency.WEEKLY.value)
    return parse_schedule(" ".join([*names, *times] if names else [Frequency.DAILY, *times]))


def format_schedule(schedule: Schedule, zone: str, translator: Translator) -> str:
    """Format a schedule, with the zone if it has a time of day."""
    clock, zone = f"{schedule.time_of_day:%H:%M}", zone_title(zone)
    match schedule.frequency:
        case Frequency.NOW:
            return translator.text("when-now")
        case Frequency.HOURLY:
            return translator.text("when-hourly")
        case Frequency.DAILY:
            return translator.text("when-daily", at=clock, zone=zone)
        case Frequency.WEEKLY:
            return translator.text("when-weekly", day=schedule.weekday, at=clock, zone=zone)
        case Frequency.DAYS:
            names = translator.text("weekdays-short").split(";")
            first, last = names[schedule.weekday].strip(), names[schedule.last_weekday].strip()
            return translator.text("when-days", days=f"{first}–{last}", at=clock, zone=zone)


def _keywords(translator: Translator) -> dict[str, str]:
    """Map the keywords of a language to those of `parse_schedule`; filler words to nothing."""
    words = {
        Frequency.NOW.value: translator.text("read-now"),
        Frequency.HOURLY.value: translator.text("read-hourly"),
        Frequency.DAILY.value: translator.text("read-daily"),
        Frequency.WEEKLY.value: translator.text("read-weekly"),
        "": translator.text("read-filler"),
        "mon - fri": translator.text("read-workdays"),
        "sat - sun": translator.text("read-weekends"),
    }
    weekdays = translator.text("read-weekdays").split(";")
    words |= dict(zip(WEEKDAYS, weekdays, strict=True))
    return {
        word.strip(): keyword for keyword, synonyms in words.items() for word in synonyms.split(",")
    }
