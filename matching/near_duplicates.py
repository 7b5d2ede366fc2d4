"""Near-duplicate detection: exact dedup keys first, then the similarity of two texts.

The exact keys are a hash of the words and the canonical URL. The similarity is rapidfuzz's token
set ratio, not MinHash or SimHash: it is computed only for texts with the same places, numbers and
topics, which are few. Wording alone misleads: "Kharkiv shelling leaves three dead" is worded like
"Kherson shelling leaves two dead".
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

MIN_WORDS = 12
"""Shorter texts are similar too easily: only the exact keys count for them."""

_MIN_SIMILARITY = 65
"""Percent, by `rapidfuzz.fuzz.token_set_ratio`. Reworded news reach it; different news about the
same places, numbers and topics rarely do."""

_MAX_FUNCTION_WORD = 3  # letters; shorter words carry little meaning
_TRACKING_PARAMETERS = ("utm_", "fbclid", "gclid", "mc_")


class DuplicateReason(StrEnum):
    """Reason why two bulletins are duplicates."""

    URL = "address"
    TEXT = "words"
    SIMILARITY = "likeness"


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Fingerprint of a bulletin: the values by which two bulletins are compared."""

    url: str | None  # canonical URL
    text_hash: str  # SHA-256 of all words
    content_words: str  # words that carry meaning, separated by spaces
    word_count: int  # of all words
    places: frozenset[str]  # codes of regions
    numbers: frozenset[str]  # as figures, whether written in figures or in words
    topics: frozenset[str]  # names

    @property
    def subject(self) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Return the values that two similar texts must share."""
        return self.places, self.numbers, self.topics


def fingerprint(reading: Reading, url: str | None) -> Fingerprint | None:
    """Return the fingerprint of a bulletin, None for an alert or an all-clear.

    Alerts are deduplicated by region and time (see alerts), never by their text.
    """
    if reading.is_alert:
        return None
    texts = [text for text in reading.tokens.texts if text]
    numerals = _load_numerals()
    return Fingerprint(
        url=canonical_url(url),
        text_hash=hashlib.sha256(" ".join(texts).encode()).hexdigest(),
        content_words=" ".join(text for text in texts if len(text) > _MAX_FUNCTION_WORD),
        word_count=len(texts),
        places=frozenset(mention.code for mention in reading.mentions),
        numbers=frozenset(numerals.get(text, text) for text in texts if _is_number(text, numerals)),
        topics=reading.topics,
    )


def compare(first: Fingerprint, second: Fingerprint) -> DuplicateReason | None:
    """Return why two bulletins are duplicates, None if they are not."""
    if first.text_hash == second.text_hash:
        return DuplicateReason.TEXT
    if first.url is not None and first.url == second.url:
        return DuplicateReason.URL
    if min(first.word_count, second.word_count) < MIN_WORDS or first.subject != second.subject:
        return None
    similarity = fuzz.token_set_ratio(first.content_words, second.content_words)
    return DuplicateReason.SIMILARITY if similarity >= _MIN_SIMILARITY else None


def canonical_url(url: str | None) -> str | None:
    """Return a URL without the parts in which links to one page differ.

    Dropped are the scheme, www. and m., a trailing slash, the fragment and tracking parameters.
    Return None for an empty or malformed URL.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    parameters = parse_qsl(parts.query)
    query = urlencode(
        sorted(pair for pair in parameters if not pair[0].startswith(_TRACKING_PARAMETERS))
    )
    host = parts.netloc.lower().removeprefix("www.").removeprefix("m.")
    return urlunsplit(("", host, parts.path.rstrip("/"), query, ""))


def _is_number(text: str, numerals: dict[str, str]) -> bool:
    return text in numerals or text[0].isdigit()


@lru_cache(maxsize=1)
def _load_numerals() -> dict[str, str]:
    """Return the words for small numbers in four languages, mapped to figures."""
    data = tomllib.loads((files("matching") / "data" / "numbers.toml").read_text("utf-8"))
    return {word: figure for figure, words in data.items() for word in words.split()}
