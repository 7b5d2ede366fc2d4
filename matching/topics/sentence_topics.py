"""What a text says sentence by sentence: its topics, and where it raises and clears an alert."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from matching.morphology.phrase_matcher import Found
from matching.text.reading import Mention
from matching.text.sentences import Sentences
from matching.text.tokenizer import Line
from matching.topics.topics import Topics

RAISES, CLEARS = "air_alert", "all_clear"
BRIEF = 3  # words of a sentence that says one thing only: "Відбій!"
_LEFT_OUT = "left_out"  # a sign: its clause states nothing of the places there
_EXCEPTING = frozenset(("except", _LEFT_OUT))
_MARKS = {"🔴": "red", "🚨": "red", "🟢": "green", "✅": "green"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What was found in the sentences of a text."""

    topics: frozenset[str]  # of all sentences
    raised: frozenset[str]  # codes of the regions named where an alert is raised
    cleared: frozenset[str]  # codes of the regions named where one ends


def spoken(
    line: Line,
    mentions: Sequence[Mention],
    found: Sequence[Found],
    cut: Sentences,
    topics: Topics,
) -> Spoken:
    """Decide the topics of a text by the signs found in it."""
    numbers = [cut.at(line.starts[sign.first]) for sign in found]
    leading = topics.leading
    concerned = {n for n, sign in zip(numbers, found, strict=True) if sign.name in leading}
    kept = [(n, sign) for n, sign in zip(numbers, found, strict=True) if n in concerned]
    left_out = {cut.clause(line.starts[s.first]) for _, s in kept if s.name == _LEFT_OUT}
    if left_out:
        kept = [
            (number, sign)
            for number, sign in kept
            if sign.name not in topics.signs.stating
            or cut.clause(line.starts[sign.first]) not in left_out
        ]
    names = topics.signs.told([sign for _, sign in kept], line, cut)
    everywhere = {topics.everywhere[name] for name in names if name in topics.everywhere}
    said = {number: set(everywhere) for number in concerned}
    stated = set()
    for (number, sign), name in zip(kept, names, strict=True):
        said[number].add(name)
        if name in topics.signs.stating:
            stated.add(number)
            if _is_brief(line, sign.first, cut):
                said[number].add("brief")
    for number, signs in said.items():
        if mark := _MARKS.get(cut.marks.get(number, "")):
            signs.add(mark)
    for mention in mentions:
        if (number := cut.at(mention.start)) in said:
            said[number].add("place")
    decided = {number: topics.decide(frozenset(signs)) for number, signs in said.items()}
    named = _named(line, mentions, found, cut) if stated else {}
    return Spoken(
        frozenset().union(*decided.values()),
        *(
            frozenset(
                _regions([n for n, names in decided.items() if topic in names], named, stated)
            )
            for topic in (RAISES, CLEARS)
        ),
    )


def _is_brief(line: Line, at: int, cut: Sentences) -> bool:
    """Whether the sentence of this word has no more words than a cry."""
    number = cut.at(line.starts[at])
    near = line.starts[max(0, at - BRIEF) : at + BRIEF + 1]
    return sum(cut.at(start) == number for start in near) <= BRIEF


def _named(
    line: Line, mentions: Sequence[Mention], found: Sequence[Found], cut: Sentences
) -> Mapping[int, list[str]]:
    """The regions every sentence names, but for those it makes an exception of."""
    excepted = {cut.clause(line.starts[sign.first]) for sign in found if sign.name in _EXCEPTING}
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
