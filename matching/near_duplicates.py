"""Whether two bulletins tell the same news: by exact keys first, then by what they say.

Wording alone misleads: "Kharkiv shelling leaves three dead" is worded like "Kherson shelling leaves
two dead". So likeness counts only between texts of the same places, numbers and topics.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from rapidfuzz import fuzz

from matching.text.reading import Reading

LEAST_WORDS = 12
"""Shorter ones are alike too easily: only exact keys count for them."""

_LIKE = 65
"""Of 100, as `rapidfuzz.fuzz.token_set_ratio` counts: reworded news reach it, other news of the
same place, numbers and topic rarely do."""

_SHORT_WORD = 3
_TRACKERS = ("utm_", "fbclid", "gclid", "mc_")


class Why(StrEnum):
    """What showed that two are one."""

    ADDRESS = "address"
    WORDS = "words"
    LIKENESS = "likeness"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a bulletin is compared by."""

    address: str | None  # its URL without what only tracks readers
    digest: str  # of all its words
    words: str  # those that carry meaning, with spaces between
    count: int  # of all its words
    places: frozenset[str]  # codes of regions
    numbers: frozenset[str]  # in figures or in words, as figures
    topics: frozenset[str]  # names

    @property
    def subject(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """What two texts must share to be alike."""
        return self.places, self.numbers, self.topics


def fingerprint(reading: Reading, url: str | None) -> Fingerprint | None:
    """None for an alert or an all-clear: those are told apart by region and time, never folded."""
    if reading.alert:
        return None
    texts = [text for text in reading.tokens.texts if text]
    numbers = _numbers()
    return Fingerprint(
        address=canonical(url),
        digest=hashlib.sha256(" ".join(texts).encode()).hexdigest(),
        words=" ".join(text for text in texts if len(text) > _SHORT_WORD),
        count=len(texts),
        places=frozenset(mention.code for mention in reading.mentions),
        numbers=frozenset(numbers.get(text, text) for text in texts if _is_number(text, numbers)),
        topics=reading.topics,
    )


def same(one: Fingerprint, other: Fingerprint) -> Why | None:
    """Why the two tell the same news; None when they do not."""
    if one.digest == other.digest:
        return Why.WORDS
    if one.address is not None and one.address == other.address:
        return Why.ADDRESS
    if min(one.count, other.count) < LEAST_WORDS or one.subject != other.subject:
        return None
    like = fuzz.token_set_ratio(one.words, other.words)
    return Why.LIKENESS if like >= _LIKE else None


def canonical(url: str | None) -> str | None:
    """The address without what differs between two links to one page; None for none."""
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    query = urlencode(
        sorted(pair for pair in parse_qsl(parts.query) if not pair[0].startswith(_TRACKERS))
    )
    host = parts.netloc.lower().removeprefix("www.").removeprefix("m.")
    return urlunsplit(("", host, parts.path.rstrip("/"), query, ""))


def _is_number(text: str, numbers: dict[str, str]) -> bool:
    return text in numbers or text[0].isdigit()


@lru_cache(maxsize=1)
def _numbers() -> dict[str, str]:
    """Words for small numbers in four languages, as figures."""
    data = tomllib.loads((files("matching") / "data" / "numbers.toml").read_text("utf-8"))
    return {word: figure for figure, words in data.items() for word in words.split()}
