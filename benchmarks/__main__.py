"""`python -m benchmarks [NAME] [--json] [arguments]`: one part, or all of them."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks import understanding


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is measured."""

    measure: Callable[..., dict[str, object]]  # of the arguments after its name; ready for JSON
    table: Callable[[Mapping[str, Any]], str]  # the same for people


PARTS = {"understanding": Part(understanding.measure, understanding.table)}


def main() -> None:
    """Run what the command line names."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("name", nargs="?", choices=tuple(PARTS), help="the part; without: all")
    parser.add_argument("arguments", nargs="*", help="of the part")
    parser.add_argument("--json", action="store_true", help="print one JSON object a part")
    asked = parser.parse_args()
    for name in [asked.name] if asked.name else PARTS:
        result = PARTS[name].measure(*asked.arguments)
        as_json = json.dumps({"benchmark": name} | result, ensure_ascii=False)
        said = as_json if asked.json else PARTS[name].table(result)
        sys.stdout.write(f"{said}\n")


if __name__ == "__main__":
    main()
