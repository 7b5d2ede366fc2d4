"""Nationwide detector: alerts for a whole country ("throughout Ukraine", "по всій Україні")."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files

from matching.morphology import demonyms
from matching.text.tokenizer import TokenSequence, split_words

_POSSESSIVE_GAP = len("'s ")


@dataclass(frozen=True, slots=True)
class NationwideDetector:
    """Cue words and phrases of nationwide alerts, in all languages at once."""

    quantifiers: frozenset[tuple[str, ...]]  # end directly before the country's name
    linking_words: frozenset[str]  # may stand between a quantifier and the name
    standalone_phrases: Mapping[str, tuple[tuple[str, ...], ...]]  # first word -> the other words
    local_words: frozenset[str]  # after such a phrase: limit it to a part of the country
    home_country: str  # code of the country that a phrase without a name means
    home_forms: frozenset[str]  # further forms of the home country's name
    part_words: frozenset[str]  # after the name: limit it to a part of the country
    demonyms: frozenset[str]  # "the whole Ukrainian team" is not the country

    @classmethod
    def load(cls) -> "NationwideDetector":
        """Load the words of the package."""
        standalone_phrases: dict[str, tuple[tuple[str, ...], ...]] = {}
        data = tomllib.loads((files("matching") / "data" / "nationwide.toml").read_text("utf-8"))
        for first, *tail in map(split_words, data["standalone_phrases"]):
            standalone_phrases[first] = (*standalone_phrases.get(first, ()), tuple(tail))
        return cls(
            frozenset(map(split_words, data["quantifiers"])),
            frozenset(split_words(data["linking_words"])),
            standalone_phrases,
            frozenset(split_words(data["local_words"])),
            data["home_country"],
            frozenset(word for form in data["home_forms"] for word in split_words(form)),
            frozenset(split_words(data["part_words"])),
            frozenset(demonyms.load()),
        )

    def find_countries(
        self, tokens: TokenSequence, mentioned: Sequence[tuple[int, str]]
    ) -> list[tuple[int, str]]:
        """Return the countries that a text mentions as a whole, in the form of `mentioned`.

        mentioned: for each country in the text, the position of its first word in tokens and its
        code. A flag emoji is not a word and has the position -1.
        """
        texts = tokens.texts
        home_mentions = [
            (position, self.home_country)
            for position, text in enumerate(texts)
            if text in self.home_forms
        ]
        countries = [
            (position, code)
            for position, code in (*mentioned, *home_mentions)
            if position >= 0
            and self._has_quantifier_before(texts, position)
            and self._is_whole_country(tokens, position)
        ]
        if not countries:
            named = {code for _, code in mentioned} or {self.home_country}
            phrases = self._standalone_positions(texts)
            countries = [(position, code) for position in phrases for code in sorted(named)]
        return countries

    def _is_whole_country(self, tokens: TokenSequence, position: int) -> bool:
        """Reject a part of a country: throughout Ukraine's Kharkiv region, Ucraina orientale."""
        following = tokens[position + 1] if position + 1 < len(tokens) else None
        name = tokens[position]
        if name.text in self.demonyms and name.text not in self.home_forms:
            return False
        if following is None:
            return True
        gap = following.start - name.end
        is_possessive = gap == _POSSESSIVE_GAP and following.is_capitalized and name.text.isascii()
        return following.text not in self.part_words and not is_possessive

    def _has_quantifier_before(self, texts: Sequence[str], position: int) -> bool:
        while (
            position
            and not self._quantifier_ends_at(texts, position)
            and texts[position - 1] in self.linking_words
        ):
            position -= 1
        return self._quantifier_ends_at(texts, position)

    def _quantifier_ends_at(self, texts: Sequence[str], position: int) -> bool:
        return any(
            tuple(texts[max(0, position - size) : position]) in self.quantifiers
            for size in (1, 2, 3)
        )

    def _standalone_positions(self, texts: Sequence[str]) -> list[int]:
        phrases = self.standalone_phrases
        return [
            start
            for start in [start for start, text in enumerate(texts) if text in phrases]
            if any(
                tuple(texts[start + 1 : start + 1 + len(tail)]) == tail
                and not self._is_local(texts, start + 1 + len(tail))
                for tail in phrases[texts[start]]
            )
        ]

    def _is_local(self, texts: Sequence[str], position: int) -> bool:
        """Return whether what follows a phrase limits it: su tutto il territorio della regione."""
        while position < len(texts) and texts[position] in self.linking_words:
            position += 1
        return position < len(texts) and texts[position] in self.local_words
