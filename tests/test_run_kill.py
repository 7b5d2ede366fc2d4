"""kill -9 at any instant: nothing is lost, and doubled at most what was in doubt."""

import random
from pathlib import Path

from support.chaos import Chaos

from bot.delivery.retry import MOST_COPIES
from bot.delivery.worker import LEAST_IN_DOUBT
from bot.standin.server import Standin

CYCLES = 10
PEOPLE = 20


async def test_kills_at_random_instants_lose_nothing_and_double_what_was_in_doubt(
    tmp_path: Path,
) -> None:
    """Cases 26, 27 and 29 of the catalogue of failures; `make test-chaos` is its long mode."""
    seed = random.randrange(2**32)
    async with Standin() as standin:
        chaos = Chaos(standin, tmp_path, random.Random(seed), people=PEOPLE)
        verdict = await chaos.run(CYCLES)
    told = f"seed {seed}: {verdict}"
    assert verdict.expected == PEOPLE * (CYCLES + 4), told
    assert verdict.lost == 0, told
    assert verdict.most_copies <= MOST_COPIES, told
    assert verdict.false_receipts == 0, told
    assert verdict.doubled <= verdict.dropped + sum(verdict.in_doubt), told
    assert max(verdict.in_doubt, default=0) <= LEAST_IN_DOUBT, told
