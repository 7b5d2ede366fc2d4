"""Mention context: features of a candidate from the words and characters around it.

Each method checks for one cue of the lexicon; disambiguation combines them.
"""

import re
from bisect import bisect_right
from itertools import pairwise

from matching.places.candidate import CONJUNCTIONS, Candidate
from matching.places.lexicon import Lexicon
from matching.text.tokenizer import TokenSequence, Word

_LOCATIVE_ENDINGS = ("і", "ї", "е", "и", "ому", "ах", "ях")
_LIST_SEPARATOR = re.compile("[,/#–—>→➡➜⮕⇒↔-]")
_RANGE_WORDS = frozenset(("до", "to", "fino"))
_LABEL_SEPARATOR = re.compile(r"\s*[:—–]|\s+-\s")
# Endings of feminine adjectives -> endings of nouns that agree with them in case.
_AGREEING_ENDINGS = (
    ("ій", ("і", "ї")),
    ("ої", ("и", "і", "ї")),
    ("ою", ("ою", "ею", "ю")),
    ("ая", ("а", "я", "ь")),
    ("ой", ("и", "е", "ы", "ой", "ью")),
    ("ую", ("у", "ю", "ь")),
    ("у", ("у", "ю", "ь")),
    ("а", ("а", "я", "ь")),
)
_PLURAL_REGION_NOUNS = frozenset(
    ("province di", "regioni di", "provinces of", "regions of", "states of", "counties of")
)
_MAX_NEAR_WORDS = 3  # of a phrase such as "not far from"
_GENITIVE_ENDINGS = ("а", "я", "ы", "и")
_EVENT_REACH = 3  # words after a name that may contain a place event
_MIN_TITLE_WORD = 4  # letters; shorter words are lower-case in titles
_TITLE_WORDS = 8  # words of a title of which one may be lower-case
_SENTENCE_END = re.compile(r"[.!?…\n]")


