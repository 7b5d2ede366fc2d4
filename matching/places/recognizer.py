"""Toponym recognizer: finds place names in a text and resolves each to its likeliest referent.

Pipeline: candidate generation (candidate_scanner), disambiguation by context features
(disambiguation, mention_context, containment), ranking of referents (referents).
"""

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from matching.morphology import demonyms
from matching.places.candidate import Candidate
from matching.places.candidate_scanner import CandidateScanner
from matching.places.context.entity_context import EntityContext
from matching.places.context.lowercase import LowerCaseScanner
from matching.places.context.mention_context import MentionContext
from matching.places.disambiguation import Disambiguator
from matching.places.lexicon import Lexicon
from matching.places.name_index import NameIndex, strip_accents
from matching.places.region_table import RegionTable
from matching.steps import Steps, complete, split_steps
from matching.text.tokenizer import Token, TokenSequence

_MAX_CODES = 6


class Toponym(NamedTuple):
    """A place name recognized in a text."""

    codes: tuple[str, ...]  # of its possible referents, the likeliest first
    first: int  # position of its first word; -1: a flag emoji, which is not a word
    start: int  # code points
    end: int  # exclusive


class ToponymRecognizer:
    """Recognizes the names of a table's regions."""

    def __init__(self, name_index: NameIndex, table: RegionTable, lexicon: Lexicon) -> None:
        """Prepare the scanner; name_index has the names of the regions in table."""
        self._name_index = name_index
        self._table = table
        self._lexicon = lexicon
        self._scanner = CandidateScanner(name_index, table, lexicon, demonyms.load())
        self._lower_case_scanner = LowerCaseScanner(name_index, table, lexicon)

    def referents(self, name: tuple[str, ...]) -> tuple[str, ...]:
        """Return the codes of all regions with this name, likeliest first.

        name: normalised words. A mere case form of a name matches only prominent regions.
        """
        name = tuple(map(strip_accents, name))
        spellings = self._name_index.find(name)
        exact = [spelling for spelling in spellings if spelling.words == name]
        prominent = [s for s in spellings if self._table.region(s.referents[0]).is_prominent]
        numbers = {number for spelling in exact or prominent for number in spelling.referents}
        ranked = sorted(numbers, key=lambda number: self._table.region(number).rank_key)
        return tuple(self._table.codes[number] for number in ranked)

    def max_length(self, first: str) -> int:
        """Return the length in words of the longest name that starts with a word; 0: none does."""
        return self._name_index.max_length(first)

    def is_ordinary_word(self, tokens: Sequence[Token]) -> bool:
        """Return whether a name is also an ordinary word."""
        if len(tokens) != 1:
            return False
        name = tokens[0].text
        lexicon = self._lexicon
        spellings = self._name_index.find((name,))
        return (
            name in lexicon.ordinary_words
            or name in lexicon.person_names
            or name in lexicon.sentence_start_words
            or (bool(spellings) and all(s.is_ordinary_word or s.is_acronym for s in spellings))
        )

    def has_name_capitals(self, tokens: Sequence[Token]) -> bool:
        """Return whether words are capitalized as a name: Kyiv, UK."""
        spellings = self._name_index.find(tuple(token.text for token in tokens))
        if spellings and all(spelling.is_acronym for spelling in spellings):
            return tokens[0].is_upper
        return tokens[0].is_capitalized

    def recognize(self, tokens: TokenSequence, text: str = "") -> list[Toponym]:
        """Return the toponyms of a text in order; they do not overlap.

        text: the original of tokens. Without it flag emoji and the characters between words are
        not considered.
        """
        return complete(self.recognize_in_steps(tokens, text))

    def recognize_in_steps(self, tokens: TokenSequence, text: str) -> Steps[list[Toponym]]:
        """Do what `recognize` does, in steps."""
        is_all_caps = sum([word.is_upper for word in tokens.words]) * 2 > len(tokens)
        names = yield from self._scanner.scan(tokens, text, is_all_caps=is_all_caps)
        names += self._lower_case_scanner.scan(tokens, names)
        candidates = sorted(chain(names, self._scanner.scan_flags(text)), key=lambda c: c.start)
        if not candidates:
            return []
        context = MentionContext(tokens, text, self._lexicon, is_all_caps=is_all_caps)
        entities = EntityContext(tokens, context, self._lexicon, is_all_caps=is_all_caps)
        disambiguator = Disambiguator(candidates, context, entities, self._table, self._lexicon)
        accepted = yield from disambiguator.disambiguate()
        toponyms: list[Toponym] = []
        for group in split_steps(accepted):
            toponyms += map(self._toponym, group)
            yield
        return toponyms

    def _toponym(self, candidate: Candidate) -> Toponym:
        codes = tuple(self._table.codes[number] for number in candidate.referents[:_MAX_CODES])
        return Toponym(codes, candidate.first, candidate.start, candidate.end)
