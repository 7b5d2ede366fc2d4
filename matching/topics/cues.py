"""Cues: words that show a topic, and negation detection.

Negation works like NegEx: a negator (itself a cue) negates another cue within a few words before
or after it, in the same clause.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matching.morphology.phrase_matcher import PhraseMatch, PhraseMatcher, split_phrases
from matching.text.pieces import Pieces
from matching.text.sentences import Sentences
from matching.text.tokenizer import TokenSequence, split_words

MAX_NEGATOR_WORDS = 5  # "no immediate reports of"
NEGATION_WINDOW = 4  # words from a negator to the cue after it: "no new ballistic alert"
NEGATION_WINDOW_AFTER = 4  # words from a cue to the negator after it: "постраждалих у місті немає"


@dataclass(frozen=True, slots=True)
class Cue:
    """Words and phrases with one meaning."""

    name: str
    words: str  # separated by commas; in any inflected form, after = only as written
    excluded_phrases: str = ""  # phrases in which these words mean something else
    negated_by: frozenset[str] = frozenset()  # cues that negate it from before
    negated_after: frozenset[str] = frozenset()  # cues that negate it from after
    is_alert_state: bool = False  # its sentence is about the beginning or end of an alert


class CueSet:
    """Set of all cues, found together in one pass over a text."""

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._cues: Mapping[str, Cue] = {cue.name: cue for cue in cues}
        self._phrases = PhraseMatcher()
        for cue in self._cues.values():
            self._phrases.add(cue.name, cue.words)
            self._phrases.add(cue.name, cue.excluded_phrases, is_excluded=True)
        self._negators = frozenset().union(
            *(cue.negated_by | cue.negated_after for cue in self._cues.values())
        )
        self._negatable = frozenset(
            name for name, cue in self._cues.items() if cue.negated_by or cue.negated_after
        )
        names = [name for name, cue in self._cues.items() if cue.is_alert_state]
        # A sentence with one of them, negated or not, is about the state of an alert.
        self.alert_state_names = frozenset((*names, *(f"no_{name}" for name in names)))

    def phrases(self, name: str) -> Iterator[tuple[str, ...]]:
        """Yield the normalised words and phrases of a cue; nothing for an unknown cue."""
        if cue := self._cues.get(name):
            yield from filter(None, map(split_words, split_phrases(cue.words)))

    def find(self, pieces: Pieces) -> list[PhraseMatch]:
        """Return the cues among the words of a text, in order. The time is linear."""
        return self._phrases.find(pieces)

    def resolve_negation(
        self, matches: Sequence[PhraseMatch], tokens: TokenSequence, sentences: Sentences
    ) -> list[str]:
        """Return the name of each cue match; that of a negated one gets the prefix no_."""
        negators = [match for match in matches if match.name in self._negators]
        positions = [negator.first for negator in negators]
        names = []
        for match in matches:
            name = match.name
            if negators and name in self._negatable:
                window = slice(
                    bisect_left(positions, match.first - NEGATION_WINDOW - MAX_NEGATOR_WORDS),
                    bisect_right(positions, match.last + NEGATION_WINDOW_AFTER),
                )
                if self._is_negated(match, negators[window], tokens, sentences):
                    name = f"no_{name}"
            names.append(name)
        return names

    def _is_negated(
        self,
        match: PhraseMatch,
        negators: Sequence[PhraseMatch],
        tokens: TokenSequence,
        sentences: Sentences,
    ) -> bool:
        cue = self._cues[match.name]
        for negator in negators:
            position = negator.first
            before = (
                negator.name in cue.negated_by
                and position < match.first <= negator.last + NEGATION_WINDOW
            )
            after = negator.name in cue.negated_after and position > match.last
            if (before or after) and sentences.is_same_clause(
                tokens.starts[position], tokens.starts[match.first]
            ):
                return True
        return False