class MentionContext:
    """Context features of the candidates of one text."""

    def __init__(
        self, tokens: TokenSequence, text: str, lexicon: Lexicon, *, is_all_caps: bool
    ) -> None:
        self._tokens = tokens
        self._text = text
        self._lexicon = lexicon
        self._is_all_caps = is_all_caps
        self._title_sentences: dict[int, bool] = {}

    def word_before(self, candidate: Candidate, distance: int = 1) -> Word | None:
        """Return the word at a distance before the candidate, or None."""
        position = candidate.first - distance
        return self._tokens.words[position] if position >= 0 and candidate.size else None

    def word_after(self, candidate: Candidate, distance: int = 1) -> Word | None:
        """Return the word at a distance after the candidate, or None."""
        position = candidate.last + distance
        words = self._tokens.words
        return words[position] if position < len(words) and candidate.size else None

    def gap_before(self, candidate: Candidate) -> str:
        """Return the characters between the candidate and the word before it."""
        position = candidate.first - 1
        if position < 0 or not candidate.size:
            return ""
        return self._text[self._tokens.end(position) : candidate.start]

    def gap_after(self, candidate: Candidate) -> str:
        """Return the characters between the candidate and the word after it."""
        position = candidate.last + 1
        if position >= len(self._tokens.words) or not candidate.size:
            return self._text[candidate.end :]
        return self._text[candidate.end : self._tokens.starts[position]]

    def word_end_text(self, candidate: Candidate, distance: int) -> str:
        """Return the character after the last of some words from the candidate on."""
        position = candidate.last + distance - 1
        if position >= len(self._tokens.words) or not candidate.size:
            return ""
        end = self._tokens.end(position)
        return self._text[end : end + 1]

    def has_positional_capital(self, candidate: Candidate) -> bool:
        """Return whether its capital may come from a sentence start, a title or all caps."""
        return (
            self._tokens.is_sentence_start(candidate.first)
            or self._is_all_caps
            or self._starts_item(candidate)
            or self._is_in_title(candidate)
        )

    def is_hashtag(self, candidate: Candidate) -> bool:
        """Return whether the candidate is a hashtag."""
        return self._text[candidate.start - 1 : candidate.start] == "#"

    def is_label(self, candidate: Candidate) -> bool:
        """Return whether the name is alone before a colon or a dash: Суми: вибухи."""
        has_separator = _LABEL_SEPARATOR.match(self.gap_after(candidate)) is not None
        return has_separator and self._tokens.is_sentence_start(candidate.first)

    def has_place_event(self, candidate: Candidate) -> bool:
        """Return whether a place event follows: Суми знову без світла."""
        first = candidate.last + 1
        following = self._words_of_sentence(first, _EVENT_REACH)
        phrases = {*zip(following, strict=True), *pairwise(following)}
        has_event = not phrases.isdisjoint(self._lexicon.place_events)
        if not has_event and self.gap_after(candidate) != " ":  # Лозова, третя атака
            has_event = not self._lexicon.strike_words.isdisjoint(following)
            has_event = has_event or not self._lexicon.alarm_words.isdisjoint(following)
        return has_event

    def _words_of_sentence(self, first: int, limit: int) -> list[str]:
        """Return the words from a position on, up to the end of the sentence."""
        words = self._tokens.texts[first : first + limit]
        for count, gap in enumerate(self._tokens.gaps[first : first + limit]):
            if _SENTENCE_END.search(gap):
                return words[:count]
        return words

    def has_native_preposition(self, candidate: Candidate, country: str | None) -> bool:
        """Return whether a preposition of the country's language precedes it: ad Asti."""
        word = self.word_before(candidate)
        prepositions = self._lexicon.native_prepositions.get(country or "", ())
        return word is not None and not word.is_capitalized and word.text in prepositions

    def has_settlement_noun(self, candidate: Candidate) -> bool:
        """Return whether a noun for a settlement precedes it: м. Мена, the village of Bar."""
        word = self.word_before(candidate)
        if word and word.text in self._lexicon.linking_words:
            word = self.word_before(candidate, 2)
        if word is None:
            return False
        if word.text in self._lexicon.settlement_abbreviations:
            return self.gap_before(candidate).startswith(".")
        return word.text in self._lexicon.settlement_nouns

    def has_region_noun(self, candidate: Candidate) -> bool:
        """Return whether a noun for a region is beside it: Delta State, provincia di Como."""
        nouns = self._lexicon.region_nouns
        following = self.word_after(candidate)
        if following and following.text in nouns and self.gap_after(candidate) == " ":
            return True
        word, distance = self.word_before(candidate), 1
        while word and word.text in self._lexicon.region_linking_words and distance < 3:
            distance += 1
            word = self.word_before(candidate, distance)
        return word is not None and word.text in nouns and self.gap_before(candidate) == " "

    def has_preposition(self, candidate: Candidate, *, is_strict: bool = False) -> bool:
        """Return whether a preposition precedes it; if is_strict, only one typical for places."""
        word = self.word_before(candidate)
        if word is None or (is_strict and word.text in self._lexicon.weak_prepositions):
            return False
        return word.text in self._lexicon.prepositions

    def has_place_preposition(self, candidate: Candidate) -> bool:
        """Return whether a preposition for places, not people, precedes it: у Володимирі."""
        word = self.word_before(candidate)
        if word is None:
            return False
        if word.text in self._lexicon.locative_prepositions:
            return self._tokens.texts[candidate.last].endswith(_LOCATIVE_ENDINGS)
        return word.text in self._lexicon.place_prepositions

    def has_plural_region_noun(self, candidate: Candidate) -> bool:
        """Return whether a plural noun for regions stands before it: province di Modena e Parma."""
        word, linking_word = self.word_before(candidate, 2), self.word_before(candidate)
        if word is None or linking_word is None:
            return False
        return f"{word.text} {linking_word.text}" in _PLURAL_REGION_NOUNS

    def is_same_sentence(self, candidate: Candidate, following: Candidate) -> bool:
        """Return whether no sentence ends between two candidates."""
        return not _SENTENCE_END.search(self._text[candidate.end : following.start])

    def has_village_noun(self, candidate: Candidate) -> bool:
        """Return whether a noun for a settlement smaller than a city precedes it: село Рівне."""
        word = self.word_before(candidate)
        if word and word.text in self._lexicon.linking_words:
            word = self.word_before(candidate, 2)
        return word is not None and word.text in self._lexicon.village_nouns

    def is_near(self, candidate: Candidate, other: Candidate, *, is_village: bool) -> bool:
        """Return whether it is said to lie near the next name: Ялта під Маріуполем."""
        words = tuple(self._tokens.texts[candidate.last + 1 : other.first])
        if "," in self.gap_after(candidate) or not words or len(words) > _MAX_NEAR_WORDS:
            return False
        is_genitive = self._tokens.texts[other.last].endswith(_GENITIVE_ENDINGS)
        if is_village and words == ("у",) and is_genitive:
            return True  # Russian: near; Ukrainian, with the locative: in
        return words in self._lexicon.near_phrases

    def is_inside(self, candidate: Candidate, unit: Candidate) -> bool:
        """Return whether it is said to lie in the next name: Миколаїв на Львівщині."""
        words = self._tokens.texts[candidate.last + 1 : unit.first]
        return (
            len(words) == 1
            and words[0] in self._lexicon.inside_prepositions
            and self.gap_after(candidate) in {" ", " ("}
        )

    def is_coordinated(self, candidate: Candidate, following: Candidate) -> bool:
        """Return whether two candidates are coordinated in one list."""
        gap = self._text[candidate.end : following.start]
        if _SENTENCE_END.search(gap) or not candidate.size or not following.size:
            return False
        links = {*self._tokens.texts[candidate.last + 1 : following.first]}
        if not links <= CONJUNCTIONS | self._lexicon.prepositions:
            return False
        has_link = not links.isdisjoint(CONJUNCTIONS | _RANGE_WORDS)
        return has_link or bool(_LIST_SEPARATOR.search(gap))

    def province_country(self, candidate: Candidate) -> str | None:
        """Return the country of a province directly after it: London, Ontario."""
        if self.gap_after(candidate) != ", ":
            return None
        position = candidate.last + 1
        spans = (tuple(self._tokens.texts[position : position + size]) for size in (1, 2, 3))
        provinces = self._lexicon.provinces
        return next((provinces[span] for span in spans if span in provinces), None)

    def has_settlement_excluding_article(self, candidate: Candidate) -> bool:
        """Return whether an Italian article shows that the name is not a town: il Dnipro."""
        word = self.word_before(candidate)
        return (
            word is not None
            and word.text in self._lexicon.articles
            and self._tokens.texts[candidate.first].isascii()
            and not word.is_upper
        )

    def has_oblast_article(self, candidate: Candidate) -> bool:
        """Return whether the article may precede an oblast named after a city: nel Donetsk."""
        word = self.word_before(candidate)
        return word is not None and word.text in self._lexicon.oblast_articles

    def has_agreeing_noun(self, candidate: Candidate) -> bool:
        """Return whether an adjective agrees with the noun after it: Одесской улицы."""
        following = self.word_after(candidate)
        if following is None or self.gap_after(candidate) != " " or len(following.text) < 4:
            return False
        adjective = candidate.words[-1]
        for ending, noun_endings in _AGREEING_ENDINGS:
            if adjective.endswith(ending):
                return following.text.endswith(noun_endings)
        return False

    def _starts_item(self, candidate: Candidate) -> bool:
        """Return whether the word starts a quotation, a list item or the text."""
        gap = self.gap_before(candidate)
        return any(mark in gap for mark in '«“"„\n•') or not candidate.first

    def _is_in_title(self, candidate: Candidate) -> bool:
        """Return whether its sentence is a title: nearly every word is capitalized."""
        sentence_starts = self._tokens.sentence_starts
        start = sentence_starts[bisect_right(sentence_starts, candidate.first) - 1]
        is_title = self._title_sentences.get(start)
        if is_title is None:
            is_title = self._title_sentences[start] = self._is_title(start)
        return is_title

    def _is_title(self, start: int) -> bool:
        starts = self._tokens.sentence_starts
        position = bisect_right(starts, start)
        end = starts[position] if position < len(starts) else len(self._tokens)
        words = [w for w in self._tokens.words[start:end] if len(w.text) >= _MIN_TITLE_WORD]
        capitals = sum(w.is_capitalized for w in words)
        lower_case = [
            w for w in words if not w.is_capitalized and w.text not in self._lexicon.prepositions
        ]
        return capitals > 3 and len(lower_case) * _TITLE_WORDS <= len(words)
