"""Hashtags: their words as a place's name is written, without underscores and CamelCase."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matching.text.tokenizer import TokenSequence, split_words

# "КривийРіг", "KyivOblast": a capital letter after a small one starts a word.
_CAMEL_CASE = re.compile(r"(?<=[^\W\d_A-ZА-ЯҐЄІЇЁ])(?=[A-ZА-ЯҐЄІЇЁ])")
# A hashtag has no apostrophe: Камянець, Куп'янськ.
_MISSING_APOSTROPHE = re.compile("(?<=[бпвмфркз])(?=[яюєї])")
_MAX_WORDS = 6
_MAX_LENGTH = 80  # code points


@dataclass(frozen=True, slots=True)
class Hashtag:
    """A hashtag: its words in the text, and the same words without CamelCase."""

    size: int  # words of the text
    words: tuple[tuple[str, ...], ...]  # for each word of the text, the words in it

    def spellings(self, size: int) -> Iterator[tuple[str, ...]]:
        """Yield the names that the first words of the text may be, likeliest first."""
        words = tuple(word for parts in self.words[:size] for word in parts)
        if len(words) > 1:  # one word is read as in any text
            yield from _join_hyphens(words)
        with_apostrophes = tuple(_MISSING_APOSTROPHE.sub("'", word) for word in words)
        if with_apostrophes != words:
            yield from _join_hyphens(with_apostrophes)


def hashtag_at(tokens: TokenSequence, position: int, text: str) -> Hashtag | None:
    """Return the hashtag that starts at a word if it is of several words, else None."""
    end = position + 1
    gaps = tokens.gaps
    while end < len(tokens) and gaps[end] == "_" and end - position < _MAX_WORDS:
        end += 1
    raws = [text[tokens.starts[n] : tokens.end(n)] for n in range(position, end)]
    if sum(map(len, raws)) > _MAX_LENGTH:
        return None
    words = tuple(split_words(_CAMEL_CASE.sub(" ", raw)) for raw in raws)
    if sum(map(len, words)) < 2 and not _MISSING_APOSTROPHE.search(words[0][0] if words[0] else ""):
        return None
    return Hashtag(end - position, words)


def _join_hyphens(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield the words as they are, then with a hyphen between two or three of them."""
    yield tuple(words)
    for size in (2, 3):
        for start in range(len(words) - size + 1):
            joined = "-".join(words[start : start + size])
            yield (*words[:start], joined, *words[start + size :])
