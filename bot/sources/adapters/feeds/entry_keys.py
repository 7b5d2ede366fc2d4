"""Entry keys: chooses a dedup key for each entry of a feed. Pure.

An id that stands twice in one document is no id: a feed that gives every entry the same guid would
otherwise be silent for ever. The same holds for links. The next one of id, link and content then
identifies the entry.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.sources.base.anomaly_log import AnomalyLog
from bot.sources.core import dedup_keys


@dataclass(frozen=True)
class EntryIdentity:
    """Parts of an entry that may identify it."""

    id: str  # as given; "" if it has none
    link: str  # without tracking parameters; "" if it has none
    title: str
    text: str
    time: str  # as given; "" if it has none

    @property
    def content_key(self) -> str:
        """Key of the content, whatever its id."""
        return dedup_keys.content_key(self.title, self.text, self.time)


@dataclass(frozen=True)
class EntryKey:
    """Dedup key of an entry."""

    key: str
    is_certain: bool  # False: the feed repeats ids, so an older key of the entry may be another one


def choose_keys(entries: Sequence[EntryIdentity], anomalies: AnomalyLog) -> list[EntryKey]:
    """Return a key for each entry of one document; log ids and links that stand twice."""
    ids = Counter(entry.id for entry in entries if entry.id)
    links = Counter(entry.link for entry in entries if entry.link)
    return [_choose_key(entry, ids, links, anomalies) for entry in entries]


def _choose_key(
    entry: EntryIdentity, ids: Counter[str], links: Counter[str], anomalies: AnomalyLog
) -> EntryKey:
    if ids[entry.id] == 1:
        return EntryKey(dedup_keys.id_key(entry.id, None), is_certain=True)
    if entry.id:
        anomalies.log_once("guid", f"repeated in one document: {entry.id}")
    if links[entry.link] == 1:
        return EntryKey(dedup_keys.id_key(entry.link, None), is_certain=not entry.id)
    if entry.id or entry.link:
        if not entry.id:
            anomalies.log_once("link", f"repeated in one document: {entry.link}")
        return EntryKey(entry.content_key, is_certain=False)
    return EntryKey(dedup_keys.content_key(entry.title, entry.time), is_certain=True)
