"""i18n: catalog of the texts in all languages (projectfluent.org, `locales/CODE.ftl`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from handlers.text import plain_text
from handlers.text.html import Html, escape

_FOLDER = Path(__file__).parents[1] / "locales"
_PLACEHOLDER = 0xE000
"""First private-use character that stands for a text value while Fluent formats.

Fluent refuses values over 2,500 characters.
"""


@dataclass(frozen=True)
class Language:
    """Supported language."""

    code: str  # ISO 639-1, the name of the file
    name: str  # in the language itself


LANGUAGES = (
    Language("en", "English"),
    Language("uk", "Українська"),
    Language("ru", "Русский"),
    Language("it", "Italiano"),
)
FALLBACK = "en"

Value = str | int
"""Text, which is escaped unless it is Html; or a number, formatted by the language's rules."""


class Catalog:
    """Catalog of all texts in all languages. A text that a language lacks is taken from English."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._bundles = {language.code: _bundle(folder, language.code) for language in LANGUAGES}

    def translator(self, language: str) -> "Translator":
        """Return the translator for a language, or for English if it is not supported."""
        return Translator(self, self.language(language))

    def language(self, code: str | None) -> str:
        """Return the supported language for an IETF tag, such as Telegram's `language_code`."""
        base = (code or "").lower().replace("_", "-").partition("-")[0]
        return base if base in self._bundles else FALLBACK

    def format(self, language: str, key: str, values: dict[str, Value]) -> str:
        """Format a text with `values`. Raises KeyError if English lacks the text, too."""
        for code in (language, FALLBACK):
            bundle = self._bundles[code]
            pattern = bundle.get_message(key).value if bundle.has_message(key) else None
            if pattern is None:
                continue
            text, errors = bundle.format_pattern(pattern, values)
            if not errors:
                return str(text)
        raise KeyError(key)


class Translator:
    """Translator: the texts of the catalog in one language."""

    def __init__(self, catalog: Catalog, language: str) -> None:
        self._catalog = catalog
        self.language = language  # one of LANGUAGES

    def html(self, key: str, **values: Value) -> Html:
        """Return a text as Telegram HTML, for a message."""
        return Html(self._fill(key, values, lambda text: escape(_sanitize(text))))

    def text(self, key: str, **values: Value) -> str:
        """Return a text without markup, for a button, a short notice or the command menu."""
        return self._fill(key, values, plain_text.single_line)

    def english(self, key: str) -> str:
        """Return a text without markup in English, which the bot accepts from every person."""
        return Translator(self._catalog, FALLBACK).text(key)

    def in_language(self, code: str) -> "Translator":
        """Return the translator of the same catalog for another language."""
        return self._catalog.translator(code)

    def _fill(self, key: str, values: Mapping[str, Value], prepare: Callable[[str], str]) -> str:
        texts = [(name, value) for name, value in values.items() if isinstance(value, str)]
        placeholders = {name: chr(_PLACEHOLDER + index) for index, (name, _) in enumerate(texts)}
        pattern = self._catalog.format(self.language, key, {**values, **placeholders})
        filled = {_PLACEHOLDER + index: prepare(value) for index, (_, value) in enumerate(texts)}
        return pattern.translate(filled)


def _sanitize(text: str) -> str:
    return text if isinstance(text, Html) else plain_text.clean(text)


def _bundle(folder: Path, code: str) -> FluentBundle:
    bundle = FluentBundle([code], use_isolating=False)
    bundle.add_resource(FluentResource((folder / f"{code}.ftl").read_text("utf-8")))
    return bundle
