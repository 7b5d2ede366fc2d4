"""Unit lists: candidates that share one unit noun (Сумській та Харківській областях)."""

from collections.abc import Sequence
from dataclasses import replace

from matching.places.candidate import CONJUNCTIONS, Candidate
from matching.places.name_index import NameIndex, Spelling
from matching.places.region_table import RegionTable
from matching.places.unit_words import UnitWords
from matching.text.tokenizer import Token, TokenSequence


class UnitListScanner:
    """Finds the names before or after a unit noun."""

    def __init__(self, name_index: NameIndex, table: RegionTable, words: UnitWords) -> None:
        """Scan with the names of a table and the nouns for its units."""
        self._name_index = name_index
        self._table = table
        self._words = words

    def scan_before(
        self, tokens: TokenSequence, position: int, candidates: list[Candidate]
    ) -> None:
        """Add the names before a unit noun: Сумській та Харківській областях."""
        names: list[Candidate] = []
        current, end = position - 1, position
        while current > 0 and tokens[current].text in self._words.modifiers:
            current -= 1
        units = self._words.following_nouns[tokens[position].text]
        while current >= 0 and (spelling := self._spelling_before(tokens[current], units)):
            span = (tokens[current].start, tokens[end].end)
            names.insert(0, _candidate_with_unit(current, end, span, spelling))
            current -= 1
            if current > 0 and tokens[current].text in CONJUNCTIONS:
                current -= 1
            end = current
        if names:
            while candidates and candidates[-1].first >= names[0].first:
                candidates.pop()
            candidates += names

    def extend_before(
        self, tokens: TokenSequence, candidate: Candidate, candidates: list[Candidate]
    ) -> None:
        """Add the names before one that has its unit noun: Одеська і Миколаївська обл."""
        position = candidate.first - 1
        if candidate.words[0].isascii():
            return  # a town before the oblast: Kyiv and Odesa Oblast; an adjective is never one
        if position >= 1 and (
            tokens.texts[position] in CONJUNCTIONS or tokens.gaps[candidate.first] == ", "
        ):
            self.scan_before(tokens, candidate.last, candidates)

    def scan_after(
        self,
        tokens: TokenSequence,
        position: int,
        candidates: list[Candidate],
        *,
        modifiers: int = 0,
    ) -> int:
        """Add the names after a unit noun (regioni di Kharkiv e Sumy); return the next position.

        modifiers: words between the noun and its linking word: regione meridionale di Kherson.
        """
        unit, linking_word = tokens.texts[position], tokens.texts[position + 1 + modifiers]
        current = position + 2 + modifiers
        first = current if modifiers else position
        while current < len(tokens):
            spellings = self._spellings_after(unit, linking_word, tokens.texts[current])
            if not spellings or not tokens[current].is_capitalized:
                break
            span = (tokens[first].start, tokens[current].end)
            candidates.append(_candidate_with_unit(first, current, span, spellings[0]))
            current += 1
            if current + 1 < len(tokens) and tokens[current].text in CONJUNCTIONS:
                current += 1
            first = current
        has_candidate = candidates and candidates[-1].first >= position
        return current if has_candidate else position + 1

    def _spellings_after(self, unit: str, linking_word: str, name: str) -> tuple[Spelling, ...]:
        """Return the unit with this name; also by other names of its city: regione di Leopoli."""
        unit = self._words.preceding_nouns[unit]
        spellings = self._name_index.find((unit, linking_word, name))
        for spelling in self._name_index.find((name,)) if not spellings else ():
            city = self._table.region(spelling.referents[0])
            if city.is_home:
                spellings = self._name_index.find((unit, linking_word, city.names["en"].lower()))
                break
        return spellings

    def _spelling_before(self, token: Token, units: Sequence[str]) -> Spelling | None:
        matches = [s for unit in units for s in self._name_index.find((token.text, unit))]
        if len(matches) < 2:
            return matches[0] if matches else None
        # A raion and the district of a city may differ in the noun only.
        referents = dict.fromkeys(number for match in matches for number in match.referents)
        return replace(matches[0], referents=tuple(referents), weak_count=0)


def _candidate_with_unit(
    first: int, last: int, span: tuple[int, int], spelling: Spelling
) -> Candidate:
    size = last - first + 1
    return Candidate(first, size, *span, spelling.words, spelling.referents, spelling)
