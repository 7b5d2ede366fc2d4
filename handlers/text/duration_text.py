"""Duration text: parser of durations as people type them, such as `2h`, `1.5 h` or `1h 30m`."""

import re
from collections.abc import Iterable
from datetime import timedelta

from handlers.text.i18n import Translator
from handlers.text.time_text import accepted_words, normalize

_UNITS = {
    "read-minutes": timedelta(minutes=1),
    "read-hours": timedelta(hours=1),
    "read-days": timedelta(days=1),
    "read-weeks": timedelta(weeks=1),
}
_HALF_HOUR = timedelta(minutes=30)


def parse_duration(text: str, translator: Translator) -> timedelta:
    """Parse a duration, in English or the reader's language.

    A unit alone is one of it, and a number after hours is minutes: `1h30`. Raises ValueError for
    anything else, such as a number without a unit, and for a duration of zero.
    """
    typed = _without_lead_in(normalize(text), translator)
    if (phrase := _half_hours(translator).get(typed)) is not None:
        return phrase
    units = {word: unit for key, unit in _UNITS.items() for word in accepted_words(key, translator)}
    if typed in units and len(typed) > 1:
        return units[typed]
    minutes = "".join(accepted_words("read-minutes", translator)[:1])
    hours = _alternatives(accepted_words("read-hours", translator))
    typed = re.sub(rf"(\d\s*(?:{hours})\.?\s*\d{{1,2}})$", rf"\1{minutes}", typed)
    part = rf"([0-9]{{1,5}}(?:[.,][0-9]{{1,2}})?)\s*({_alternatives(units)})\.?"
    conjunctions = _alternatives(accepted_words("read-and", translator))
    if not re.fullmatch(rf"{part}(?:(?:,|\s(?:{conjunctions})\s)?\s*{part})*", typed):
        raise ValueError("not a duration")
    total = sum(
        (float(count.replace(",", ".")) * units[unit] for count, unit in re.findall(part, typed)),
        timedelta(),
    )
    if not total:
        raise ValueError("the duration is zero")
    return total


def _half_hours(translator: Translator) -> dict[str, timedelta]:
    """Return the phrases for half an hour, and for an hour and a half."""
    phrases: dict[str, timedelta] = {}
    for text in (translator.english("read-half-hours"), translator.text("read-half-hours")):
        for count, alternatives in zip((1, 3), text.split(";"), strict=True):
            phrases |= {word.strip(): count * _HALF_HOUR for word in alternatives.split(",")}
    return phrases


def _without_lead_in(typed: str, translator: Translator) -> str:
    """Return the text without `for`."""
    words = _alternatives(accepted_words("read-for", translator))
    return re.sub(rf"^(?:{words})\s+", "", typed)


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
