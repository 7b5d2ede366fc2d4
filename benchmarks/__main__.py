"""`python -m benchmarks [NAME [arguments] [--json]]`: one part, or all of them."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks import delivery, digests, fanout, index, matching, path, understanding

Run = Callable[[Sequence[str]], int]
"""Measures what the arguments ask for and prints it; the exit code."""


def _part(
    name: str,
    measure: Callable[..., dict[str, object]],
    table: Callable[[Mapping[str, Any]], str],
) -> Run:
    def run(arguments: Sequence[str]) -> int:
        result = measure(*(argument for argument in arguments if argument != "--json"))
        as_json = json.dumps({"benchmark": name} | result, ensure_ascii=False)
        sys.stdout.write(f"{as_json if '--json' in arguments else table(result)}\n")
        return 0

    return run


PARTS: Mapping[str, Run] = {
    "understanding": _part("understanding", understanding.measure, understanding.table),
    "matching": matching.main,
    "index": index.main,
    "fanout": fanout.main,
    "path": path.main,
    "digests": digests.main,
    "delivery": delivery.main,
}


def main(arguments: Sequence[str]) -> int:
    """Runs the part that is named, or each of them."""
    if not arguments:
        return max(run(()) for run in PARTS.values())
    name, *rest = arguments
    if name not in PARTS:
        sys.stderr.write(f"usage: python -m benchmarks [{' | '.join(PARTS)}] [--json]\n")
        return 2
    return PARTS[name](rest)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
