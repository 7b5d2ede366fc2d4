"""Phase clauses: the parts of one sentence that raise and that clear alerts, each for its places.

"Alarm in Poltava, all clear in Rivne" is one sentence with two statements. It is cut at separators
(commas, slashes, bullets, conjunctions, dashes), so that each part is about one phase. A part that
states nothing belongs to the nearest statement: over a dash or colon rather than over a comma, and
in the order of the text, places before the state ("Poltava, Sumy: alarm") or after it.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from matching.morphology.phrase_matcher import PhraseMatch
from matching.text.reading import Mention
from matching.text.sentences import Sentences
from matching.text.tokenizer import TokenSequence

CLEARING = frozenset(("clear", "vidbii", "over"))
RAISING = frozenset(
    (
        *("air_alarm", "alarm", "tryvoha", "danger", "red", "threat"),
        *("goes_on", "not_yet", "no_clear", "no_vidbii"),
    )
)
_ELSEWHERE = "elsewhere"  # a cue: a place without a name, such as "the rest of the region"

_LINK = r"\s*(?:[:—–]|(?<=\s)-+(?=\s))\s*"
_BREAK = re.compile(
    rf"(?P<link>{_LINK})"
    r"|[,/|\\•·▪‣∙●○◦*+&=~<>()\[\]{}\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]"
    r"|\s(?=(?:а|і|й|та|але|тим часом|тимчасом|натомість|зате|тоді як|водночас"
    r"|и|но|тем временем|зато|тогда как|при этом|одновременно"
    r"|and|but|while|whereas|meanwhile|e|ed|ma|mentre|invece|intanto|nel frattempo)\s)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class _Part:
    """Part of a sentence between two separators, or several joined ones."""

    start: int  # code point
    is_linked: bool  # a dash or a colon, not a stronger separator, stands before it
    phases: frozenset[bool]  # of its cues: True raises, False clears
    is_placed: bool
    is_place_first: bool

    @property
    def phase(self) -> bool | None:
        """Phase: True if it raises an alert, False if it clears one, None if it states nothing.

        A clause with cues of both clears: an all-clear names the alert that it ends.
        """
        return min(self.phases, default=None)


def split_phase_clauses(
    tokens: TokenSequence,
    mentions: Sequence[Mention],
    cues: Sequence[tuple[str, PhraseMatch]],
    sentences: Sentences,
) -> Sentences:
    """Return the sentences, those about two phases cut into their clauses.

    `cues` are matches with the names of their cues, with no_ before a negated one.
    A sentence stays whole unless every clause of it is about a place of its own.
    """
    phases = _phases_by_sentence(tokens, cues, sentences)
    mixed = {number: offsets for number, offsets in phases.items() if len({*offsets.values()}) > 1}
    if not mixed:
        return sentences
    places = sorted([*(mention.start for mention in mentions), *_unnamed_places(tokens, cues)])
    boundaries: list[int] = []
    for number, offsets in mixed.items():
        parts = _join(list(_cut(sentences, number, offsets, places)))
        if all(part.is_placed for part in parts):
            boundaries += [part.start for part in parts[1:]]
    return sentences.cut_at(boundaries)


def _unnamed_places(
    tokens: TokenSequence, cues: Sequence[tuple[str, PhraseMatch]]
) -> Iterator[int]:
    """Yield the offsets of cues for a place, and of names that may be unknown places."""
    in_cues: set[int] = set()
    for name, match in cues:
        in_cues.update(range(match.first, match.last + 1))
        if name == _ELSEWHERE:
            yield tokens.starts[match.first]
    for position, word in enumerate(tokens.words):
        is_name = word.is_capitalized and not word.is_upper and position not in in_cues
        if is_name and not tokens.is_sentence_start(position):
            yield tokens.starts[position]


def _phases_by_sentence(
    tokens: TokenSequence, cues: Sequence[tuple[str, PhraseMatch]], sentences: Sentences
) -> dict[int, dict[int, bool]]:
    """Return the offsets of the stating cues of each sentence; True raises, False clears."""
    phases: dict[int, dict[int, bool]] = {}
    for name, match in cues:
        is_raising = name in RAISING or name.removeprefix("no_") in RAISING
        if is_raising or name in CLEARING:
            offset = tokens.starts[match.first]
            in_sentence = phases.setdefault(sentences.sentence_at(offset), {})
            in_sentence[offset] = in_sentence.get(offset, True) and is_raising
    return phases


def _cut(
    sentences: Sentences,
    number: int,
    phases: Mapping[int, bool],
    places: Sequence[int],
) -> Iterator[_Part]:
    """Cut a sentence at every separator."""
    first, end = sentences.span(number)
    starts = [(first, False)]
    starts += [
        (separator.start(), separator["link"] is not None)
        for separator in _BREAK.finditer(sentences.text, first + 1, end)
    ]
    offsets = sorted(phases)
    for (start, is_linked), (stop, _) in zip(starts, [*starts[1:], (end, False)], strict=True):
        stating = offsets[bisect_left(offsets, start) : bisect_left(offsets, stop)]
        place = bisect_left(places, start)
        is_placed = place < len(places) and places[place] < stop
        yield _Part(
            start,
            is_linked,
            frozenset(phases[offset] for offset in stating),
            is_placed,
            is_placed and (not stating or places[place] < stating[0]),
        )


def _join(parts: list[_Part]) -> list[_Part]:
    """Join the parts until each states one phase: first over links, then over all separators."""
    joined: list[_Part] = []
    for run in _runs(parts):
        joined += _join_run(run)
    return [_merged(list(same)) for _, same in groupby(_join_run(joined), key=_phase)]


def _phase(part: _Part) -> bool | None:
    return part.phase


def _runs(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Yield the runs of linked parts."""
    run: list[_Part] = []
    for part in parts:
        if run and not part.is_linked:
            yield run
            run = []
        run.append(part)
    yield run


def _join_run(parts: list[_Part]) -> list[_Part]:
    """Join each part that states nothing to the statement after or before it."""
    stating = [index for index, part in enumerate(parts) if part.phase is not None]
    if not stating:
        return [_merged(parts)]
    leading = next((part for part in parts if part.is_placed or part.phases), parts[0])
    if leading.is_place_first:
        bounds = [0, *(index + 1 for index in stating[:-1]), len(parts)]
    else:
        bounds = [0, *stating[1:], len(parts)]
    return [_merged(parts[i:j]) for i, j in pairwise(bounds)]


def _merged(parts: Sequence[_Part]) -> _Part:
    first = parts[0]
    if len(parts) == 1:
        return first
    placed = next((part for part in parts if part.is_placed or part.phases), first)
    return _Part(
        first.start,
        first.is_linked,
        frozenset().union(*(part.phases for part in parts)),
        any(part.is_placed for part in parts),
        placed.is_place_first,
    )
