"""How long one call takes: the best of several, so that what else runs counts little."""

import time
from collections.abc import Callable


def best(call: Callable[[], object], *, times: int, rounds: int = 5) -> float:
    """Milliseconds a call, in the best of the rounds of so many calls."""
    shortest = float("inf")
    for _ in range(rounds):
        started = time.perf_counter()
        for _ in range(times):
            call()
        shortest = min(shortest, time.perf_counter() - started)
    return shortest / times * 1000
