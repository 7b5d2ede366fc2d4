"""Chaos test: kill -9 at random instants, again and again, while responses are lost.

Kills the real process while it sends to the stand-in for Telegram. The stand-in accepts a fifth of
the messages without a response and refuses a twentieth with 429. At the end the messages of all
chats are compared with the published bulletins, and the receipts in the database with the messages.

`make test-chaos` shows its progress and exits with 1 if a message was lost.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from bot.delivery.retry import MAX_COPIES
from bot.standin.journal import Journal
from bot.standin.person import Person
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import bulletins, ingest_queue
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.outbox import receipts
from storage.subscribers import subscribers
from storage.subscribers.subscribers import Target
from support.installation import Installation, ask, wait_for_end
from support.wait_until import wait_until

DROPPED_SHARE = 0.20
FLOODED_SHARE = 0.05
LATE_SECONDS = 60.0
_SEND_SECONDS = 120.0
_FINISH_SECONDS = 180.0
_OBLASTS = ("Odesa", "Lviv", "Poltava", "Sumy", "Rivne", "Ternopil", "Chernihiv", "Vinnytsia")
_SYLLABLES = ("ba", "de", "ko", "lu", "mi", "na", "po", "ru", "se", "ti", "vo", "za")


@dataclass(frozen=True)
class Verdict:
    """Comparison of the messages in the chats with what was published."""

    cycles: int
    calls: int  # of sendMessage
    expected: int  # messages: one for each person and bulletin
    lost: int  # expected messages that never arrived
    duplicates: int  # copies beyond the first
    most_copies: int  # of any one message
    late: int  # messages that arrived more than LATE_SECONDS after the bulletin was published
    slowest: float  # seconds from the publication of a bulletin to its last message
    dropped: int  # accepted messages whose response the stand-in dropped
    in_doubt: tuple[int, ...]  # calls in doubt, for each start that found any
    false_receipts: int  # receipts of messages that do not exist

    @property
    def is_ok(self) -> bool:
        """True if nothing was lost and a lost response or a call in doubt explains every copy."""
        return (
            not self.lost
            and not self.false_receipts
            and self.most_copies <= MAX_COPIES
            and self.duplicates <= self.dropped + sum(self.in_doubt)
        )


@dataclass
class Chaos:
    """One run of the chaos test. `on_progress` gets the number of completed cycles."""

    standin: Standin
    folder: Path
    chance: random.Random
    people: int = 40
    on_progress: Callable[[int], None] = lambda _: None
    _published_at: dict[str, float] = field(default_factory=dict)  # by the bulletin's word
    _in_doubt: list[int] = field(default_factory=list)
    _persons: list[Person] = field(default_factory=list)
    _arrivals: dict[tuple[int, str], list[float]] = field(default_factory=dict)
    _read: Counter[int] = field(default_factory=Counter)  # changes read, by person

    async def run(self, cycles: int) -> Verdict:
        """Publish and kill in every cycle, then let everything arrive and compare."""
        installation = Installation(self.folder, self.standin)
        database = Database(f"sqlite+aiosqlite:///{self.folder / 'tocsin.db'}")
        self._persons = [self.standin.people.person(f"P{n}") for n in range(self.people)]
        async with installation.running():
            await self.standin.journal.wait(lambda journal: journal.total > 0, timeout=60)
            await asyncio.gather(*(ask(person, "/subscribe Ukraine") for person in self._persons))
        faults = self.standin.faults
        dropped = faults.drop(method="sendMessage", times=None, share=DROPPED_SHARE)
        faults.flood(1, method="sendMessage", times=None, share=FLOODED_SHARE / (1 - DROPPED_SHARE))
        for cycle in range(cycles):
            await self._publish(database, cycle)
            await self._run_and_kill(installation)
            self.on_progress(cycle + 1)
        await self._finish(installation)
        verdict = await self._compare(database, cycles, dropped.hits)
        await database.close()
        return verdict

    async def _publish(self, database: Database, cycle: int) -> None:
        """Publish news, and sometimes an alert or its all-clear, each with a unique word."""
        word = f"Word{cycle:04}"
        text = " ".join("".join(self.chance.choices(_SYLLABLES, k=4)) for _ in range(12))
        now = datetime.now(UTC)
        news = Bulletin(
            source="chaos", key=word, title=f"{word} in Odesa", text=text, received_at=now
        )
        async with database.write() as transaction:
            await ingest_queue.enqueue(transaction, [news, *_alert(cycle, now)], now)
        self._published_at[word] = _monotonic()
        self._published_at |= {alert.key: _monotonic() for alert in _alert(cycle, now)}

    async def _run_and_kill(self, installation: Installation) -> None:
        process = await installation.start("run")
        try:
            if self.chance.random() < 0.2:  # during the start, or just after it
                await asyncio.sleep(self.chance.uniform(0, 4))
            else:
                await self._wait_for_calls(self.chance.randrange(1, 4 * self.people))
                await asyncio.sleep(self.chance.random() * 0.1)
        finally:
            process.kill()
            _, log = await wait_for_end(process)
        self._count_in_doubt(log)

    async def _wait_for_calls(self, count: int) -> None:
        """Wait for `count` more calls, or until there is nothing left to send."""
        rates = self.standin.journal.rates
        total = rates.sends + count
        await wait_until(
            lambda: rates.sends >= total or not self._is_incomplete(),
            f"{count} more calls",
            seconds=_SEND_SECONDS,
        )

    async def _finish(self, installation: Installation) -> None:
        """Let everything arrive, without faults and kills."""
        self.standin.faults.clear()
        process = await installation.start("run")
        with suppress(AssertionError):  # the verdict counts what is missing
            await wait_until(
                lambda: not self._is_incomplete(), "all arrived", seconds=_FINISH_SECONDS
            )
        await asyncio.sleep(3)  # calls in doubt are repeated after a second or two
        process.terminate()
        _, log = await wait_for_end(process)
        self._count_in_doubt(log)

    def _count_in_doubt(self, log: str) -> None:
        lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
        self._in_doubt += [line["count"] for line in lines if "in_doubt" in line["event"]]

    def _is_incomplete(self) -> bool:
        return len(self._read_arrivals()) < len(self._persons) * len(self._published_at)

    def _read_arrivals(self) -> dict[tuple[int, str], list[float]]:
        """Return the arrival times of every copy, by person and word."""
        for person in self._persons:
            first_unread = self._read[person.id]
            for change in islice(person.chat.timeline, first_unread, None):
                words = change.message.text.split() if change.message.from_bot else []
                for word in self._published_at.keys() & set(words):
                    self._arrivals.setdefault((person.id, word), []).append(change.changed_at)
            self._read[person.id] = len(person.chat.timeline)
        return self._arrivals

    async def _compare(self, database: Database, cycles: int, dropped: int) -> Verdict:
        copies = self._read_arrivals()
        waits = [min(times) - self._published_at[word] for (_, word), times in copies.items()]
        expected = len(self._persons) * len(self._published_at)
        counts = Counter({name: len(times) for name, times in copies.items()})
        return Verdict(
            cycles=cycles,
            calls=self.standin.journal.rates.sends,
            expected=expected,
            lost=expected - len(copies),
            duplicates=counts.total() - len(copies),
            most_copies=max(counts.values(), default=0),
            late=sum(wait > LATE_SECONDS for wait in waits),
            slowest=max(waits, default=0.0),
            dropped=dropped,
            in_doubt=tuple(self._in_doubt),
            false_receipts=await self._false_receipts(database),
        )

    async def _false_receipts(self, database: Database) -> int:
        count = 0
        async with database.read() as transaction:
            stored = await bulletins.get_newest(transaction, 10_000)
            for person in self._persons:
                subscriber = await subscribers.find(transaction, Target(person.id))
                texts = {message.id: message.text for message in person.chat.messages}
                for bulletin in stored:
                    number = subscriber.number if subscriber else 0
                    ids = await receipts.find_message_ids(transaction, bulletin.id, number)
                    count += sum(bulletin.key not in texts.get(id_, "") for id_ in ids)
        return count


def _alert(cycle: int, now: datetime) -> list[Bulletin]:
    """Return a storm alert, its all-clear or nothing; an air alert would edit its message."""
    if cycle % 3:
        return []
    turn, position = divmod(cycle // 3, len(_OBLASTS))
    phase = Phase.CLEAR if turn % 2 else Phase.ACTIVE
    oblast = f"{_OBLASTS[position]} Oblast"
    key = f"Alert{cycle:04}"
    return [
        Bulletin(
            source="chaos",
            key=key,
            title=f"{key} in {oblast}",
            kind=Kind.ALERT,
            phase=phase,
            hazard="storm",
            regions=(oblast,),
            received_at=now,
        )
    ]


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


async def _main(cycles: int, seed: int) -> int:
    def show_progress(done: int) -> None:
        bar = "#" * (40 * done // cycles)
        sys.stdout.write(f"\r[{bar:<40}] {done} of {cycles} kills")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="tocsin-chaos-") as folder:
        async with Standin(journal=Journal(keep=0)) as standin:
            chance = random.Random(seed)
            chaos = Chaos(standin, Path(folder), chance, on_progress=show_progress)
            verdict = await chaos.run(cycles)
    in_doubt = verdict.in_doubt
    sys.stdout.write(
        f"\nseed {seed}: {verdict.calls} calls for {verdict.expected} messages, "
        f"{verdict.dropped} responses dropped\n"
        f"lost {verdict.lost}\n"
        f"duplicates {verdict.duplicates}, at most {verdict.most_copies} copies of a message\n"
        f"calls in doubt after a kill: {sum(in_doubt) / cycles:.1f} on average,"
        f" {max(in_doubt, default=0)} at most\n"
        f"late {verdict.late}, the slowest after {verdict.slowest:.0f} s\n"
        f"receipts of messages that do not exist {verdict.false_receipts}\n"
    )
    return 0 if verdict.is_ok else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="kill -9 at random instants")
    parser.add_argument("--cycles", type=int, default=300, help="number of kills")
    parser.add_argument("--seed", type=int, default=random.randrange(2**32), help="to repeat a run")
    options = parser.parse_args()
    sys.exit(asyncio.run(_main(options.cycles, options.seed)))
