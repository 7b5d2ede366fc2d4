"""Near-duplicate detection: decide whether two bulletins report the same news.

They do if the words that carry the event agree, see `matching.events.comparison`. A shared address
is no proof: all entries of a live blog have one. Neither are equal words, if the signs beside them
(a green circle, a red one) or the regions that their sources declare differ.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from matching.events.comparison import agree, agree_on_page, are_opposed, have_equal_words
from matching.events.report import EventReport, read_report
from matching.stored_reading import StoredReading
from matching.text.reading import Reading

_STATE_SIGNS = frozenset("🔴🟠🟡🟢🔵🟣⚪⚫🟥🟧🟨🟩✅✔☑❌✖❎⛔🚫🛑🆗⬆⬇🔺🔻🔼🔽📈📉👍👎↑↓▲▼")
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
    text_hash: str  # SHA-256 of all words; "" without any
    places: Mapping[str, frozenset[str]]  # code of a region -> itself and its ancestors
    signs: str | None  # signs of a state in the text; None: unknown
    headline: EventReport
    report: EventReport  # of headline and text

    @property
    def keys(self) -> frozenset[str]:
        """Return the keys under which duplicates find each other: they share most of them."""
        exact = {f"={self.text_hash}", f"@{self.url}" if self.url else ""}
        return (self.report.keys | self.report.numbers | exact) - {"", "="}


def fingerprint(
    reading: Reading | StoredReading, url: str | None, text: str | None = None
) -> Fingerprint | None:
    """Return the fingerprint of a bulletin, None for an alert or an all-clear.

    Alerts are deduplicated by region and time (see alerts), never by their text. `text` is what was
    read, where it is at hand.
    """
    if reading.is_alert:
        return None
    texts = list(reading.texts)
    boundary = texts.index("") if "" in texts else 0
    words = [word for word in texts if word]
    report = read_report(words)
    return Fingerprint(
        url=canonical_url(url),
        text_hash=hashlib.sha256(" ".join(words).encode()).hexdigest() if words else "",
        places={
            code: ancestors
            for code, ancestors in reading.ancestors.items()
            if f"@{code}" not in report.keys  # a demonym is not a place: the Ukrainian air force
        },
        signs=None if text is None else _state_signs(text),
        headline=read_report(texts[:boundary]),
        report=report,
    )


def compare(first: Fingerprint, second: Fingerprint) -> DuplicateReason | None:
    """Return why two bulletins are duplicates, None if they are not."""
    if _signs_differ(first, second) or not _places_agree(first.places, second.places):
        return None
    if first.text_hash and first.text_hash == second.text_hash:
        return DuplicateReason.TEXT
    if bool(first.places) != bool(second.places) and not have_equal_words(
        first.report, second.report
    ):
        return None
    is_same_page = first.url is not None and first.url == second.url
    if agree(first.report, second.report):
        return DuplicateReason.URL if is_same_page else DuplicateReason.SIMILARITY
    if (
        is_same_page
        and agree(first.headline, second.headline)
        and agree_on_page(first.report, second.report)
    ):
        return DuplicateReason.URL
    return None


def contradict(first: Fingerprint, second: Fingerprint) -> bool:
    """Return whether two bulletins tell opposite states of one thing: it is up, it is down."""
    if not _places_agree(first.places, second.places):
        return False
    return _signs_differ(first, second) or are_opposed(first.report, second.report)


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


def _state_signs(text: str) -> str:
    return "".join(sign for sign in text if sign in _STATE_SIGNS)


def _signs_differ(first: Fingerprint, second: Fingerprint) -> bool:
    """Return whether both texts show signs of a state, and not the same ones."""
    if not first.signs or not second.signs:
        return False
    return set(first.signs) != set(second.signs)


def _places_agree(
    first: Mapping[str, frozenset[str]], second: Mapping[str, frozenset[str]]
) -> bool:
    """Return whether one text names all places of the other, and at most their surroundings more.

    Another place is more news: explosions in Sumy, explosions in Sumy and Kharkiv.
    """
    fewer, more = (first, second) if len(first) <= len(second) else (second, first)
    if not fewer:
        return True
    surroundings = frozenset().union(*fewer.values())
    return fewer.keys() <= more.keys() and all(
        code in surroundings or not ancestors.isdisjoint(fewer) for code, ancestors in more.items()
    )
