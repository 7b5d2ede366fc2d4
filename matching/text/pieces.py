"""Pieces of words: a compound counts as its parts, and a model is one however it is written.

FPV-дрон has the pieces "fpv", JOINT and "дрон"; F16 and F-16 have "f" and "16", as F 16 has;
МіГ-31К has "міг", "31", JOINT and "к". Most words are one piece, the word itself. Texts and queries
are split by the same rules, so a compound in a query is a phrase of its pieces.
"""

import functools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from importlib.resources import files

from matching.text.look_alikes import unmix_scripts

JOINT = "-"
"""Piece between two parts of a compound; equals no word."""

COMBINING_MARK = "-"
"""Last letter of a first part like ракетно-, which is a form of the adjective, not the adverb."""

_MAX_LENGTH = 48  # letters of a compound; a longer chain is none
_MAX_RUNS = 12
_MAX_NUMBERS = 2  # in a model: Су-30СМ2
_CACHE_SIZE = 50_000
_RUN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*|\d+|-")
_COMBINING_FORM = re.compile("[\u0400-\u052f']{3,}о")
_MAX_UNIT = 3  # letters after a number without a space: 10км, 31К
_MIN_PART = 4  # letters after a number and a hyphen: in 2-га they are an ending


@dataclass(frozen=True)
class Pieces:
    """Pieces of the words of a text, in order."""

    texts: Sequence[str]
    owners: Sequence[int]  # the position of the word that each piece is from
    joints: frozenset[int]  # where in `texts` a JOINT is

    @functools.cached_property
    def positions(self) -> Mapping[str, list[int]]:
        """Each piece with its positions, without the boundary after a title."""
        return _positions_of(self.texts)

    def follow(self, following: Sequence[Set[str]], position: int) -> int | None:
        """Return the position of the last of some pieces after a position, None without them.

        The parts of a compound are adjacent: "ballistic missile" is in ballistic-missile.
        """
        texts = self.texts
        for forms in following:
            position += 1
            if position in self.joints and JOINT not in forms:
                position += 1
            if position >= len(texts) or texts[position] not in forms:
                return None
        return position


_NO_JOINTS: frozenset[int] = frozenset()


def split_into_pieces(words: Sequence[str]) -> Pieces:
    """Return the pieces of normalised words. The time is linear."""
    compounds = [
        position
        for position, word in enumerate(words)
        if not word.isalpha() and not word.isdigit() and len(split_word(word)) > 1
    ]
    if not compounds:
        return Pieces(words, range(len(words)), _NO_JOINTS)
    texts: list[str] = []
    owners: list[int] = []
    joints = []
    first = 0
    for position in compounds:
        texts += words[first:position]
        owners += range(first, position)
        for piece in split_word(words[position]):
            if piece == JOINT:
                joints.append(len(texts))
            texts.append(piece)
            owners.append(position)
        first = position + 1
    texts += words[first:]
    owners += range(first, len(words))
    return Pieces(texts, owners, frozenset(joints))


@functools.lru_cache(_CACHE_SIZE)
def split_word(word: str) -> tuple[str, ...]:
    """Return the pieces of one normalised word; a word that is no compound is its own piece."""
    runs = _RUN.findall(word) if len(word) <= _MAX_LENGTH else []
    if not 1 < len(runs) <= _MAX_RUNS or "".join(runs) != word or not _is_compound(runs):
        return (word,)
    return tuple(_pieces(runs))


def is_function_word(word: str) -> bool:
    """Return whether a number after a word is usually a count of things: з 300 людьми."""
    return word in _load_words()["function_words"]


def _positions_of(texts: Iterable[str]) -> dict[str, list[int]]:
    positions: dict[str, list[int]] = {}
    for position, text in enumerate(texts):
        positions.setdefault(text, []).append(position)
    positions.pop("", None)
    return positions


def _is_compound(runs: Sequence[str]) -> bool:
    """Return whether runs of letters, digits and hyphens are parts with a meaning of their own."""
    letters = [run for run in runs if run[0].isalpha()]
    if sum(run.isdigit() for run in runs) > _MAX_NUMBERS:
        return False
    if not runs[0].isdigit():
        return runs[0] != JOINT and _load_words()["particles"].isdisjoint(letters[1:] and letters)
    match runs:
        case [_, unit, *number] if unit != JOINT and len(number) <= 1:
            return len(unit) <= _MAX_UNIT and unit not in _load_words()["number_endings"]
        case [_, "-", part, *_] if part.isalpha():
            return len(part) >= _MIN_PART
        case _:
            return False


def _pieces(runs: Sequence[str]) -> Iterator[str]:
    if runs[-1] == "s" and runs[-2].isdigit():  # F-35s: an English plural
        runs = runs[:-1]
    parts = [run for run in runs if run != JOINT]
    before = ""
    for index, part in enumerate(parts):
        is_number = part.isdigit()
        if before and not (is_number and before.isalpha() and not is_function_word(before)):
            yield JOINT
        following = parts[index + 1] if index + 1 < len(parts) else ""
        if following.isalpha() and _COMBINING_FORM.fullmatch(part):
            yield part + COMBINING_MARK
        else:
            yield part if is_number else unmix_scripts(part)
        before = part


@functools.lru_cache(maxsize=1)
def _load_words() -> Mapping[str, frozenset[str]]:
    data = tomllib.loads((files("matching") / "data" / "pieces.toml").read_text("utf-8"))
    return {name: frozenset(words.split()) for name, words in data.items()}
