"""What stands around a candidate, and what that says of it."""

import re
from bisect import bisect_right
from itertools import pairwise

from matching.places.candidates import AND, Candidate
from matching.places.lexicon import Customs
from matching.text.tokenizer import Line, Word

_LOCATIVE = ("і", "ї", "е", "и", "ому", "ах", "ях")
_ADJECTIVE = re.compile(".*(?:ий|ый|ого|ому|им|ым|ій|ой|[сцз]ь?к(?:а|у|ої|ою|ая|ую))")
_LISTED = re.compile("[,/#–—-]")
_TO = frozenset(("до", "to", "fino"))
_LABEL = re.compile(r"\s*[:—–]|\s+-\s")
# Endings of feminine adjectives, and of nouns in the same case.
_AGREEING = (
    ("ій", ("і", "ї")),
    ("ої", ("и", "і", "ї")),
    ("ою", ("ою", "ею", "ю")),
    ("ая", ("а", "я", "ь")),
    ("ой", ("и", "е", "ы", "ой", "ью")),
    ("ую", ("у", "ю", "ь")),
    ("у", ("у", "ю", "ь")),
    ("а", ("а", "я", "ь")),
)
_NEAR_WORDS = 9  # how far from a river's name its water is looked for
_BESIDE = 4  # and how far what is done in it, where a town may be meant as well
_STRUCK = 3  # words after a name in which it is said what befalls it
_TITLE_WORD = 4  # letters; shorter ones are small in titles
_STOPS = re.compile(r"[.!?…\n]")


