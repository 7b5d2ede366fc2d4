"""Text in any language: many write in a language other than that of their settings."""

from collections.abc import Callable
from typing import TypeVar

from handlers.text.i18n import LANGUAGES, Translator

Value = TypeVar("Value")


def parse_in_any_language(
    parse: Callable[[str, Translator], Value], text: str, translator: Translator
) -> Value:
    """Parse a text in the reader's language, else in the first one in which it means something.

    Raises the ValueError of the reader's language.
    """
    try:
        return parse(text, translator)
    except ValueError:
        for language in LANGUAGES:
            if language.code != translator.language:
                try:
                    return parse(text, translator.in_language(language.code))
                except ValueError:
                    continue
        raise
