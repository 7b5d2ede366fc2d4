"""Dedup keys: idempotency keys of a source's bulletins."""

import hashlib
from collections import Counter
from datetime import datetime

from storage.inbound.bulletins import Phase

_CONTENT_PREFIX = "sha256:"
_ESCAPE_PREFIX = "id:"
_LONG_ID_PREFIX = "long:"
_RESERVED_PREFIXES = (_CONTENT_PREFIX, _ESCAPE_PREFIX, _LONG_ID_PREFIX)

_MAX_ID_LENGTH = 80  # code points: with the suffixes it fits the database column


def content_key(*parts: str) -> str:
    """Return the key of a bulletin without an id: equal words are one bulletin, for a while."""
    return _CONTENT_PREFIX + _digest(*parts)


def is_content_key(key: str) -> bool:
    """Return True if the key stands for the words alone."""
    return key.startswith(_CONTENT_PREFIX)


def id_key(given: str, phase: Phase | None, *parts: str) -> str:
    """Return the key of a bulletin with an id.

    An alert keeps its id while its phase and words change, so both are part of its key.
    """
    key = _ESCAPE_PREFIX + given if given.startswith(_RESERVED_PREFIXES) else given
    if len(key) > _MAX_ID_LENGTH:
        key = _LONG_ID_PREFIX + _digest(given)
    return key if phase is None else f"{key}:{_digest(phase, *parts)[:16]}"


def revision_key(id_: str, *parts: str) -> str:
    """Return the key of one revision of an entry: different words give a different key."""
    return f"{id_key(id_, None)}~{content_key(*parts)[-16:]}"


class FirstSeenKeys:
    """Key factory for page entries without ids: the same words on another day are new."""

    def __init__(self, first_seen: datetime) -> None:
        self._first_seen = first_seen
        self._issued: Counter[str] = Counter()

    def key(self, *parts: str) -> str:
        """Return a key that is unique even among equal entries of one page."""
        key = f"{_digest(*parts)[:32]}@{self._first_seen.isoformat()}"
        self._issued[key] += 1
        return key if self._issued[key] == 1 else f"{key}#{self._issued[key]}"


def text_hash(text: str) -> str:
    """Return a short hash of a text for a cursor; letter case and blanks make no difference."""
    words = " ".join(text.casefold().split())
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


def _digest(*parts: str) -> str:
    normal = "\0".join(" ".join(part.casefold().split()) for part in parts)
    return hashlib.sha256(normal.encode()).hexdigest()
