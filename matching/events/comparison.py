"""Event comparison: two reports agree if the words that carry the event agree.

One of them may say more than the other. Where each has a word that the other lacks, one of the
words is in the other's place (a bakery, a library; Nikopol, Kramatorsk; opened, closed), and the
events differ. A missed duplicate costs a second message, a wrong one costs the news, so in
case of doubt events differ.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile

from matching.events.lexicon import load_lexicon
from matching.events.report import CARRIED, EventReport, EventWord

_MIN_SHARED = 3
"""Carrying words that a short report must share with a longer one."""

_MIN_SHARED_EQUAL = 2
# Of the carrying words of the shorter report:
_MIN_SHARED_OF_PAGE = 0.5
_MIN_SHARED_OF_STATE = 0.5
_MIN_LENGTH_RATIO = 0.2
_MIN_COMMON_PREFIX, _MIN_PREFIX_SHARE = 5, 0.75


def agree(first: EventReport, second: EventReport) -> bool:
    """Return whether two texts report the same event."""
    first_keys, second_keys = first.keys, second.keys
    only_first, only_second = _unmatched(first_keys, second_keys)
    # The text that says more has the words and the numbers that the other lacks.
    if (only_first or first.numbers - second.numbers) and (
        only_second or second.numbers - first.numbers
    ):
        return False
    if (only_first | only_second) & (first.turning | second.turning):
        return False
    if _adds_harm(first, second) or _is_later(first, second) or _is_later(second, first):
        return False
    shorter, longer = sorted((len(first_keys), len(second_keys)))
    if only_first or only_second:
        has_enough = shorter >= _MIN_SHARED and shorter >= _MIN_LENGTH_RATIO * longer
    else:
        has_enough = shorter + len(first.numbers & second.numbers) >= _MIN_SHARED_EQUAL
    return has_enough and _numbers_agree(first, second) and not _has_swapped_roles(first, second)


def have_equal_words(first: EventReport, second: EventReport) -> bool:
    """Return whether two texts have the same words that carry an event, in any order."""
    return not any(_unmatched(first.keys, second.keys)) and first.numbers == second.numbers


def agree_on_page(first: EventReport, second: EventReport) -> bool:
    """Return whether two texts about one page, with headlines that agree, are one report.

    Their summaries may differ: it is enough that nothing contradicts. The entries of a live blog
    have a page and a headline in common, and little else.
    """
    first_keys, second_keys = first.keys, second.keys
    only_first, only_second = _unmatched(first_keys, second_keys)
    shorter = min(len(first_keys), len(second_keys))
    shared = shorter - min(len(only_first), len(only_second))
    return (
        shared >= _MIN_SHARED_OF_PAGE * shorter
        and not (only_first | only_second) & (first.turning | second.turning)
        and not are_opposed(first, second)
        and _numbers_agree(first, second)
    )


def are_opposed(first: EventReport, second: EventReport) -> bool:
    """Return whether two reports tell opposite states of one thing: it is up, it is down."""
    first_keys, second_keys = first.keys, second.keys
    only_first, only_second = first_keys - second_keys, second_keys - first_keys
    shorter = min(len(first_keys), len(second_keys))
    shared = len(first_keys) - len(only_first)
    if not shared or shared < _MIN_SHARED_OF_STATE * shorter:
        return False
    if (only_first | only_second) & (first.turning | second.turning):
        return True
    lexicon = load_lexicon()
    return any(not only_second.isdisjoint(lexicon.opposites(key)) for key in only_first)


def _adds_harm(first: EventReport, second: EventReport) -> bool:
    """Return whether only one report tells of harm: a start, and a start with an explosion.

    Harm in the background of a report is known already.
    """
    harmful_meanings = load_lexicon().harmful_meanings
    return any(
        report.keys.isdisjoint(harmful_meanings)
        and not _main_keys(other).isdisjoint(harmful_meanings)
        for report, other in ((first, second), (second, first))
    )


def _is_later(later: EventReport, earlier: EventReport) -> bool:
    """Return whether a report has another's event as its background: burns after the launch."""
    main = _main_keys(later)
    added, _ = _unmatched(main, earlier.keys)
    unmarked = {word.key for word in earlier.words if not word.marker}
    return bool(added) and bool((later.keys - main) & _main_keys(earlier) & unmarked)


