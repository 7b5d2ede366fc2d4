"""Every word a person reads, in their language (projectfluent.org, `locales/CODE.ftl`)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from fluent.runtime import FluentBundle, FluentResource

from handlers.text import plain_text
from handlers.text.html import Html, escape

_FOLDER = Path(__file__).parents[1] / "locales"
_SLOT = 0xE000
"""Private-use characters stand for text while Fluent works: it refuses values over 2,500 long."""


@dataclass(frozen=True)
class Language:
    code: str  # ISO 639-1, the name of the file
    name: str  # what its speakers call it


LANGUAGES = (
    Language("en", "English"),
    Language("uk", "Українська"),
    Language("ru", "Русский"),
    Language("it", "Italiano"),
)
FALLBACK = "en"

Value = str | int
"""Text, escaped unless it is Html, or a number, written and counted as the language does."""


class Words:
    """All texts in all languages; a text missing in one of them is said in English."""

    def __init__(self, folder: Path = _FOLDER) -> None:
        self._bundles = {language.code: _bundle(folder, language.code) for language in LANGUAGES}

    def voice(self, language: str) -> "Voice":
        """Speaks a language we have, else English."""
        return Voice(self, self.language(language))

    def language(self, code: str | None) -> str:
        """The language we have for an IETF tag, such as Telegram's `language_code`."""
        wanted = (code or "").lower().replace("_", "-").partition("-")[0]
        return wanted if wanted in self._bundles else FALLBACK

    def format(self, language: str, key: str, values: dict[str, Value]) -> str:
        """The text with `values` in place. KeyError when English has no such text either."""
        for code in (language, FALLBACK):
            bundle = self._bundles[code]
            pattern = bundle.get_message(key).value if bundle.has_message(key) else None
            if pattern is None:
                continue
            text, errors = bundle.format_pattern(pattern, values)
            if not errors:
                return str(text)
        raise KeyError(key)


class Voice:
    """One language of `Words`."""

    def __init__(self, words: Words, language: str) -> None:
        self._words = words
        self.language = language  # one of LANGUAGES

    def say(self, key: str, **values: Value) -> Html:
        """A text of a message, as Telegram's HTML."""
        return Html(self._fill(key, values, lambda text: escape(_visible(text))))

    def label(self, key: str, **values: Value) -> str:
        """A text without markup: of a button, of a short notice, of the command menu."""
        return self._fill(key, values, plain_text.line)

    def english(self, key: str) -> str:
        """A label in English, which is understood from everybody."""
        return Voice(self._words, FALLBACK).label(key)

    def _fill(self, key: str, values: Mapping[str, Value], prepare: Callable[[str], str]) -> str:
        texts = [(name, value) for name, value in values.items() if isinstance(value, str)]
        slots = {name: chr(_SLOT + at) for at, (name, _) in enumerate(texts)}
        pattern = self._words.format(self.language, key, {**values, **slots})
        filled = {_SLOT + at: prepare(value) for at, (_, value) in enumerate(texts)}
        return pattern.translate(filled)


def _visible(text: str) -> str:
    return text if isinstance(text, Html) else plain_text.clean(text)


def _bundle(folder: Path, code: str) -> FluentBundle:
    bundle = FluentBundle([code], use_isolating=False)
    bundle.add_resource(FluentResource((folder / f"{code}.ftl").read_text("utf-8")))
    return bundle
