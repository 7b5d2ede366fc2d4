"""Where the words of a text are written as names of places: candidates, not yet believed."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from matching.morphology.declension import forms
from matching.places.lexicon import Customs
from matching.places.name_index import Spelling, Spellings
from matching.places.region_table import Table
from matching.places.unit_words import Units
from matching.text.tokenizer import Line, Token, Word

_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
_FLAG_A = 0x1F1E6

_LONGEST = 40  # code points; a longer word begins no name and is not remembered
_REMEMBERED = 30_000  # words
_LARGE = 300_000  # inhabitants of a city abroad that a compound may be made with
_OF = (["di"], ["of"])
AND = frozenset(("та", "і", "й", "и", "and", "e", "ed", "або", "чи", "или", "or", "o"))
_FEMININE = ("а", "ій", "у", "ої", "ою", "ая", "ой", "ую")
_ELLIPTIC = re.compile(f".{{3,}}[сцз]ь?к(?:{'|'.join(_FEMININE)})")


@dataclass(slots=True)
class Candidate:
    """Words written as the name of a place."""

    first: int  # position of the first word
    size: int  # words
    start: int  # code points
    end: int  # exclusive
    words: tuple[str, ...]  # as they stand, normalised
    numbers: tuple[int, ...]  # of those who bear the name, likeliest first
    spelling: Spelling | None  # None: an adjective, a flag, a unit in a list
    sure: bool = False  # nothing else can be meant
    elliptic: bool = False  # an adjective whose noun is left out
    refused: bool = False
    accepted: bool = False

    @property
    def last(self) -> int:
        """The position of the last word."""
        return self.first + self.size - 1


class Scanner:
    """Finds candidates."""

    def __init__(
        self, spellings: Spellings, table: Table, customs: Customs, demonyms: Mapping[str, str]
    ) -> None:
        self._spellings = spellings
        self._table = table
        self._customs = customs
        self._small = {
            form: number
            for form, code in demonyms.items()
            if (number := table.number(code)) is not None
        }
        self._units = Units.load()
        self._phrases: dict[str, list[tuple[str, ...]]] = {}
        for phrase in customs.not_places:
            for form in forms(phrase[0]):
                self._phrases.setdefault(form, []).append(phrase)

        self._named = functools.lru_cache(_REMEMBERED)(self._may_begin)
        # A small word that is none of these begins nothing.
        self._beginnings = frozenset(
            (
                *self._small,
                *self._phrases,
                *self._units.after,
                *self._units.before,
                *customs.belittled,
            )
        )

    def scan(self, line: Line, *, shouting: bool) -> list[Candidate]:
        """All candidates, in the order of the text; they do not overlap."""
        found: list[Candidate] = []
        seen = 0
        for at in self._starts(line):
            if at >= seen:
                seen = self._begin(line, at, found, shouting=shouting)
        return found

    def _starts(self, line: Line) -> list[int]:
        """The words that a name or a unit may begin with."""
        beginnings, named = self._beginnings, self._named
        found = [
            at
            for at, (text, _, capital, _, parts) in enumerate(line.words)
            if (capital and named(text)) or parts or text in beginnings
        ]
        tagged = [at for at, gap in enumerate(line.gaps) if gap != " " and gap.endswith("#")]
        return sorted({*found, *tagged}) if tagged else found

    def _may_begin(self, text: str) -> bool:
        """Whether a name, or an adjective of one, begins with this word."""
        return len(text) <= _LONGEST and (
            self._spellings.longest(text) > 0 or self._elliptic(text) is not None
        )

    def _begin(self, line: Line, at: int, found: list[Candidate], *, shouting: bool) -> int:
        """Add what begins with this word; where to go on."""
        word = line.words[at]
        if skipped := self._phrase(line, at):
            return at + skipped
        if candidate := self._at(line, at, shouting=shouting):
            found.append(candidate)
            return at + candidate.size
        if word.text in self._units.before and line.texts[at + 1 : at + 2] in _OF:
            return self._unit_before(line, at, found)
        if word.text in self._units.after:
            self._unit_after(line, at, found)
        elif word.parts:
            found += self._parts(line, at)
        return at + 1

    def flags(self, text: str) -> Iterator[Candidate]:
        """The flags of countries; they stand between words, so their position is none."""
        for match in _FLAG.finditer(text):
            code = "".join(chr(ord(letter) - _FLAG_A + ord("A")) for letter in match.group())
            number = self._table.number(code)
            if number is not None:
                yield Candidate(-1, 0, *match.span(), (), (number,), None, sure=True)

    def _phrase(self, line: Line, at: int) -> int:
        """How many words from here are a phrase that speaks of no place."""
        for phrase in self._phrases.get(line.texts[at], ()):
            following = line.texts[at + 1 : at + len(phrase)]
            if len(following) == len(phrase) - 1 and all(
                text in forms(word) for text, word in zip(following, phrase[1:], strict=True)
            ):
                return len(phrase)
        return 0

    def _at(self, line: Line, at: int, *, shouting: bool) -> Candidate | None:
        word = line.words[at]
        tagged = not word.capital and line.gaps[at].endswith("#")
        if word.capital or tagged or word.text in self._customs.belittled:
            for size in range(min(self._spellings.longest(word.text), len(line) - at), 0, -1):
                spellings = self._spellings.find(tuple(line.texts[at : at + size]))
                if not spellings:
                    continue
                span = line.words[at : at + size]
                written = [
                    s
                    for s in spellings
                    if self._is_written(span, s, tagged=tagged, shouting=shouting)
                ]
                if written and not (size == 1 and self._is_adjective(line, at, written)):
                    start = line.starts[at]
                    end = line.starts[at + size - 1] + span[-1].size
                    return self._candidate(at, (start, end), span, written)
            if known := self._elliptic(word.text):
                start, texts = line.starts[at], (word.text,)
                end = start + word.size
                return Candidate(at, 1, start, end, texts, known.numbers, known, elliptic=True)
        number = self._small.get(word.text)
        if number is None or (word.capital and not line[at].head and not shouting):
            return None
        token = line[at]
        return Candidate(at, 1, token.start, token.end, (token.text,), (number,), None, sure=True)

    def _is_adjective(self, line: Line, at: int, known: Sequence[Spelling]) -> bool:
        """Whether a people or an oblast is meant: Українці, Сумська, not a form of Українка."""
        text = line.texts[at]
        exact = any(spelling.words == (text,) for spelling in known)
        if text in self._small:
            return line[at].head or not exact
        if exact or self._elliptic(text) is None:
            return False
        return not any(self._table.region(s.numbers[0]).is_known for s in known)

    def _is_written(
        self, span: Sequence[Word], spelling: Spelling, *, tagged: bool, shouting: bool
    ) -> bool:
        """Whether the capitals of the spelling are there."""
        if span[0].text in self._customs.belittled:
            return True
        if spelling.acronym:
            return span[0].upper and not shouting
        return tagged or all(
            word.capital or not large or word.text in self._customs.generic
            for word, large in zip(span, spelling.capitals, strict=True)
        )

    def _candidate(
        self,
        at: int,
        span: tuple[int, int],
        words: Sequence[Word | Token],
        known: list[Spelling],
    ) -> Candidate:
        if len(known) > 1:
            region = self._table.region
            known.sort(key=lambda spelling: region(spelling.numbers[0]).likeliness)
        numbers = tuple(dict.fromkeys([n for spelling in known for n in spelling.numbers]))
        texts = tuple([word.text for word in words])
        return Candidate(at, len(words), *span, texts, numbers, known[0])

    def _elliptic(self, text: str) -> Spelling | None:
        """The oblast whose adjective may stand without the noun: на Харківській."""
        if not (text.endswith(_FEMININE) and _ELLIPTIC.fullmatch(text)):
            return None
        return next(iter(self._spellings.find((text, "область"))), None)

    def _unit_after(self, line: Line, at: int, found: list[Candidate]) -> None:
        """Names before a word for a unit: Сумській та Харківській областях."""
        listed: list[Candidate] = []
        here, end = at - 1, at
        while here > 0 and line[here].text in self._units.between:
            here -= 1
        while here >= 0 and (known := self._in_unit(line[here], self._units.after[line[at].text])):
            span = (line[here].start, line[end].end)
            listed.insert(
                0, Candidate(here, end - here + 1, *span, known.words, known.numbers, known)
            )
            here -= 1
            if here > 0 and line[here].text in AND:
                here -= 1
            end = here
        if listed:
            while found and found[-1].first >= listed[0].first:
                found.pop()
            found += listed

    def _unit_before(self, line: Line, at: int, found: list[Candidate]) -> int:
        """Names after a word for a unit: nelle regioni di Kharkiv e Sumy; where to go on."""
        unit, here = at, at + 2
        while here < len(line):
            known = self._after_unit(line.texts[unit], line.texts[at + 1], line.texts[here])
            if not known or not line[here].capital:
                break
            span = (line[at].start if here == at + 2 else line[here].start, line[here].end)
            first = at if here == at + 2 else here
            found.append(
                Candidate(
                    first, here - first + 1, *span, known[0].words, known[0].numbers, known[0]
                )
            )
            here += 1
            if here + 1 < len(line) and line[here].text in AND:
                here += 1
        return max(here if found and found[-1].first >= at else at + 1, at + 1)

    def _after_unit(self, unit: str, of: str, name: str) -> tuple[Spelling, ...]:
        """The unit of a name; one called after a city also by the city's other names: Leopoli."""
        unit = self._units.before[unit]
        known = self._spellings.find((unit, of, name))
        for spelling in self._spellings.find((name,)) if not known else ():
            city = self._table.region(spelling.numbers[0])
            if city.at_home:
                known = self._spellings.find((unit, of, city.names["en"].lower()))
                break
        return known

    def _in_unit(self, token: Token, units: Sequence[str]) -> Spelling | None:
        known = (self._spellings.find((token.text, unit)) for unit in units)
        return next((spellings[0] for spellings in known if spellings), None)

    def _parts(self, line: Line, at: int) -> Iterator[Candidate]:
        """Names joined to something else by a hyphen: US-led, Kyiv-Lviv, pro-Russian."""
        for part in line[at].parts:
            if part.capital:
                known = [s for s in self._spellings.find((part.text,)) if self._is_part(part, s)]
                if known:
                    yield replace(
                        self._candidate(at, (part.start, part.end), (part,), known), sure=True
                    )

    def _is_part(self, part: Token, spelling: Spelling) -> bool:
        best = self._table.region(spelling.numbers[0])
        known = part.upper if spelling.acronym else not spelling.ordinary
        large = best.at_home or best.population >= _LARGE
        return known and (best.kind == "country" or (best.kind == "city" and large))
