"""`python -m benchmarks [NAME] [--json] [arguments]`: one part, or all of them."""

import argparse
import json
from collections.abc import Mapping
from typing import Protocol

from benchmarks import understanding


class Part(Protocol):
    """A module that measures one thing."""

    @staticmethod
    def measure(*arguments: str) -> dict[str, object]:
        """Measure; the result is ready for JSON."""

    @staticmethod
    def table(result: Mapping[str, object]) -> str:
        """The result for people."""


PARTS: dict[str, Part] = {"understanding": understanding}


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
        print(as_json if asked.json else PARTS[name].table(result))


if __name__ == "__main__":
    main()
