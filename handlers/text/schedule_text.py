"""Schedule text: parser and formatter of delivery schedules in a person's language."""

import re
from collections.abc import Iterable
from itertools import pairwise

from handlers.text.i18n import Translator
from handlers.text.time_text import accepted_words, normalize, replace_times
from handlers.text.utc_offsets import zone_title
from storage.values.schedules import WEEKDAYS, Frequency, Schedule, parse_schedule

_TIME_OF_DAY = re.compile(r"\d\d:\d\d", re.ASCII)
_WITH_MINUTES = re.compile(r"(?<!\d)\d{1,2}[:.]\d\d", re.ASCII)
_SEPARATOR = re.compile(r"[,;&]")
_MORNING = "09:00"  # as on the button of a daily digest
_DASH = re.compile(r"(?<=[^\W\d])\s*-\s*(?=[^\W\d])")  # between two words


def parse_schedule_text(text: str, translator: Translator) -> Schedule:
    """Parse `daily 9:00` and the like, in English or the reader's language.

    A time alone is daily, a weekday with a time is weekly, in either order, and a range such as
    mon-fri is each of its days. Days without a time mean the morning. Several times have a comma or
    their minutes between them. Raises ValueError for anything else.
    """
    keywords = _keywords(translator)
    phrases = _alternatives(keywords)
    spaced = _DASH.sub(" - ", normalize(_SEPARATOR.sub(" , ", text)))
    typed = replace_times(_join_day_ranges(spaced, translator), translator)
    canonical = re.sub(rf"(?<!\S)(?:{phrases})(?!\S)", lambda match: keywords[match[0]], typed)
    words = canonical.split()
    times = [word for word in words if _TIME_OF_DAY.fullmatch(word)]
    names = [word for word in words if word != "," and not _TIME_OF_DAY.fullmatch(word)]
    if _has_ambiguous_times(words, spaced):
        raise ValueError(f"not one time or several: {text!r}")
    days = _read_days(names)
    if days and not times:
        times = [_MORNING]
    return parse_schedule(" ".join([*(days or names or [Frequency.DAILY]), ",".join(times)]))


def _join_day_ranges(text: str, translator: Translator) -> str:
    """Write `from monday to friday` as monday - friday."""
    days = _alternatives(
        day.strip()
        for names in (translator.english("read-weekdays"), translator.text("read-weekdays"))
        for day in names.replace(";", ",").split(",")
    )
    begins, ends = (
        _alternatives(accepted_words(key, translator)) for key in ("read-from", "read-to")
    )
    pattern = rf"(?<!\S)(?:(?:{begins})\s+)?({days})\s+(?:{ends})\s+({days})(?!\S)"
    return re.sub(pattern, r"\1 - \2", text)


def _alternatives(words: Iterable[str]) -> str:
    # Longest first: a phrase can contain a word that has another meaning.
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def _read_days(names: list[str]) -> list[str]:
    """Return the days in the words of `parse_schedule`; [] if there is none."""
    if "-" in names:
        return ["".join(names)]
    if names == [Frequency.DAILY.value]:
        return names
    days = [name for name in names if name != Frequency.WEEKLY.value]
    if not all(day in WEEKDAYS for day in days):
        return []
    if len(days) > 1 and "".join(days) in "".join(WEEKDAYS):
        return [f"{days[0]}-{days[-1]}"]
    return [Frequency.WEEKLY.value, *days] if days else []


def _has_ambiguous_times(words: list[str], typed: str) -> bool:
    """Return whether two times follow each other, and one may be the minutes of the other: 9 10."""
    return any(
        _TIME_OF_DAY.fullmatch(first) and _TIME_OF_DAY.fullmatch(second)
        for first, second in pairwise(words)
    ) and len(_WITH_MINUTES.findall(typed)) < sum(1 for w in words if _TIME_OF_DAY.fullmatch(w))


def format_schedule(schedule: Schedule, zone: str, translator: Translator) -> str:
    """Format a schedule, with the zone if it has a time of day."""
    clock = ", ".join(f"{clock_time:%H:%M}" for clock_time in schedule.times)
    zone = zone_title(zone)
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
        ",": translator.text("read-and"),
        "mon - fri": translator.text("read-workdays"),
        "sat - sun": translator.text("read-weekends"),
    }
    weekdays = translator.text("read-weekdays").split(";")
    words |= dict(zip(WEEKDAYS, weekdays, strict=True))
    return {
        word.strip(): keyword for keyword, synonyms in words.items() for word in synonyms.split(",")
    }