class Surroundings:
    """One text, asked about its candidates."""

    def __init__(self, line: Line, text: str, customs: Customs, *, shouting: bool) -> None:
        self._line = line
        self._text = text
        self._customs = customs
        self._shouting = shouting
        self._titles: dict[int, bool] = {}

    def before(self, candidate: Candidate, steps: int = 1) -> Word | None:
        """The word so many before it."""
        at = candidate.first - steps
        return self._line.words[at] if at >= 0 and candidate.size else None

    def after(self, candidate: Candidate, steps: int = 1) -> Word | None:
        """The word so many after it."""
        at = candidate.last + steps
        words = self._line.words
        return words[at] if at < len(words) and candidate.size else None

    def gap_before(self, candidate: Candidate) -> str:
        """What stands between it and the word before."""
        at = candidate.first - 1
        if at < 0 or not candidate.size:
            return ""
        return self._text[self._line.end(at) : candidate.start]

    def gap_after(self, candidate: Candidate) -> str:
        """What stands between it and the word after."""
        at = candidate.last + 1
        if at >= len(self._line.words) or not candidate.size:
            return self._text[candidate.end :]
        return self._text[candidate.end : self._line.starts[at]]

    def is_head(self, candidate: Candidate) -> bool:
        """Whether its capital may be that of a sentence, a title or a shout."""
        return (
            self._line.is_head(candidate.first)
            or self._shouting
            or self._opens(candidate)
            or self._in_title(candidate)
        )

    def is_tagged(self, candidate: Candidate) -> bool:
        """Whether it is a hashtag."""
        return self._text[candidate.start - 1 : candidate.start] == "#"

    def is_label(self, candidate: Candidate) -> bool:
        """Whether it stands alone before a colon or a dash: Суми: вибухи."""
        return bool(_LABEL.match(self.gap_after(candidate))) and self._line.is_head(candidate.first)

    def is_struck(self, candidate: Candidate) -> bool:
        """Whether what follows befalls places alone: Суми знову без світла."""
        first = candidate.last + 1
        near = self._line.texts[first : first + _STRUCK]
        said = {*zip(near, strict=True), *pairwise(near)}
        end = self._line.end(candidate.last + len(near))
        return not (
            said.isdisjoint(self._customs.befalls) or _STOPS.search(self._text[candidate.end : end])
        )

    def has_native(self, candidate: Candidate, country: str | None) -> bool:
        """Whether a word stands before it that in its country does before towns: ad Asti."""
        word = self.before(candidate)
        native = self._customs.native.get(country or "", ())
        return word is not None and not word.capital and word.text in native

    def has_noun(self, candidate: Candidate) -> bool:
        """Whether it is said to be a settlement: м. Мена, the village of Bar."""
        word = self.before(candidate)
        if word and word.text in self._customs.of:
            word = self.before(candidate, 2)
        if word is None:
            return False
        if word.text in self._customs.short_nouns:
            return self.gap_before(candidate).startswith(".")
        return word.text in self._customs.nouns

    def has_preposition(self, candidate: Candidate, *, strict: bool = False) -> bool:
        """Whether a word stands before it that may, or if strict: that would, precede a place."""
        word = self.before(candidate)
        if word is None or (strict and word.text in self._customs.loose):
            return False
        return word.text in self._customs.before

    def is_within(self, candidate: Candidate) -> bool:
        """Whether the words before it speak of a place, not of a person: у Володимирі."""
        word = self.before(candidate)
        if word is None:
            return False
        if word.text in self._customs.within:
            return self._line.texts[candidate.last].endswith(_LOCATIVE)
        return word.text in self._customs.near

    def is_joined(self, candidate: Candidate, following: Candidate) -> bool:
        """Whether the two stand in one list."""
        gap = self._text[candidate.end : following.start]
        if _STOPS.search(gap) or not candidate.size or not following.size:
            return False
        links = {*self._line.texts[candidate.last + 1 : following.first]}
        if not links <= AND | self._customs.before:
            return False
        return not links.isdisjoint(AND | _TO) or bool(_LISTED.search(gap))

    def is_thing(self, candidate: Candidate) -> bool:
        """Whether it is part of a street's, a river's, a person's or a nickname's name."""
        word, following = self.before(candidate), self.after(candidate)
        return (
            self._is_street(candidate, word, following)
            or self._is_somebody(candidate, word, following)
            or self._is_river(candidate, word, following)
            or (word is not None and self._is_called(candidate, word))
        )

    def is_water(self, candidate: Candidate) -> bool:
        """Whether a town that is a river too is the river here."""
        customs = self._customs
        if self._line.texts[candidate.first] not in customs.waters:
            return False
        word = self.before(candidate)
        if word and word.text in customs.beside_water:
            return True
        if self.has_noun(candidate) or self.is_tagged(candidate):
            return False
        if self.is_within(candidate):
            return self._is_near(candidate, customs.in_water, _BESIDE)
        return self._is_near(candidate, customs.water_words, _NEAR_WORDS)

    def acts(self, candidate: Candidate) -> bool:
        """Whether what follows is said of somebody who bears the name: Sofia laughed."""
        following = self.after(candidate)
        return (
            following is not None
            and following.text in self._customs.human
            and self._line.texts[candidate.first] in self._customs.first_names
            and self.gap_after(candidate) == " "
            and not self.has_preposition(candidate)
        )

    def province(self, candidate: Candidate) -> str | None:
        """The country of the province named right after it: London, Ontario."""
        if self.gap_after(candidate) != ", ":
            return None
        at = candidate.last + 1
        spans = (tuple(self._line.texts[at : at + size]) for size in (1, 2, 3))
        return next(
            (self._customs.provinces[s] for s in spans if s in self._customs.provinces), None
        )

    def _is_near(self, candidate: Candidate, wanted: frozenset[str], reach: int) -> bool:
        first = max(0, candidate.first - reach)
        near = self._line.texts[first : candidate.last + reach]
        return not wanted.isdisjoint(near)

    def has_article(self, candidate: Candidate) -> bool:
        """Whether an Italian article says that it is no town: il Dnipro."""
        word = self.before(candidate)
        return (
            word is not None
            and word.text in self._customs.articles
            and self._line.texts[candidate.first].isascii()
            and not word.upper
        )

    def names_oblast(self, candidate: Candidate) -> bool:
        """Whether that article stands before an oblast called after a city: nel Donetsk."""
        word = self.before(candidate)
        return word is not None and word.text in self._customs.in_oblast

    def agrees(self, candidate: Candidate) -> bool:
        """Whether an adjective goes with the word after it: Одесской улицы."""
        following = self.after(candidate)
        if following is None or self.gap_after(candidate) != " " or len(following.text) < 4:
            return False
        own = candidate.words[-1]
        endings = next((nouns for ending, nouns in _AGREEING if own.endswith(ending)), ())
        return following.text.endswith(tuple(endings))

    def _opens(self, candidate: Candidate) -> bool:
        """Whether a quotation or an item of a list begins with it."""
        gap = self.gap_before(candidate)
        return any(mark in gap for mark in '«“"„\n•') or not candidate.first

    def _in_title(self, candidate: Candidate) -> bool:
        """Whether nearly every word of its sentence has a capital."""
        heads = self._line.heads
        start = heads[bisect_right(heads, candidate.first) - 1]
        known = self._titles.get(start)
        if known is None:
            known = self._titles[start] = self._is_title(start)
        return known

    def _is_title(self, start: int) -> bool:
        heads = self._line.heads
        following = bisect_right(heads, start)
        end = heads[following] if following < len(heads) else len(self._line)
        long = [word for word in self._line.words[start:end] if len(word.text) >= _TITLE_WORD]
        return len(long) > 3 and sum(word.capital for word in long) * 4 >= len(long) * 3

    def _is_street(self, candidate: Candidate, word: Word | None, following: Word | None) -> bool:
        customs = self._customs
        if following and following.text in customs.after and self.gap_after(candidate) == " ":
            return True
        if word is None or word.text not in customs.streets:
            return False
        if word.text == "via":
            earlier = self.before(candidate, 2)
            return earlier is not None and earlier.text in customs.before_via
        own = self._line.texts[candidate.first]
        return word.text not in customs.plural_streets or bool(_ADJECTIVE.fullmatch(own))

    def _is_somebody(self, candidate: Candidate, word: Word | None, following: Word | None) -> bool:
        customs = self._customs
        if word and word.capital and word.text in customs.given:
            return self.gap_before(candidate).strip(".") == " "
        if not following or not following.capital or self._shouting or self.is_head(candidate):
            following = None
        own = self._line.texts[candidate.first]
        if following and own in customs.first_names and self.gap_after(candidate) == " ":
            return following.text not in customs.generic
        return bool(
            word
            and word.capital
            and candidate.size == 1
            and not self._line.is_head(candidate.first - 1)
            and self.gap_before(candidate) == " "
            and _ADJECTIVE.fullmatch(own)
            and not self._shouting
        )

    def _is_river(self, candidate: Candidate, word: Word | None, following: Word | None) -> bool:
        rivers = self._customs.rivers
        if following and following.text in rivers and self.gap_after(candidate) == " ":
            return True
        return word is not None and word.text in rivers and self.gap_before(candidate) == " "

    def _is_called(self, candidate: Candidate, word: Word) -> bool:
        customs = self._customs
        if word.text not in customs.called:
            return False
        earlier = self.before(candidate, 2)
        return earlier is None or earlier.text not in customs.nouns
