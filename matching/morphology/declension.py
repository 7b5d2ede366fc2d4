"""Case forms of place names in Ukrainian and Russian, by rule.

Which of the two languages a name is in need not be known: letters that only one of them has
decide, else both are tried. A form nobody writes harms nobody; a name that has no forms (Осло,
Баку) is not asked about here.
"""

import functools
import re
from collections.abc import Iterator

_UKRAINIAN = re.compile("[іїєґ']")
_RUSSIAN = re.compile("[ыэъ]")
_CYRILLIC = re.compile("[\u0400-\u052f]")
_LAST_VOWEL = re.compile("(?P<before>.*)(?P<vowel>[аеєиіїоуюяыэ])(?P<after>[^аеєиіїоуюяыэ]{1,2})")
_SOFTENED = str.maketrans({"г": "з", "к": "ц", "х": "с"})

# What may be cut off a form so that all forms of a name are left with the same beginning.
_ENDING = re.compile(
    "(?<=..)(?:ього|ьому|ьою|ими|ыми|ого|его|ому|ему|ові|еві|єві|ами|ями|ьої"
    "|ою|ею|єю|ої|ій|ой|ей|ую|юю|ая|яя|ое|ее|ые|ие|их|ых|им|ым|ім|їм|ом|ем|єм|ам|ям|ах|ях|ий|ый"
    "|ів|їв|ов|ев|ью|ию|ия|ії|ією|ией|ии|а|е|є|и|і|ї|о|у|ю|я|ы|ь|й)$"
)
_FLEETING = re.compile("[еєоіїи](?=[^аеєиіїоуюяыэ]{1,2}$)")
_ALIKE = str.maketrans({"з": "г", "ц": "к", "с": "х"})


def is_form(form: str, name: str) -> bool:
    """Whether a normalised word is a case form of the name, or the name itself.

    Of a name with hyphens every part may be declined or left as it is.
    """
    if form == name:
        return True
    parts, names = form.split("-"), name.split("-")
    return len(parts) == len(names) and all(
        part == own or part in forms(own) for part, own in zip(parts, names, strict=True)
    )


def skeleton(word: str) -> str:
    """What the forms of a name have in common, mostly; names in other letters are kept whole."""
    if not _CYRILLIC.search(word):
        return word
    return "-".join(map(_bare, word.split("-")))


def skeletons(name: str) -> frozenset[str]:
    """The skeletons of all forms of one word of a name."""
    found = {skeleton(name)}
    for number, part in enumerate(parts := name.split("-")):
        for form in forms(part):
            found.add(skeleton("-".join((*parts[:number], form, *parts[number + 1 :]))))
    if len(parts) > 1:  # both declined: Кам'янця-Подільського
        found.update(
            skeleton(f"{first}-{'-'.join((*parts[1:-1], last))}")
            for first in forms(parts[0])
            for last in forms(parts[-1])
        )
    return frozenset(found)


def _bare(word: str) -> str:
    stem = _ENDING.sub("", word, count=1)
    stem = _FLEETING.sub("", stem).rstrip("ь'")
    return stem[:-1] + stem[-1:].translate(_ALIKE)


@functools.lru_cache(maxsize=20_000)
def forms(word: str) -> frozenset[str]:
    """The case forms of a normalised Cyrillic word, itself included; of any other only itself."""
    found = {word}
    if len(word) > 1 and _CYRILLIC.search(word):
        if not _RUSSIAN.search(word):
            found.update(_ukrainian(word))
        if not _UKRAINIAN.search(word):
            found.update(_russian(word))
    return frozenset(found)


# Last letter -> the endings that take its place; those of nouns and adjectives together.
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


def _ukrainian(word: str) -> Iterator[str]:
    stem, last = word[:-1], word[-1]
    yield from _with(stem, _UKRAINIAN_ENDINGS.get(last, ""))
    if last in "ао":
        yield f"{_softened(stem)}і"
    elif last in "иії":
        yield from _short(stem)
    elif last == "ь":
        for base in _alternating(stem):
            yield from _with(base, "я ю ем єм еві єві і")
        yield from (f"{stem}{stem[-1]}ю", f"{stem}ю")
    elif word.endswith(("ий", "ій")):
        yield from _with(word[:-2], "ого ому им ім ього ьому")
    elif last not in _UKRAINIAN_ENDINGS:
        for base in _alternating(word):
            yield from _with(base, "а у ом ові ем еві")
            yield f"{_softened(base)}і"
        yield f"{word}ю"  # Керч
        if word.endswith("ів"):  # of what was somebody's: у Часовому Яру
            yield from _with(f"{word[:-2]}ов", "ого ому им ім")


def _russian(word: str) -> Iterator[str]:
    stem, last = word[:-1], word[-1]
    yield from _with(word[:-2], _RUSSIAN_ADJECTIVES.get(word[-2:], ""))
    yield from _with(stem, _RUSSIAN_ENDINGS.get(last, ""))
    if last in "ыи":
        yield from _short(stem)
    elif last == "ь":
        for base in _alternating(stem):
            yield from _with(base, "я ю ем е и")
        yield f"{word}ю"
    elif last not in _RUSSIAN_ENDINGS:
        for base in _alternating(word):
            yield from _with(base, "а у ом е ем")


def _softened(stem: str) -> str:
    return stem[:-1] + stem[-1:].translate(_SOFTENED)


def _with(stem: str, endings: str) -> Iterator[str]:
    return (stem + ending for ending in endings.split())


def _alternating(word: str) -> Iterator[str]:
    """The stems a word that ends in a consonant has before endings: Київ, Ріг, Марганець."""
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


def _short(stem: str) -> Iterator[str]:
    """The genitive plural without an ending: Сум, Прилук, Лубен, Ромен."""
    yield stem
    yield f"{stem}ь"
    if len(stem) > 2 and not _LAST_VOWEL.fullmatch(stem[-1]) and stem[-2] not in "аеєиіїоуюяыэь'":
        yield f"{stem[:-1]}е{stem[-1]}"
        yield f"{stem[:-1]}о{stem[-1]}"
