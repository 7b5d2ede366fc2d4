"""Lower-case texts: finds cities in the reports of monitoring channels that write no capitals.

Such a report is short, has no capital and has a word for an attack or an alarm: "суми вибух".
Only cities and oblasts at home count, and one that is also a word only beside such a cue.
"""

from collections.abc import Iterator, Sequence

from matching.places.candidate import Candidate
from matching.places.lexicon import Lexicon
from matching.places.name_index import NameIndex, Spelling
from matching.places.region_table import RegionTable
from matching.text.tokenizer import TokenSequence

_MAX_WORDS = 25
_MIN_LETTERS = 4  # of a name
_KINDS = frozenset(("city", "oblast"))


class LowerCaseScanner:
    """Finds the candidates of texts without capitals."""

    def __init__(self, name_index: NameIndex, table: RegionTable, lexicon: Lexicon) -> None:
        """Scan with the names of a table."""
        self._name_index = name_index
        self._table = table
        self._lexicon = lexicon

    def scan(self, tokens: TokenSequence, candidates: Sequence[Candidate]) -> list[Candidate]:
        """Return the candidates that do not overlap those given; none if it is no report."""
        if len(tokens) > _MAX_WORDS or any(word.is_capitalized for word in tokens.words):
            return []
        if self._lexicon.alarm_words.isdisjoint(tokens.texts):
            return []
        taken = {n for c in candidates for n in range(c.first, c.first + c.size)}
        return [
            candidate
            for position in range(len(tokens))
            for candidate in self._candidates_at(tokens, position)
            if taken.isdisjoint(range(candidate.first, candidate.last + 1))
        ]

    def _candidates_at(self, tokens: TokenSequence, position: int) -> Iterator[Candidate]:
        text = tokens.texts[position]
        if len(text) < _MIN_LETTERS:
            return
        for size in range(min(self._name_index.max_length(text), len(tokens) - position), 0, -1):
            words = tuple(tokens.texts[position : position + size])
            for spelling in self._name_index.find(words):
                if self._is_city(tokens, position, words, spelling):
                    yield Candidate(
                        position,
                        size,
                        tokens.starts[position],
                        tokens.end(position + size - 1),
                        words,
                        spelling.referents,
                        spelling,
                        is_certain=True,
                    )
                    return

    def _is_city(
        self, tokens: TokenSequence, position: int, words: tuple[str, ...], spelling: Spelling
    ) -> bool:
        best = self._table.region(spelling.referents[0])
        if spelling.is_weak or not best.is_home or best.kind not in _KINDS:
            return False
        lexicon = self._lexicon
        if len(words) > 1 or not (
            spelling.is_ordinary_word
            or words[0] in lexicon.ordinary_words
            or words[0] in lexicon.sentence_start_words
            or words[0] in lexicon.person_names
        ):
            return True
        beside = tokens.texts[max(0, position - 1) : position + 2]
        return words == spelling.words and not lexicon.alarm_words.isdisjoint(beside)
