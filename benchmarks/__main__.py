"""Benchmark runner: `python -m benchmarks [NAME [arguments] [--json]]`; without a name, all."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks import (
    dedup,
    delivery,
    digests,
    fanout,
    flood,
    index,
    matching,
    parsing,
    path,
    understanding,
)

Main = Callable[[Sequence[str]], int]
"""Runs a benchmark with command-line arguments, prints its result and returns the exit code."""


def _main_of(
    name: str,
    measure: Callable[..., dict[str, object]],
    format_result: Callable[[Mapping[str, Any]], str],
) -> Main:
    def main(arguments: Sequence[str]) -> int:
        result = measure(*(argument for argument in arguments if argument != "--json"))
        as_json = json.dumps({"benchmark": name} | result, ensure_ascii=False)
        sys.stdout.write(f"{as_json if '--json' in arguments else format_result(result)}\n")
        return 0

    return main


BENCHMARKS: Mapping[str, Main] = {
    "understanding": _main_of("understanding", understanding.measure, understanding.format_result),
    "dedup": _main_of("dedup", dedup.measure, dedup.format_result),
    "matching": matching.main,
    "index": index.main,
    "fanout": fanout.main,
    "path": path.main,
    "parsing": _main_of("parsing", parsing.measure, parsing.format_result),
    "digests": digests.main,
    "delivery": delivery.main,
    "flood": flood.main,
}


def main(arguments: Sequence[str]) -> int:
    """Run the named benchmark, or all of them, and return the exit code."""
    if not arguments:
        return max(run(()) for run in BENCHMARKS.values())
    name, *options = arguments
    if name not in BENCHMARKS:
        sys.stderr.write(f"usage: python -m benchmarks [{' | '.join(BENCHMARKS)}] [--json]\n")
        return 2
    return BENCHMARKS[name](options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
