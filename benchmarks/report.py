"""What was measured, for people and for programs."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns side by side, the first to the left and the others to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    )


def show(result: Mapping[str, object], text: str, *, as_json: bool) -> None:
    """Prints the one or the other."""
    sys.stdout.write((json.dumps(result) if as_json else text) + "\n")
