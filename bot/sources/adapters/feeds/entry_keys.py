"""Entry keys: chooses a dedup key for each entry of a feed. Pure.

An id that occurs twice in one document is ignored: otherwise a feed that gives every entry the same
guid would be silent for ever. The same holds for links. The next one of id, link and content then
identifies the entry.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

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
        """Key of the content, independent of the id."""
        return dedup_keys.content_key(self.title, self.text, self.time)

    @property
    def publication_key(self) -> str:
        """Key of what an entry keeps when its feed gets other ids; "" if it keeps too little.

        A state that comes back, "the web is down", has the same words and link, and another time.
        """
        if not (self.link and self.time):
            return ""
        return dedup_keys.content_key(self.title, self.text, self.time, _without_scheme(self.link))


@dataclass(frozen=True)
class EntryKey:
    """Dedup key of an entry."""

    key: str
    is_certain: bool  # False: the feed repeats ids, so an older key of the entry may be another one
    other_key: str = ""  # before or after a move of the site from http to https


def choose_keys(entries: Sequence[EntryIdentity], anomalies: AnomalyLog) -> list[EntryKey]:
    """Return a key for each entry of one document; log ids and links that occur twice."""
    ids = Counter(entry.id for entry in entries if entry.id)
    links = Counter(entry.link for entry in entries if entry.link)
    headings = Counter((entry.title, entry.time) for entry in entries)
    return [_choose_key(entry, ids, links, headings, anomalies) for entry in entries]


def publication_keys(entries: Sequence[EntryIdentity]) -> list[str]:
    """Return the publication key of each entry of one document; "" if its link occurs twice."""
    links = Counter(entry.link for entry in entries)
    return [entry.publication_key if links[entry.link] == 1 else "" for entry in entries]


def _choose_key(
    entry: EntryIdentity,
    ids: Counter[str],
    links: Counter[str],
    headings: Counter[tuple[str, str]],
    anomalies: AnomalyLog,
) -> EntryKey:
    if ids[entry.id] == 1:
        return _id_key(entry.id, is_certain=True)
    if entry.id:
        anomalies.log_once("guid", f"repeated in one document: {entry.id}")
    if links[entry.link] == 1:
        return _id_key(entry.link, is_certain=not entry.id)
    if entry.id or entry.link:
        if not entry.id:
            anomalies.log_once("link", f"repeated in one document: {entry.link}")
        return EntryKey(entry.content_key, is_certain=False)
    if headings[entry.title, entry.time] > 1:
        return EntryKey(entry.content_key, is_certain=False)
    return EntryKey(dedup_keys.content_key(entry.title, entry.time), is_certain=True)


def _id_key(id_: str, *, is_certain: bool) -> EntryKey:
    other = f"https{id_[4:]}" if id_.startswith("http:") else f"http{id_[5:]}"
    other_key = dedup_keys.id_key(other, None) if id_.startswith(("http:", "https:")) else ""
    return EntryKey(dedup_keys.id_key(id_, None), is_certain, other_key)


def _without_scheme(link: str) -> str:
    return urlsplit(link)._replace(scheme="").geturl()
