"""kill -9 at any instant: nothing is lost, and only calls in doubt are duplicated."""

import random
from pathlib import Path

import pytest
from support.chaos import Chaos

from bot.delivery.retry import MAX_COPIES
from bot.delivery.worker import MIN_IN_DOUBT_LIMIT
from bot.standin.server import Standin

CYCLES = 10
PEOPLE = 20


@pytest.mark.long
async def test_kills_at_random_instants_lose_nothing_and_duplicate_only_calls_in_doubt(
    tmp_path: Path,
) -> None:
    """Each cycle ends the process with SIGKILL; `make test-chaos` runs 300 cycles."""
    seed = random.randrange(2**32)
    async with Standin() as standin:
        chaos = Chaos(standin, tmp_path, random.Random(seed), people=PEOPLE)
        verdict = await chaos.run(CYCLES)
    details = f"seed {seed}: {verdict}"
    assert verdict.expected == PEOPLE * (CYCLES + 4), details
    assert verdict.lost == 0, details
    assert verdict.most_copies <= MAX_COPIES, details
    assert verdict.false_receipts == 0, details
    assert verdict.duplicates <= verdict.dropped + sum(verdict.in_doubt), details
    assert max(verdict.in_doubt, default=0) <= MIN_IN_DOUBT_LIMIT, details
