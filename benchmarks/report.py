"""Benchmark command line: options, and output as a table or as one JSON object."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence


def build_argument_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Build the parser of a benchmark's options; it has the option --json of all benchmarks."""
    parser = argparse.ArgumentParser(
        prog=f"python -m benchmarks {name}",
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that a share of the values (0 to 1) does not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def format_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Align columns: the first to the left, the following ones to the right."""
    lines = [list(header), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def print_result(result: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Print the result as JSON, or its text."""
    sys.stdout.write((json.dumps(result) if as_json else text) + "\n")
