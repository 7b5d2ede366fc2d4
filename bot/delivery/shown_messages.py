"""Shown messages: what the last messages about alerts show, so that no edit repeats it.

An LRU cache in memory. After a restart, or for an old message, an edit may repeat once more:
Telegram refuses it as not modified.
"""

from collections import OrderedDict

from storage.values.message import MessageContent

_CACHE_SIZE = 50_000


class ShownMessages:
    """Fingerprints of the content of messages, by chat and message id."""

    def __init__(self, size: int = _CACHE_SIZE) -> None:
        self._size = size
        self._fingerprints: OrderedDict[tuple[int, int], int] = OrderedDict()

    def shows(self, chat_id: int, message_id: int, content: MessageContent) -> bool:
        """Return whether a message is known to show the content."""
        return self._fingerprints.get((chat_id, message_id)) == _fingerprint(content)

    def record(self, chat_id: int, message_id: int, content: MessageContent) -> None:
        """Record what Telegram has accepted."""
        key = chat_id, message_id
        self._fingerprints[key] = _fingerprint(content)
        self._fingerprints.move_to_end(key)
        if len(self._fingerprints) > self._size:
            self._fingerprints.popitem(last=False)

    def forget(self, chat_id: int, message_id: int) -> None:
        """Forget a message: an edit of it had another outcome, so its content is uncertain."""
        self._fingerprints.pop((chat_id, message_id), None)


def _fingerprint(content: MessageContent) -> int:
    return hash((content.html, content.buttons))