def _main_keys(report: EventReport) -> frozenset[str]:
    """Return the keys outside of the background, which follows `after`, `during` and the like.

    A background at the beginning has two words: where it ends is unknown.
    """
    background = load_lexicon().background
    starts = [index for index, word in enumerate(report.words) if word.marker in background]
    if not starts:
        return report.keys
    words = report.words[: starts[0]] or report.words[2:]
    return frozenset(word.key for word in words if not word.is_number)


def _unmatched(
    first: frozenset[str], second: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the keys of the first that the second lacks, and the reverse."""
    only_first, only_second = set(first - second), set(second - first)
    by_beginning: dict[str, list[str]] = {}
    for key in only_second:
        if len(key) >= _MIN_COMMON_PREFIX and key[0] not in "=@":
            by_beginning.setdefault(key[:_MIN_COMMON_PREFIX], []).append(key)
    for key in sorted(only_first) if by_beginning else ():
        candidates = by_beginning.get(key[:_MIN_COMMON_PREFIX], [])
        like = next((other for other in candidates if _is_inflected(key, other)), None)
        if like is not None:
            candidates.remove(like)
            only_first.discard(key)
            only_second.discard(like)
    return frozenset(only_first), frozenset(only_second)


def _is_inflected(first: str, second: str) -> bool:
    """Return whether two stems differ at the end only."""
    same = takewhile(lambda letters: letters[0] == letters[1], zip(first, second, strict=False))
    return sum(1 for _ in same) >= _MIN_PREFIX_SHARE * max(len(first), len(second))


def _numbers_agree(first: EventReport, second: EventReport) -> bool:
    """Return whether no number of one contradicts the other.

    A number more is a detail, unless it counts what the other report has without it: a ferry, two
    ferries.
    """
    if not (first.numbers <= second.numbers or second.numbers <= first.numbers):
        return False
    more, fewer = (first, second) if len(first.numbers) > len(second.numbers) else (second, first)
    extra = more.numbers - fewer.numbers
    return not any(
        word.key in extra and not fewer.keys.isdisjoint(_counted(more.words, position))
        for position, word in enumerate(more.words)
    )


def _counted(words: Sequence[EventWord], position: int) -> Iterator[str]:
    """Yield the keys of the words that a number may count or name: two ferries, magnitude 5."""
    if position and not words[position].marker:
        yield words[position - 1].key
    if position + 1 < len(words):
        yield words[position + 1].key


def _has_swapped_roles(first: EventReport, second: EventReport) -> bool:
    """Return whether two words have taken each other's role: who accuses whom."""
    return _has_swapped_markers(first, second) or any(
        _changes_sides(before, after, position, second)
        for before, middle, after in zip(
            first.words, first.words[1:], first.words[2:], strict=False
        )
        for position in second.positions_of(middle)
    )


def _has_swapped_markers(first: EventReport, second: EventReport) -> bool:
    """Return whether two words have taken each other's preposition: X fires at Y, Y fires at X."""
    markers, second_markers = _direct_markers(first), _direct_markers(second)
    moves = {
        (marker, second_markers[key])
        for key, marker in markers.items()
        if second_markers.get(key, marker) != marker
    }
    return any((after, before) in moves for before, after in moves)


def _direct_markers(report: EventReport) -> Mapping[str, str]:
    return {
        word.key: word.marker
        for word in report.words
        if not word.is_number and not word.marker.startswith(CARRIED)
    }


def _changes_sides(before: EventWord, after: EventWord, position: int, other: EventReport) -> bool:
    """Return whether two words are on the other sides of a position of another report.

    A word with a preposition keeps its role in any position.
    """
    earlier = [word for word in other.words[:position] if word.key == after.key]
    later = [word for word in other.words[position + 1 :] if word.key == before.key]
    words = (before, after, *earlier, *later)
    return bool(earlier and later) and not any(word.marker or word.is_number for word in words)
