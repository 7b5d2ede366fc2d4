"""Candidate generation: finds words that may be toponyms; disambiguation decides later."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from matching.morphology.declension import decline
from matching.places.candidate import CONJUNCTIONS, Candidate
from matching.places.compact_names import CompactNames
from matching.places.context.hashtags import hashtag_at
from matching.places.lexicon import Lexicon
from matching.places.name_index import NameIndex, Spelling
from matching.places.region_table import RegionTable
from matching.places.unit_lists import UnitListScanner
from matching.places.unit_words import UnitWords
from matching.steps import Steps, split_steps
from matching.text.tokenizer import Token, TokenSequence, Word

_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FLAG_A = 0x1F1E6

_MAX_CACHED_LENGTH = 40  # code points; a longer word starts no name
_CACHE_SIZE = 30_000  # words
_LARGE_CITY = 300_000  # inhabitants; smaller cities abroad form no compounds
_LINKING_WORDS = (["di"], ["of"])
_LINKED_WORDS = 2  # a conjunction and the name after it
_FEMININE_ENDINGS = ("а", "ій", "у", "ої", "ою", "ая", "ой", "ую")
_ELLIPTIC_ADJECTIVE = re.compile(f".{{3,}}[сцз]ь?к(?:{'|'.join(_FEMININE_ENDINGS)})")


class CandidateScanner:
    """Finds the candidates of a text."""

    def __init__(
        self,
        name_index: NameIndex,
        table: RegionTable,
        lexicon: Lexicon,
        demonyms: Mapping[str, str],
    ) -> None:
        self._name_index = name_index
        self._table = table
        self._lexicon = lexicon
        self._demonyms = {
            form: number
            for form, code in demonyms.items()
            if (number := table.number(code)) is not None
        }
        self._unit_words = UnitWords.load()
        self._unit_lists = UnitListScanner(name_index, table, self._unit_words)
        self._compact_names = CompactNames(name_index, table, lexicon)
        self._excluded_phrases: dict[str, list[tuple[str, ...]]] = {}
        for phrase in lexicon.excluded_phrases:
            for form in decline(phrase[0]):
                self._excluded_phrases.setdefault(form, []).append(phrase)

        self._can_start_name = functools.lru_cache(_CACHE_SIZE)(self._can_start_name_uncached)
        self._function_words = CONJUNCTIONS | lexicon.prepositions | lexicon.articles
        # A lower-case word that is none of these starts no candidate.
        self._start_words = frozenset(
            (
                *self._demonyms,
                *self._excluded_phrases,
                *self._unit_words.following_nouns,
                *self._unit_words.preceding_nouns,
                *lexicon.lowercase_names,
            )
        )

    def scan(
        self, tokens: TokenSequence, text: str, *, is_all_caps: bool
    ) -> Steps[list[Candidate]]:
        """Return all candidates in order; they do not overlap.

        text: the original of tokens, for the capitals within hashtags; it may be empty.
        """
        candidates: list[Candidate] = []
        next_position = 0
        for group in split_steps(self._start_positions(tokens)):
            for position in group:
                if position < next_position:
                    continue
                next_position = self._scan_hashtag(tokens, position, text, candidates)
                if not next_position:
                    next_position = self._scan_at(
                        tokens, position, candidates, is_all_caps=is_all_caps
                    )
            yield
        return candidates

    def _scan_hashtag(
        self, tokens: TokenSequence, position: int, text: str, candidates: list[Candidate]
    ) -> int:
        """Add the place of a hashtag of several words; return the next position, or 0 if none."""
        is_hashtag = text and tokens.gaps[position].endswith("#")
        hashtag = hashtag_at(tokens, position, text) if is_hashtag else None
        if hashtag is None:
            return 0
        for size in range(hashtag.size, 0, -1):
            for words in hashtag.spellings(size):
                if spellings := self._name_index.find(words):
                    span = tokens.words[position : position + size]
                    offsets = (tokens.starts[position], tokens.end(position + size - 1))
                    candidates.append(
                        self._make_candidate(position, offsets, span, list(spellings))
                    )
                    return position + size
        return 0

    def _start_positions(self, tokens: TokenSequence) -> list[int]:
        """Return the positions of words that a name or a unit may start with."""
        start_words, can_start_name = self._start_words, self._can_start_name
        positions = [
            position
            for position, (text, _, is_capitalized, _, parts) in enumerate(tokens.words)
            if (is_capitalized and can_start_name(text)) or parts or text in start_words
        ]
        hashtags = [n for n, gap in enumerate(tokens.gaps) if gap != " " and gap.endswith("#")]
        return sorted({*positions, *hashtags}) if hashtags else positions

    def _can_start_name_uncached(self, text: str) -> bool:
        """Return whether a name or an elliptic adjective starts with this word."""
        return len(text) <= _MAX_CACHED_LENGTH and (
            self._name_index.max_length(text) > 0
            or self._elliptic_oblast(text) is not None
            or self._compact_names.can_start(text)
        )

    def _scan_at(
        self,
        tokens: TokenSequence,
        position: int,
        candidates: list[Candidate],
        *,
        is_all_caps: bool,
    ) -> int:
        """Add the candidates that start with this word; return the next position to scan."""
        word = tokens.words[position]
        if excluded_length := self._excluded_length(tokens, position):
            return position + excluded_length
        candidate = self._compact_names.candidate_at(tokens, position) or self._candidate_at(
            tokens, position, is_all_caps=is_all_caps
        )
        if candidate:
            candidates.append(candidate)
            next_position = position + candidate.size
            if candidate.size > 1 and tokens.texts[candidate.last] in (
                self._unit_words.following_nouns
            ):
                self._unit_lists.extend_before(tokens, candidate, candidates)
            return next_position
        if word.text in self._unit_words.preceding_nouns:
            linking_words = tokens.texts[position + 1 : position + 3]
            if linking_words[:1] in _LINKING_WORDS:
                return self._unit_lists.scan_after(tokens, position, candidates)
            if linking_words[1:] in _LINKING_WORDS and (
                linking_words[0] in self._unit_words.preceding_modifiers
            ):
                # regione ucraina di Kharkiv also names Ukraine
                demonym = self._candidate_at(tokens, position + 1, is_all_caps=is_all_caps)
                candidates += [demonym] if demonym else []
                return self._unit_lists.scan_after(tokens, position, candidates, modifiers=1)
        if word.text in self._unit_words.following_nouns:
            self._unit_lists.scan_before(tokens, position, candidates)
        elif word.parts:
            candidates += self._scan_parts(tokens, position)
        return position + 1

    def scan_flags(self, text: str) -> Iterator[Candidate]:
        """Yield the flag emoji of countries; they are not words, so their position is -1."""
        for match in _FLAG.finditer(text):
            code = "".join(chr(ord(letter) - _FLAG_A + ord("A")) for letter in match.group())
            number = self._table.number(code)
            if number is not None:
                yield Candidate(-1, 0, *match.span(), (), (number,), None, is_certain=True)

    def _excluded_length(self, tokens: TokenSequence, position: int) -> int:
        """Return the length in words of an excluded phrase that starts here; 0: none does."""
        for phrase in self._excluded_phrases.get(tokens.texts[position], ()):
            following = tokens.texts[position + 1 : position + len(phrase)]
            if len(following) == len(phrase) - 1 and all(
                text in decline(word) for text, word in zip(following, phrase[1:], strict=True)
            ):
                return len(phrase)
        return 0

    def _candidate_at(
        self, tokens: TokenSequence, position: int, *, is_all_caps: bool
    ) -> Candidate | None:
        """Return the candidate with the longest name that starts here, else an adjective."""
        word = tokens.words[position]
        is_hashtag = not word.is_capitalized and tokens.gaps[position].endswith("#")
        if word.is_capitalized or is_hashtag or word.text in self._lexicon.lowercase_names:
            max_length = min(self._name_index.max_length(word.text), len(tokens) - position)
            # In capitals, TO is no town.
            is_function_word = is_all_caps and word.text in self._function_words
            for size in range(max_length, int(is_function_word), -1):
                spellings = self._name_index.find(tuple(tokens.texts[position : position + size]))
                if not spellings:
                    continue
                span = tokens.words[position : position + size]
                matching_spellings = [
                    s
                    for s in spellings
                    if self._has_capitals(span, s, is_hashtag=is_hashtag, is_all_caps=is_all_caps)
                    or (s.is_acronym and self._is_lax_acronym(tokens, position))
                ]
                if matching_spellings and not (
                    size == 1 and self._is_adjective(tokens, position, matching_spellings)
                ):
                    start = tokens.starts[position]
                    end = tokens.starts[position + size - 1] + span[-1].size
                    return self._make_candidate(position, (start, end), span, matching_spellings)
            if oblast := self._elliptic_oblast(word.text):
                start, texts = tokens.starts[position], (word.text,)
                end = start + word.size
                return Candidate(
                    position, 1, start, end, texts, oblast.referents, oblast, is_elliptic=True
                )
        number = self._demonyms.get(word.text)
        if number is None or (
            word.is_capitalized and not tokens[position].is_sentence_start and not is_all_caps
        ):
            return None
        token = tokens[position]
        return Candidate(
            position, 1, token.start, token.end, (token.text,), (number,), None, is_certain=True
        )

    def _is_adjective(
        self, tokens: TokenSequence, position: int, spellings: Sequence[Spelling]
    ) -> bool:
        """Return whether a word is a demonym or an oblast: Українці, Сумська, not Українка."""
        text = tokens.texts[position]
        is_exact = any(spelling.words == (text,) for spelling in spellings)
        if text in self._demonyms:
            return tokens[position].is_sentence_start or not is_exact
        if is_exact or self._elliptic_oblast(text) is None:
            return False
        return not any(self._table.region(s.referents[0]).is_prominent for s in spellings)

    def _has_capitals(
        self, span: Sequence[Word], spelling: Spelling, *, is_hashtag: bool, is_all_caps: bool
    ) -> bool:
        """Return whether the words have the capitals of the spelling."""
        if span[0].text in self._lexicon.lowercase_names:
            return True
        if spelling.is_acronym:
            return span[0].is_upper and not is_all_caps
        return is_hashtag or all(
            word.is_capitalized or not needs_capital or word.text in self._lexicon.generic_words
            for word, needs_capital in zip(span, spelling.capitals, strict=True)
        )

    def _is_lax_acronym(self, tokens: TokenSequence, position: int) -> bool:
        """Return whether an acronym is written like a name here: negli Usa."""
        word = tokens.words[position]
        if word.text not in self._lexicon.lax_acronyms or not word.is_capitalized:
            return False
        following = tokens.words[position + 1 : position + 3]
        is_in_list = (
            len(following) == _LINKED_WORDS
            and following[0].text in CONJUNCTIONS
            and following[1].is_capitalized
        )  # Usa e Cina, not the verb of "usa e getta"
        return (
            is_in_list
            or not tokens.is_sentence_start(position)
            or tokens.gaps[position + 1 : position + 2] != [" "]
        )

    def _make_candidate(
        self,
        position: int,
        span: tuple[int, int],
        words: Sequence[Word | Token],
        spellings: list[Spelling],
    ) -> Candidate:
        if len(spellings) > 1:
            region = self._table.region
            spellings.sort(
                key=lambda spelling: (spelling.is_weak, region(spelling.referents[0]).rank_key)
            )
        texts = tuple([word.text for word in words])
        referents = tuple(dict.fromkeys([n for spelling in spellings for n in spelling.referents]))
        if not sum([spelling.weak_count for spelling in spellings]):
            return Candidate(position, len(words), *span, texts, referents, spellings[0])
        strong = tuple(dict.fromkeys([n for s in spellings for n in s.strong_referents]))
        weak_referents = tuple([number for number in referents if number not in strong])
        return Candidate(
            position,
            len(words),
            *span,
            texts,
            strong or weak_referents,
            spellings[0],
            weak_referents,
        )

    def _elliptic_oblast(self, text: str) -> Spelling | None:
        """Return the oblast of an adjective without its noun: на Харківській."""
        if not (text.endswith(_FEMININE_ENDINGS) and _ELLIPTIC_ADJECTIVE.fullmatch(text)):
            return None
        return next(iter(self._name_index.find((text, "область"))), None)

    def _scan_parts(self, tokens: TokenSequence, position: int) -> Iterator[Candidate]:
        """Yield names within a compound with hyphens: US-led, Kyiv-Lviv, pro-Russian."""
        if self._is_surname(tokens, position):
            return
        for part in tokens[position].parts:
            if part.is_capitalized:
                spellings = [
                    s
                    for s in self._name_index.find((part.text,))
                    if self._is_compound_part(part, s)
                ]
                if spellings:
                    yield replace(
                        self._make_candidate(position, (part.start, part.end), (part,), spellings),
                        is_certain=True,
                    )

    def _is_surname(self, tokens: TokenSequence, position: int) -> bool:
        """Return whether a compound follows a first name: Jordan Kharkiv-Smith."""
        if (
            not position
            or tokens.gaps[position] != " "
            or not tokens[position].parts[-1].is_capitalized
        ):
            return False
        word, lexicon = tokens.words[position - 1], self._lexicon
        return word.is_capitalized and (
            word.text in lexicon.given_names
            or word.text in lexicon.place_first_names
            or word.text in lexicon.person_names
        )

    def _is_compound_part(self, part: Token, spelling: Spelling) -> bool:
        best = self._table.region(spelling.referents[0])
        is_name = not spelling.is_ordinary_word
        if spelling.is_acronym:
            is_name = part.is_upper or part.text in self._lexicon.lax_acronyms
        is_large = best.is_home or best.population >= _LARGE_CITY
        return is_name and (best.kind == "country" or (best.kind == "city" and is_large))
