"""What makes two bulletins of one source the same."""

import hashlib
from collections import Counter
from datetime import datetime

from storage.inbound.bulletins import Phase

_OF_CONTENT = "sha256:"
_ESCAPED = "id:"
_LONG = "long:"
_OURS = (_OF_CONTENT, _ESCAPED, _LONG)

_LONGEST_ID = 80  # code points: with what is added it fits the column


def content_key(*said: str) -> str:
    """For what came without an id: the same words are the same bulletin, for a while."""
    return _OF_CONTENT + _digest(*said)


def is_of_content(key: str) -> bool:
    """Whether the key stands for the words alone."""
    return key.startswith(_OF_CONTENT)


def id_key(given: str, phase: Phase | None, *said: str) -> str:
    """For what has an id: an alert keeps its id while its phase and words change."""
    key = _ESCAPED + given if given.startswith(_OURS) else given
    if len(key) > _LONGEST_ID:
        key = _LONG + _digest(given)
    return key if phase is None else f"{key}:{_digest(phase, *said)[:16]}"


def wording_key(id_: str, *said: str) -> str:
    """Of what has an id, as it reads now: another one when it is changed to say something else."""
    return f"{id_key(id_, None)}~{content_key(*said)[-16:]}"


class SeenKeys:
    """For what is known by standing on a page: the same words are news again another time."""

    def __init__(self, first_seen: datetime) -> None:
        self._first_seen = first_seen
        self._given: Counter[str] = Counter()

    def key(self, *said: str) -> str:
        """Another one each time it is asked: two equal entries of a page are two."""
        key = f"{_digest(*said)[:32]}@{self._first_seen.isoformat()}"
        self._given[key] += 1
        return key if self._given[key] == 1 else f"{key}#{self._given[key]}"


def words_mark(said: str) -> str:
    """Stands for words in a cursor; letter case and blanks make no difference."""
    words = " ".join(said.casefold().split())
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16]


def _digest(*parts: str) -> str:
    normal = "\0".join(" ".join(part.casefold().split()) for part in parts)
    return hashlib.sha256(normal.encode()).hexdigest()
