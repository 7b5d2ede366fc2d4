"""What a text says sentence by sentence: its topics, and where it raises and clears an alert."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matching.facts import Mention
from matching.normalise import Token
from matching.sentences import Sentences
from matching.signs import Found
from matching.topics import Topics

RAISES, CLEARS = "air_alert", "all_clear"
BRIEF = 3  # words of a sentence that says one thing only: "Відбій!"
_MARKS = {"🔴": "red", "🚨": "red", "🟢": "green", "✅": "green"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was found in the sentences of a text."""

    topics: frozenset[str]  # of all sentences
    raised: frozenset[str]  # codes of the regions named where an alert is raised
    cleared: frozenset[str]  # codes of the regions named where one ends


def spoken(
    line: Sequence[Token],
    mentions: Sequence[Mention],
    found: Sequence[Found],
    cut: Sentences,
    topics: Topics,
) -> Spoken:
    """Decide the topics of a text by the signs found in it."""
    found = list(topics.signs.denied(found, line, cut))
    said = _by_sentence(line, mentions, found, cut, topics.signs.tells)
    everywhere = {topics.everywhere[s.name] for s in found if s.name in topics.everywhere}
    decided = {
        number: topics.decide(frozenset(signs | everywhere))
        for number, signs in said.items()
        if topics.concern(signs)
    }
    stated = {n for n, signs in said.items() if any(map(topics.signs.tells, signs))}
    named = _named(line, mentions, found, cut)
    return Spoken(
        frozenset().union(*decided.values()),
        *(
            frozenset(
                _regions([n for n, names in decided.items() if topic in names], named, stated)
            )
            for topic in (RAISES, CLEARS)
        ),
    )


def _by_sentence(
    line: Sequence[Token],
    mentions: Sequence[Mention],
    found: Sequence[Found],
    cut: Sentences,
    tells: Callable[[str], bool],
) -> Mapping[int, set[str]]:
    """The signs of every sentence that has any."""
    signs: dict[int, set[str]] = {}
    for sign in found:
        names = signs.setdefault(cut.at(line[sign.first].start), set())
        names.add(sign.name)
        if tells(sign.name) and _brief(line, sign.first, cut):
            names.add("brief")
    for number, names in signs.items():
        if mark := _MARKS.get(cut.marks.get(number, "")):
            names.add(mark)
    for mention in mentions:
        if (number := cut.at(mention.start)) in signs:
            signs[number].add("place")
    return signs


def _brief(line: Sequence[Token], at: int, cut: Sentences) -> bool:
    """Whether the sentence of this word has no more words than a cry."""
    number = cut.at(line[at].start)
    near = line[max(0, at - BRIEF) : at + BRIEF + 1]
    return sum(cut.at(token.start) == number for token in near) <= BRIEF


def _named(
    line: Sequence[Token], mentions: Sequence[Mention], found: Sequence[Found], cut: Sentences
) -> Mapping[int, list[str]]:
    """The regions every sentence names, but for those it makes an exception of."""
    excepted = {cut.clause(line[sign.first].start) for sign in found if sign.name == "except"}
    named: dict[int, list[str]] = {}
    for mention in mentions:
        if cut.clause(mention.start) not in excepted:
            named.setdefault(cut.at(mention.start), []).append(mention.code)
    return named


def _regions(
    numbers: Sequence[int], named: Mapping[int, list[str]], stated: set[int]
) -> Iterator[str]:
    """The regions of these sentences; of one that names none those of the sentences around it."""
    last = max(named, default=0)
    for number in numbers:
        if number in named:
            yield from named[number]
            continue
        for step, end in ((1, last + 1), (-1, -1)):
            for near in range(number + step, end, step):
                if near in stated:
                    break
                yield from named.get(near, ())
