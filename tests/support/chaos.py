"""kill -9 at random instants, again and again, with answers that get lost: nothing else may.

Kills the real process while it sends to the stand-in for Telegram, which takes a fifth of the
messages and drops its answer, and refuses a twentieth with 429. In the end what people have is
held against what was published, and the receipts in the database against the stand-in's chats.

`make test-chaos` shows how far it is and exits 1 when something was lost.
"""

import argparse
import asyncio
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from bot.delivery.retry import MOST_COPIES
from bot.standin.journal import Journal
from bot.standin.person import Person
from bot.standin.server import Standin
from storage.engine.database import Database
from storage.inbound import bulletins, ingest_queue
from storage.inbound.bulletins import Bulletin, Kind, Phase
from storage.outbox import receipts
from storage.subscribers import subscribers
from storage.subscribers.subscribers import Target
from support.installation import Installation, ask

DROPPED = 0.20
FLOODED = 0.05
LATE_SECONDS = 60.0
_FINISH_SECONDS = 180.0
_OBLASTS = ("Odesa", "Lviv", "Poltava", "Sumy", "Rivne", "Ternopil", "Chernihiv", "Vinnytsia")
_SYLLABLES = ("ba", "de", "ko", "lu", "mi", "na", "po", "ru", "se", "ti", "vo", "za")


@dataclass(frozen=True)
class Verdict:
    """What became of everything."""

    cycles: int
    calls: int  # of sendMessage
    expected: int  # messages owed
    lost: int  # of those, never there
    doubled: int  # copies beyond the first
    most_copies: int  # of any one
    late: int  # there, but more than LATE_SECONDS after it was published
    slowest: float  # seconds from being published to being there
    dropped: int  # answers the stand-in lost after it had taken the message
    in_doubt: tuple[int, ...]  # calls that each start found in doubt
    false_receipts: int  # of messages that are not there

    @property
    def is_well(self) -> bool:
        """A copy has its reason: an answer that was lost, or a call that was in doubt."""
        return (
            not self.lost
            and not self.false_receipts
            and self.most_copies <= MOST_COPIES
            and self.doubled <= self.dropped + sum(self.in_doubt)
        )


