"""Entry diff: finds new and changed entries of a list that is read again and again. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.sources.core.dedup_keys import text_hash

MAX_REMEMBERED = 2000
"""Entries to remember that have left the list: one that comes back is not new."""

EntryHashes = Mapping[str, str]
"""Hash of each entry's text by the hash of its id, least recent first. JSON inside a cursor."""


@dataclass(frozen=True)
class EntryDiff:
    """Difference between a list of entries and the remembered ones."""

    added: frozenset[str]  # ids
    changed: frozenset[str]  # ids
    hashes: EntryHashes  # to remember


def diff_entries(entries: Mapping[str, str], remembered: EntryHashes) -> EntryDiff:
    """Compare entries (text by id, oldest first) with the remembered ones.

    The text is the part whose change matters; it may be empty.
    """
    hashed = {id_: (text_hash(id_), text_hash(text)) for id_, text in entries.items()}
    hashes = dict(hashed.values())
    missing = {id_hash: text for id_hash, text in remembered.items() if id_hash not in hashes}
    return EntryDiff(
        added=frozenset(id_ for id_, (id_hash, _) in hashed.items() if id_hash not in remembered),
        changed=frozenset(
            id_ for id_, (id_hash, text) in hashed.items() if remembered.get(id_hash, text) != text
        ),
        hashes=dict([*missing.items()][-MAX_REMEMBERED:]) | hashes,
    )
