"""Subscription options: parser of what a person types after `|`, and sound in words."""

import re
from dataclasses import dataclass

from handlers.text.html import Html
from handlers.text.i18n import Translator
from handlers.text.schedule_text import parse_schedule_text
from handlers.text.time_text import accepted_words, normalize
from matching.query.measure_words import load_measure_words
from matching.query.properties import LEVELS
from storage.subscribers.subscriptions import DEFAULT_SOUND, Sound
from storage.values.schedules import Schedule

SILENT = Sound(has_sound=False)


@dataclass(frozen=True)
class SubscriptionOptions:
    """Options of a subscription; None: not chosen."""

    schedule: Schedule | None = None
    sound: Sound | None = None
    has_neighbours: bool | None = None


NO_OPTIONS = SubscriptionOptions()


def split_options(text: str) -> tuple[str, str, str]:
    """Split a typed subscription into query, `|` and options; without `|` the last two are "".

    The query is stripped.
    """
    written, separator, options_text = text.rpartition("|")
    return (written.strip(), separator, options_text) if separator else (text.strip(), "", "")


def parse_options(text: str, translator: Translator) -> SubscriptionOptions:
    """Parse a schedule and options such as `now, silently`, in English or the reader's language.

    A blank text has none. Raises ValueError for anything else, and for two choices of sound.
    """
    if not text.strip():
        return NO_OPTIONS
    normalized, level_pattern = normalize(text), _level_pattern(translator)
    sounds = [_sound_from(match) for match in re.finditer(level_pattern, normalized)]
    remainder = re.sub(level_pattern, ", ", normalized)
    remainder, is_silent = _take("read-silently", remainder, translator)
    remainder, is_audible = _take("read-with-sound", remainder, translator)
    remainder, has_neighbours = _take("read-neighbours", remainder, translator)
    sounds += [SILENT] * is_silent + [DEFAULT_SOUND] * is_audible
    if len(set(sounds)) > 1:
        raise ValueError(f"more than one choice of sound: {text!r}")
    written = remainder.strip(" ,;")
    has_options = bool(sounds) or has_neighbours
    if not written and not has_options:
        raise ValueError("no option")
    return SubscriptionOptions(
        parse_schedule_text(written, translator) if written else None,
        sounds[0] if sounds else None,
        True if has_neighbours else None,
    )


def format_sound(sound: Sound, translator: Translator) -> Html:
    """Return the sound of a subscription in words; empty for the default."""
    if not sound.has_sound:
        return translator.html("subscription-silent")
    if sound.sound_from is None:
        return Html()
    return translator.html("subscription-sound-from", level=LEVELS.index(sound.sound_from))


def _take(key: str, text: str, translator: Translator) -> tuple[str, bool]:
    """Remove the words of an option; return the remainder, and whether they were there."""
    words = sorted(accepted_words(key, translator), key=len, reverse=True)
    pattern = rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)"
    remainder, count = re.subn(pattern, ", ", text)
    return remainder, count > 0


def _level_pattern(translator: Translator) -> str:
    """Return the pattern of `sound>=red`; groups: greater, level."""
    measures = load_measure_words()
    at_least = [re.escape(word) for word, sign in measures.signs.items() if sign == ">="]
    signs = "|".join(sorted([*at_least, "=", ":", "(?P<greater>>)"], key=len, reverse=True))
    levels = "|".join(map(re.escape, sorted(measures.ranks, key=len, reverse=True)))
    sounds = "|".join(map(re.escape, accepted_words("read-sound", translator)))
    return rf"(?<!\w)(?:{sounds})\s*(?:{signs})\s*(?P<level>{levels})(?!\w)"


def _sound_from(match: re.Match[str]) -> Sound:
    rank = load_measure_words().ranks[match["level"]] + (match["greater"] is not None)
    if rank >= len(LEVELS):
        raise ValueError(f"no level above red: {match[0]!r}")
    return Sound(has_sound=True, sound_from=LEVELS[rank])
