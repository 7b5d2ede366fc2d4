"""Transliteration from Ukrainian to Latin and Russian, and folding of names for comparison."""

import re
import unicodedata

from scripts.romanization import romanize

RUSSIAN_ENDINGS = {
    "ївський": "евский",
    "івський": "овский",
    "ський": "ский",
    "цький": "цкий",
    "зький": "зский",
    "ська": "ская",
    "цька": "цкая",
    "зька": "зская",
    "ськ": "ск",
    "цьк": "цк",
    "івка": "овка",
    "ївка": "евка",
    "їв": "ев",
    "ів": "ов",
    "ець": "ец",
    "е": "ое",
}
RUSSIAN_BEGINNINGS = {
    "Микол": "Никол",
    "Олекс": "Алекс",
    "Олен": "Елен",
    "Велик": "Больш",
    "Нові ": "Новые ",
    "Петр": "Петр",
    "Михайл": "Михайл",
    "Черв": "Черв",
    "Біл": "Бел",
    "Ліс": "Лес",
    "Кам'ян": "Камен",
    "Вишн": "Вишн",
}


def normalize_apostrophes(name: str) -> str:
    """Replace apostrophes by the plain one: the codifier, CLDR and the alert services differ."""
    return re.sub("[’ʼ`′]", "'", name)


def fold(name: str) -> str:
    """Remove case, accents and apostrophes."""
    plain = unicodedata.normalize("NFKD", normalize_apostrophes(name).casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and c != "'")


def romanize_any(name: str) -> str:
    """Romanize a Ukrainian name with any kind of apostrophe."""
    return romanize(normalize_apostrophes(name))


def guess_russian(name: str) -> str:
    """Guess the Russian form of a Ukrainian name."""
    beginning = next((b for b in RUSSIAN_BEGINNINGS if name.startswith(b)), "")
    name = RUSSIAN_BEGINNINGS.get(beginning, "") + name.removeprefix(beginning)
    ending = next((ending for ending in RUSSIAN_ENDINGS if name.endswith(ending)), "")
    stem = name.removesuffix(ending).replace("ськ", "ск")
    stem = stem.translate(str.maketrans("іїєґІЇЄҐ", "ииегИИЕГ", "'"))
    return stem + RUSSIAN_ENDINGS.get(ending, "")
