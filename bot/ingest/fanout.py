"""Fan-out writer: store a batch's recipients in the outbox."""

from dataclasses import dataclass, field
from datetime import datetime

from pyroaring import BitMap

from matching.near_duplicates import Fingerprint
from storage.engine.database import Transaction
from storage.outbox import broadcasts, digest_queue, quiet_queue
from storage.outbox.broadcasts import NewBroadcast
from storage.outbox.digest_queue import DigestEntry
from storage.outbox.quiet_queue import QuietEntry
from storage.subscribers.mute_snapshot import MuteSnapshot
from storage.subscribers.sound_modes import SoundModes
from storage.values.lanes import Lane


@dataclass(frozen=True)
class BulletinRecipients:
    """Recipients of a bulletin, as sets of subscriber numbers."""

    lane: Lane
    push: BitMap  # get it at once
    silent: BitMap  # of `push`: without a sound
    digest: BitMap  # get it in a digest
    fingerprint: Fingerprint | None  # of news, for dedup
    as_news: BitMap = field(default_factory=BitMap)  # know the alert: get it as news
    notified: BitMap = field(default_factory=BitMap)  # get a message about the incident


NO_RECIPIENTS = BulletinRecipients(Lane.NEWS, BitMap(), BitMap(), BitMap(), None)


class FanOut:
    """Collects broadcasts and queue entries, for one transaction."""

    def __init__(
        self, transaction: Transaction, mutes: MuteSnapshot, sounds: SoundModes, now: datetime
    ) -> None:
        self._transaction = transaction
        self._mutes = mutes
        self._sounds = sounds
        self._now = now
        self._broadcasts: list[NewBroadcast] = []
        self._digest_entries: list[DigestEntry] = []
        self._quiet_entries: list[QuietEntry] = []

    def add(
        self,
        bulletin: int,
        recipients: BulletinRecipients,
        already_sent: BitMap,
        already_queued: BitMap,
    ) -> int:
        """Add a bulletin; return the number of its recipients.

        Subscribers in `already_sent` got its original at once, and those in `already_queued` get
        the original in a digest: they get nothing more. Muted subscribers are deferred.
        """
        push = recipients.push - already_sent
        digest = recipients.digest - already_sent - already_queued
        deferred = self._mutes.muted(recipients.lane, push)
        sent_now, silenced = push - deferred, self._mutes.silenced(recipients.lane, push)
        if sent_now:
            soundless = self._sounds.silenced(recipients.lane, sent_now)
            silent = soundless | ((recipients.silent | silenced) & sent_now)
            broadcast = NewBroadcast(
                bulletin=bulletin, lane=recipients.lane, recipients=sent_now, silent=silent
            )
            self._broadcasts.append(broadcast)
        if recipients.as_news:
            broadcast = NewBroadcast(
                bulletin=bulletin,
                lane=Lane.NEWS,
                recipients=recipients.as_news,
                silent=recipients.as_news,
            )
            self._broadcasts.append(broadcast)
        if digest:
            self._digest_entries.append(DigestEntry(bulletin, digest))
        for numbers, is_sent in ((deferred, False), (silenced, True)):
            if numbers:
                self._quiet_entries.append(QuietEntry(bulletin, is_sent, numbers))
        return len(push | digest | recipients.as_news | recipients.notified)

    async def store(self) -> None:
        """Write what was added since the last call."""
        await broadcasts.enqueue(self._transaction, self._broadcasts, self._now)
        await digest_queue.enqueue(self._transaction, self._digest_entries, self._now)
        await quiet_queue.enqueue(self._transaction, self._quiet_entries, self._now)
        self._broadcasts, self._digest_entries, self._quiet_entries = [], [], []