@dataclass
class Chaos:
    """One run. `told` hears how many of the cycles are over."""

    standin: Standin
    folder: Path
    chance: random.Random
    people: int = 40
    told: Callable[[int], None] = lambda _: None
    _published: dict[str, float] = field(default_factory=dict)  # by its word: when
    _in_doubt: list[int] = field(default_factory=list)
    _persons: list[Person] = field(default_factory=list)
    _found: dict[tuple[int, str], list[float]] = field(default_factory=dict)
    _read: Counter[int] = field(default_factory=Counter)  # of each person's timeline

    async def run(self, cycles: int) -> Verdict:
        installation = Installation(self.folder, self.standin)
        database = Database(f"sqlite+aiosqlite:///{self.folder / 'tocsin.db'}")
        self._persons = [self.standin.people.person(f"P{n}") for n in range(self.people)]
        async with installation.running():
            await self.standin.journal.wait(lambda journal: journal.total > 0, timeout=60)
            await asyncio.gather(*(ask(one, "/subscribe Ukraine") for one in self._persons))
        faults = self.standin.faults
        dropped = faults.drop(method="sendMessage", times=None, share=DROPPED)
        faults.flood(1, method="sendMessage", times=None, share=FLOODED / (1 - DROPPED))
        for cycle in range(cycles):
            await self._publish(database, cycle)
            await self._live_and_die(installation)
            self.told(cycle + 1)
        await self._finish(installation)
        verdict = await self._judge(database, cycles, dropped.hits)
        await database.close()
        return verdict

    async def _publish(self, database: Database, cycle: int) -> None:
        """News, and now and then an alert or its all-clear, each with a word of its own."""
        word = f"Word{cycle:04}"
        text = " ".join("".join(self.chance.choices(_SYLLABLES, k=4)) for _ in range(12))
        now = datetime.now(UTC)
        new = Bulletin(
            source="chaos", key=word, title=f"{word} in Odesa", text=text, received_at=now
        )
        async with database.write() as transaction:
            await ingest_queue.put(transaction, [new, *_alert(cycle, now)], now)
        self._published[word] = _monotonic()
        self._published |= {one.key: _monotonic() for one in _alert(cycle, now)}

    async def _live_and_die(self, installation: Installation) -> None:
        process = await installation.start("run")
        try:
            if self.chance.random() < 0.2:  # while it starts, or just after
                await asyncio.sleep(self.chance.uniform(0, 4))
            else:
                await self._sends(self.chance.randrange(1, 4 * self.people))
                await asyncio.sleep(self.chance.random() * 0.1)
        finally:
            process.kill()
            _, log = await process.communicate()
        self._note(log)

    async def _sends(self, count: int) -> None:
        """Waits for so many more calls, or until there is nothing left to send."""
        total = self.standin.journal.rates.sends + count
        await _until(lambda: self.standin.journal.rates.sends >= total or not self._missing())

    async def _finish(self, installation: Installation) -> None:
        """Lets everything arrive, in peace."""
        self.standin.faults.clear()
        process = await installation.start("run")
        end = _monotonic() + _FINISH_SECONDS
        await _until(lambda: not self._missing() or _monotonic() >= end)
        await asyncio.sleep(3)  # what is in doubt comes after a second or two
        process.terminate()
        _, log = await process.communicate()
        self._note(log)

    def _note(self, log: bytes) -> None:
        said = [json.loads(line) for line in log.splitlines() if line.startswith(b"{")]
        self._in_doubt += [one["count"] for one in said if "in doubt" in one["event"]]

    def _missing(self) -> bool:
        return len(self._copies()) < len(self._persons) * len(self._published)

    def _copies(self) -> dict[tuple[int, str], list[float]]:
        """When each person got each bulletin, every time they did."""
        for person in self._persons:
            read = self._read[person.id]
            for change in islice(person.chat.timeline, read, None):
                words = change.message.text.split() if change.message.from_bot else []
                for word in self._published.keys() & set(words):
                    self._found.setdefault((person.id, word), []).append(change.at)
            self._read[person.id] = len(person.chat.timeline)
        return self._found

    async def _judge(self, database: Database, cycles: int, dropped: int) -> Verdict:
        copies = self._copies()
        waits = [min(times) - self._published[word] for (_, word), times in copies.items()]
        expected = len(self._persons) * len(self._published)
        counts = Counter({name: len(times) for name, times in copies.items()})
        return Verdict(
            cycles=cycles,
            calls=self.standin.journal.rates.sends,
            expected=expected,
            lost=expected - len(copies),
            doubled=counts.total() - len(copies),
            most_copies=max(counts.values(), default=0),
            late=sum(wait > LATE_SECONDS for wait in waits),
            slowest=max(waits, default=0.0),
            dropped=dropped,
            in_doubt=tuple(self._in_doubt),
            false_receipts=await self._false_receipts(database),
        )

    async def _false_receipts(self, database: Database) -> int:
        false = 0
        async with database.read() as transaction:
            known = await bulletins.newest(transaction, 10_000)
            for person in self._persons:
                subscriber = await subscribers.find(transaction, Target(person.id))
                there = {message.id: message.text for message in person.chat.messages}
                for bulletin in known:
                    number = subscriber.number if subscriber else 0
                    ids = await receipts.message_ids(transaction, bulletin.id, number)
                    false += sum(bulletin.key not in there.get(id_, "") for id_ in ids)
        return false


def _alert(cycle: int, now: datetime) -> list[Bulletin]:
    """Of storms: an air alert is told once, and then its message changes."""
    if cycle % 3:
        return []
    turn, place = divmod(cycle // 3, len(_OBLASTS))
    phase = Phase.CLEAR if turn % 2 else Phase.ACTIVE
    oblast = f"{_OBLASTS[place]} Oblast"
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


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110 - forty chats ring no one bell
        await asyncio.sleep(0.02)


def _monotonic() -> float:
    return asyncio.get_running_loop().time()


async def _main(cycles: int, seed: int) -> int:
    def told(done: int) -> None:
        bar = "#" * (40 * done // cycles)
        sys.stdout.write(f"\r[{bar:<40}] {done} of {cycles} kills")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="tocsin-chaos-") as folder:
        async with Standin(journal=Journal(keep=0)) as standin:
            chance = random.Random(seed)
            verdict = await Chaos(standin, Path(folder), chance, told=told).run(cycles)
    doubts = verdict.in_doubt
    sys.stdout.write(
        f"\nseed {seed}: {verdict.calls} calls for {verdict.expected} messages, "
        f"{verdict.dropped} answers lost on the way\n"
        f"lost {verdict.lost}\n"
        f"doubled {verdict.doubled}, at most {verdict.most_copies} of one; in doubt after a kill: "
        f"{sum(doubts) / cycles:.1f} on average, {max(doubts, default=0)} at most\n"
        f"late {verdict.late}, the slowest after {verdict.slowest:.0f} s\n"
        f"receipts of messages that are not there {verdict.false_receipts}\n"
    )
    return 0 if verdict.is_well else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="kill -9 at random instants")
    parser.add_argument("--cycles", type=int, default=300)
    parser.add_argument("--seed", type=int, default=random.randrange(2**32))
    options = parser.parse_args()
    sys.exit(asyncio.run(_main(options.cycles, options.seed)))
