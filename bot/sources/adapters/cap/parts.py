"""Parts of a CAP alert: one for each event, area and level that it announces. Pure.

Several infos are usually one warning in several languages, but they may be several warnings, too.
"""

import hashlib
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace

from bot.sources.adapters.cap.alert import Area, Info

_COLOURS = {1: "green", 2: "yellow", 3: "orange", 4: "red"}
_SEVERITY_LEVELS = {"extreme": "red", "severe": "orange", "moderate": "yellow"}
_DEFAULT_LANGUAGE = "en-US"


@dataclass(frozen=True)
class Part:
    """One warning of an alert."""

    info: Info
    level: str | None  # "green", "yellow", "orange", "red"

    @property
    def id(self) -> str:
        """Identity within a chain of alerts: the same event and areas have the same id."""
        words = (self.info.event.casefold(), *_descriptions(self.info.areas))
        return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()[:8]


def split_parts(infos: Sequence[Info], language: str) -> list[Part]:
    """Return the parts in the preferred language, else in English, else in the first one.

    A warning that exists in another language only is a part as well.
    """
    chosen = _choose_language(infos, language)
    by_language: dict[str, list[Part]] = {}
    for info in infos:
        by_language.setdefault(_language(info), []).append(Part(info, level_of(info)))
    merged = {name: _merge(parts) for name, parts in by_language.items()}
    parts = merged.pop(chosen, [])
    for translations in merged.values():
        if len(translations) > len(parts):
            signatures = {_signature(part) for part in parts}
            missing = [part for part in translations if _signature(part) not in signatures]
            parts = [*parts, *(missing or translations[len(parts) :])]
    return parts


def level_of(info: Info) -> str | None:
    """Return the colour of a warning; Meteoalarm's level is finer than the severity."""
    if info.awareness is not None:
        return _COLOURS[info.awareness]
    return _SEVERITY_LEVELS.get(info.severity)


def _choose_language(infos: Sequence[Info], language: str) -> str:
    names = list(map(_language, infos))
    for prefix in (language.lower(), language.lower().partition("-")[0], "en"):
        if name := next((name for name in names if name.startswith(prefix)), None):
            return name
    return next(iter(names), "")


def _language(info: Info) -> str:
    return (info.language or _DEFAULT_LANGUAGE).lower()


def _merge(parts: Iterable[Part]) -> list[Part]:
    """Join the infos of one warning: its periods, and areas with the same words and times."""
    same_areas = _join_by(
        parts, lambda part: (part.info.event.casefold(), _descriptions(part.info.areas), part.level)
    )
    return _join_by(same_areas, lambda part: (replace(part.info, areas=(), web=None), part.level))


def _join_by(parts: Iterable[Part], key: Callable[[Part], Hashable]) -> list[Part]:
    joined: dict[Hashable, Part] = {}
    for part in parts:
        name = key(part)
        joined[name] = _join(joined[name], part) if name in joined else part
    return list(joined.values())


def _join(first: Part, second: Part) -> Part:
    starts = [time for time in (first.info.starts_at, second.info.starts_at) if time]
    ends = [time for time in (first.info.expires, second.info.expires) if time]
    info = replace(
        first.info,
        description=_join_texts(first.info.description, second.info.description),
        instruction=_join_texts(first.info.instruction, second.info.instruction),
        onset=min(starts, default=None),
        expires=max(ends, default=None),
        areas=tuple(dict.fromkeys((*first.info.areas, *second.info.areas))),
    )
    return replace(first, info=info)


def _join_texts(first: str, second: str) -> str:
    """Return both texts, or one if it says the other: their line ends may differ."""
    if single_line(second) in single_line(first):
        return first
    return f"{first}\n\n{second}".strip()


def single_line(text: str) -> str:
    """Return a text with single blanks for all white space."""
    return " ".join(text.split())


def _signature(part: Part) -> tuple[object, ...]:
    """Return what is equal in every language."""
    info = part.info
    return info.category, part.level, info.starts_at, info.expires


def _descriptions(areas: Iterable[Area]) -> tuple[str, ...]:
    return tuple(sorted({area.description.casefold() for area in areas}))
