"""Declension and stemming of place names in Ukrainian and Russian, by rule.

Letters that only one of the two languages has decide the language, else both are tried. A form that
does not exist never occurs in a text, so it does no harm. Callers exclude indeclinable names (Осло,
Баку).
"""

import functools
import re
from collections.abc import Iterator

_UKRAINIAN_LETTER = re.compile("[іїєґ']")
_RUSSIAN_LETTER = re.compile("[ыэъ]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LAST_VOWEL = re.compile("(?P<before>.*)(?P<vowel>[аеєиіїоуюяыэ])(?P<after>[^аеєиіїоуюяыэ]{1,2})")
_PALATALIZED = str.maketrans({"г": "з", "к": "ц", "х": "с"})

# Stemming: all forms of a name have the same beginning after this ending is removed.
_CASE_ENDING = re.compile(
    "(?<=..)(?:ього|ьому|ьою|ими|ыми|ого|его|ому|ему|ові|еві|єві|ами|ями|ьої"
    "|ою|ею|єю|ої|ій|ой|ей|ую|юю|ая|яя|ое|ее|ые|ие|их|ых|им|ым|ім|їм|ом|ем|єм|ам|ям|ах|ях|ий|ый"
    "|ів|їв|ов|ев|ью|ию|ия|ії|ією|ией|ии|а|е|є|и|і|ї|о|у|ю|я|ы|ь|й)$"
)
_FLEETING_VOWEL = re.compile("[еєоіїи](?=[^аеєиіїоуюяыэ]{1,2}$)")
_DEPALATALIZED = str.maketrans({"з": "г", "ц": "к", "с": "х"})


def is_case_form(form: str, name: str) -> bool:
    """Return whether a normalised word is the name or a case form of it.

    In a name with hyphens every part may be declined or not.
    """
    if form == name:
        return True
    parts, name_parts = form.split("-"), name.split("-")
    return len(parts) == len(name_parts) and all(
        part == base or part in decline(base) for part, base in zip(parts, name_parts, strict=True)
    )


def stem_name(word: str) -> str:
    """Stem one word of a name: most forms share the stem; words not in Cyrillic are unchanged."""
    if not _CYRILLIC.search(word):
        return word
    return "-".join(map(_stem_part, word.split("-")))


def stem_all_forms(name: str) -> frozenset[str]:
    """Return the stems of all case forms of one word of a name."""
    stems = {stem_name(name)}
    for index, part in enumerate(parts := name.split("-")):
        for form in decline(part):
            stems.add(stem_name("-".join((*parts[:index], form, *parts[index + 1 :]))))
    if len(parts) > 1:  # first and last part declined: Кам'янця-Подільського
        stems.update(
            stem_name(f"{first}-{'-'.join((*parts[1:-1], last))}")
            for first in decline(parts[0])
            for last in decline(parts[-1])
        )
    return frozenset(stems)


def _stem_part(word: str) -> str:
    stem = _CASE_ENDING.sub("", word, count=1)
    stem = _FLEETING_VOWEL.sub("", stem).rstrip("ь'")
    return stem[:-1] + stem[-1:].translate(_DEPALATALIZED)


@functools.lru_cache(maxsize=20_000)
def decline(word: str) -> frozenset[str]:
    """Return the case forms of a normalised word, itself included; not Cyrillic: only itself."""
    case_forms = {word}
    if len(word) > 1 and _CYRILLIC.search(word):
        if not _RUSSIAN_LETTER.search(word):
            case_forms.update(_decline_ukrainian(word))
        if not _UKRAINIAN_LETTER.search(word):
            case_forms.update(_decline_russian(word))
    return frozenset(case_forms)


# Last letter -> the endings that replace it, of nouns and adjectives together.
_UKRAINIAN_ENDINGS = {
    "а": "и і у ою ею ої ій",
    "я": "і ї ю ею єю ьої ій ьою ям",
    "о": "а у ом ові",
    "е": "ого ому им ім ього ьому я ю ем єм і а у",
    "є": "ого ому им ім ього ьому я ю ем єм і",
    "и": "ам ами ах ів їв ям ями ях их им ими",
    "і": "ам ами ах ів їв ям ями ях их им ими іх їх",
    "ї": "ів їв ям ями ях їх",
    "й": "я ю єм ї єві",
}
_RUSSIAN_ENDINGS = {
    "а": "ы и е у ой ей",
    "я": "и е ю ей",
    "о": "а у ом е",
    "е": "я ю ем и а у",
    "ы": "ам ами ах ов ев ям ями ях ей",
    "и": "ам ами ах ов ев ям ями ях ей",
    "й": "я ю ем е и",
}
_RUSSIAN_ADJECTIVES = {
    **dict.fromkeys(("ый", "ий", "ой", "ое", "ее"), "ого ому ым им ом ем его ему"),
    **dict.fromkeys(("ая", "яя"), "ой ую ей юю"),
    **dict.fromkeys(("ые", "ие"), "ых их ым им ыми ими"),
}


def _decline_ukrainian(word: str) -> Iterator[str]:
    stem, last = word[:-1], word[-1]
    yield from _append_endings(stem, _UKRAINIAN_ENDINGS.get(last, ""))
    if last in "ао":
        yield f"{_palatalize(stem)}і"
    elif last in "иії":
        yield from _zero_ending_plurals(stem)
    elif last == "ь":
        for base in _alternate_stems(stem):
            yield from _append_endings(base, "я ю ем єм еві єві і")
        yield from (f"{stem}{stem[-1]}ю", f"{stem}ю")
    elif word.endswith(("ий", "ій")):
        yield from _append_endings(word[:-2], "ого ому им ім ього ьому")
    elif last not in _UKRAINIAN_ENDINGS:
        for base in _alternate_stems(word):
            yield from _append_endings(base, "а у ом ові ем еві")
            yield f"{_palatalize(base)}і"
        yield f"{word}ю"  # Керч
        if word.endswith("ів"):  # a possessive adjective: у Часовому Яру
            yield from _append_endings(f"{word[:-2]}ов", "ого ому им ім")


def _decline_russian(word: str) -> Iterator[str]:
    stem, last = word[:-1], word[-1]
    yield from _append_endings(word[:-2], _RUSSIAN_ADJECTIVES.get(word[-2:], ""))
    yield from _append_endings(stem, _RUSSIAN_ENDINGS.get(last, ""))
    if last in "ыи":
        yield from _zero_ending_plurals(stem)
    elif last == "ь":
        for base in _alternate_stems(stem):
            yield from _append_endings(base, "я ю ем е и")
        yield f"{word}ю"
    elif last not in _RUSSIAN_ENDINGS:
        for base in _alternate_stems(word):
            yield from _append_endings(base, "а у ом е ем")


def _palatalize(stem: str) -> str:
    return stem[:-1] + stem[-1:].translate(_PALATALIZED)


def _append_endings(stem: str, endings: str) -> Iterator[str]:
    return (stem + ending for ending in endings.split())


def _alternate_stems(word: str) -> Iterator[str]:
    """Yield the stems of a word in a consonant, vowel alternated: Київ, Ріг, Марганець."""
    yield word
    match = _LAST_VOWEL.fullmatch(word)
    if not match:
        return
    before, after = match["before"], match["after"]
    match match["vowel"]:
        case "і":
            yield f"{before}о{after}"
            yield f"{before}е{after}"
        case "ї":
            yield f"{before}є{after}"
        case "е" | "о" if before and len(after) == 1:
            yield f"{before}{after}"
            yield f"{before}ь{after}"
        case "є" if len(after) == 1:
            yield f"{before}й{after}"


def _zero_ending_plurals(stem: str) -> Iterator[str]:
    """Yield genitive plurals without an ending: Сум, Прилук, Лубен, Ромен."""
    yield stem
    yield f"{stem}ь"
    if len(stem) > 2 and not _LAST_VOWEL.fullmatch(stem[-1]) and stem[-2] not in "аеєиіїоуюяыэь'":
        yield f"{stem[:-1]}е{stem[-1]}"
        yield f"{stem[:-1]}о{stem[-1]}"
