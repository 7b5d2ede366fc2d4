"""Chains of CAP alerts: an alert, its updates and its end, over many polls. Pure."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from bot.sources.adapters.cap.alert import CapAlert

MAX_REMEMBERED = 6000
"""Entries of `ChainRoots`; each alert has two."""

_SEPARATOR = "!"

ChainRoots = Mapping[str, str]
"""Chain of each alert by the hashes of its identity and of its identifier, least recent first.

The value is the hash of the chain's first alert, followed by `!` and an id for each of its parts
that was published as an alert. JSON inside a cursor.
"""


@dataclass(frozen=True)
class Chain:
    """An alert with everything that refers to it."""

    root: str  # hash of its first alert
    alert_parts: tuple[str, ...] = ()  # ids of the parts that were published as alerts


class ChainLog:
    """Log of the chains that a source has published."""

    def __init__(self, remembered: ChainRoots) -> None:
        self._chains = dict(remembered)

    def has(self, alert: CapAlert) -> bool:
        """Return True if the alert was seen before."""
        return identity_hash(alert) in self._chains

    def find(self, alert: CapAlert) -> Chain | None:
        """Return the chain that an alert continues.

        Some publishers name another sender in a reference, and some update under the same
        identifier, so the identifier alone counts if the whole reference is unknown.
        """
        keys = [_hash(reference.identity) for reference in alert.references]
        keys += [_alias(reference.identifier) for reference in alert.references]
        if alert.type in {"update", "cancel"} and alert.identifier:
            keys.append(_alias(alert.identifier))
        chains = [_decode(self._chains[key]) for key in keys if key in self._chains]
        if not chains:
            return None
        parts = (
            part for chain in chains if chain.root == chains[0].root for part in chain.alert_parts
        )
        return Chain(chains[0].root, tuple(dict.fromkeys(parts)))

    def find_repeated(self, alert: CapAlert, part_ids: Collection[str]) -> Chain | None:
        """Return the chain of an alert that is sent again under its identifier, at another time.

        It has to be about nothing else: some publishers use one identifier for everything.
        """
        value = self._chains.get(_alias(alert.identifier)) if alert.identifier else None
        chain = _decode(value) if value else None
        is_same = chain and part_ids and set(part_ids) <= set(chain.alert_parts)
        return chain if is_same else None

    def remember(self, alert: CapAlert, chain: Chain) -> None:
        """Add an alert to its chain, with those that it refers to: they are older copies of it."""
        for reference in alert.references:
            if reference.identity and (key := _hash(reference.identity)) not in self._chains:
                self._chains[key] = _SEPARATOR.join((chain.root, *chain.alert_parts))
        for key in (_alias(alert.identifier), identity_hash(alert)):
            self._chains.pop(key, None)
            self._chains[key] = _SEPARATOR.join((chain.root, *chain.alert_parts))

    @property
    def roots(self) -> ChainRoots:
        """Return the newest entries, for a cursor."""
        return dict(list(self._chains.items())[-MAX_REMEMBERED:])


def identity_hash(alert: CapAlert) -> str:
    """Return a short hash of an alert's identity."""
    return _hash(alert.identity)


def _alias(identifier: str) -> str:
    return f"~{_hash(identifier)[:14]}"


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:20]


def _decode(value: str) -> Chain:
    root, *parts = value.split(_SEPARATOR)
    return Chain(root, tuple(parts))


def merge_repeated(alerts: Iterable[CapAlert]) -> list[CapAlert]:
    """Return one alert for each identity: some publishers send each language on its own."""
    merged: dict[str, CapAlert] = {}
    for alert in alerts:
        first = merged.get(alert.identity)
        merged[alert.identity] = alert if first is None else first.with_infos(alert.infos)
    return list(merged.values())
