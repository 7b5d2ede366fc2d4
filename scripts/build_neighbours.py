"""Neighbour builder: writes matching/data/neighbours.tsv.gz from shapes of regions.

    npm pack us-atlas@3.0.1 && tar xzf us-atlas-3.0.1.tgz
    python -m scripts.build_neighbours ua_raions_approximate.json package/counties-10m.json

The raions of Ukraine have approximate borders (see SOURCES.md): two are neighbours if their borders
run at most NEAR apart. Two of its oblasts are neighbours if two of their raions are. Two counties
or states of the United States are neighbours if they share a part of a border.
"""

import gzip
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.places.gazetteer import Gazetteer

OUTPUT = Path(__file__).parents[1] / "matching" / "data" / "neighbours.tsv.gz"
NEAR = 2.0  # units of the drawing, some 1.3 km each
STEP = 0.5  # distance of the points by which borders are compared
MIN_POINTS = 2

# Two cities with the status of an oblast, which the drawing of the raions does not have.
KYIV, SEVASTOPOL = "UA80000000000093317", "UA85000000000065278"
CITY_NEIGHBOURS = {
    KYIV: ("Bucha", "Vyshhorod", "Brovary", "Boryspil", "Obukhiv", "Fastiv"),
    SEVASTOPOL: ("Bakhchysarai", "Yalta"),
}
_STATES = """
    01:AL 02:AK 04:AZ 05:AR 06:CA 08:CO 09:CT 10:DE 11:DC 12:FL 13:GA 15:HI 16:ID 17:IL 18:IN
    19:IA 20:KS 21:KY 22:LA 23:ME 24:MD 25:MA 26:MI 27:MN 28:MS 29:MO 30:MT 31:NE 32:NV 33:NH
    34:NJ 35:NM 36:NY 37:NC 38:ND 39:OH 40:OK 41:OR 42:PA 44:RI 45:SC 46:SD 47:TN 48:TX 49:UT
    50:VT 51:VA 53:WA 54:WV 55:WI 56:WY 60:AS 66:GU 69:MP 72:PR 78:VI
"""
STATES = dict(entry.split(":") for entry in _STATES.split())  # by FIPS code

Pair = tuple[str, str]
Points = NDArray[np.float64]


def main(raions_path: str, counties_path: str) -> None:
    """Write the pairs of both countries."""
    raions = json.loads(Path(raions_path).read_text("utf-8"))
    topology = json.loads(Path(counties_path).read_text("utf-8"))
    pairs = {*ukrainian_pairs(raions, Gazetteer.load()), *us_pairs(topology)}
    neighbours = defaultdict(list)
    for first, second in sorted({(min(pair), max(pair)) for pair in pairs}):
        neighbours[first].append(second)
    lines = (f"{code}\t{' '.join(following)}\n" for code, following in neighbours.items())
    OUTPUT.write_bytes(gzip.compress("".join(lines).encode(), 9, mtime=0))


def ukrainian_pairs(raions: Mapping[str, Any], gazetteer: Gazetteer) -> Iterator[Pair]:
    """Yield the pairs of raions, of oblasts, and of the two cities with raions and oblasts."""
    borders = {code: densify(raion["p"]) for code, raion in raions.items()}
    adjacent = [pair for pair in combinations(borders, 2) if is_near(*(borders[c] for c in pair))]
    for city, names in CITY_NEIGHBOURS.items():
        for name in names:
            (raion,) = (r for r in gazetteer.find(f"{name} Raion") if r.code in raions)
            adjacent.append((city, raion.code))
    yield from adjacent
    for first, second in adjacent:
        tops = (top_region(first, gazetteer), top_region(second, gazetteer))
        if tops[0] != tops[1]:
            yield tops


def top_region(code: str, gazetteer: Gazetteer) -> str:
    """Return the oblast of a raion; the cities have none."""
    oblasts = [c for c in gazetteer.ancestors(code) if gazetteer.region(c).kind == "oblast"]
    return oblasts[0] if oblasts else code


def densify(rings: Sequence[Sequence[Sequence[float]]]) -> Points:
    """Return points along the borders, STEP apart."""
    points = []
    for ring in rings:
        corners = np.array(ring)
        for start, end in zip(corners, np.roll(corners, -1, 0), strict=True):
            count = max(1, int(np.hypot(*(end - start)) / STEP))
            points.append(start + (end - start) * (np.arange(count)[:, None] / count))
    return np.concatenate(points)


def is_near(first: Points, second: Points) -> bool:
    """Return whether borders run side by side for MIN_POINTS."""
    if (first.min(0) - NEAR > second.max(0)).any() or (second.min(0) - NEAR > first.max(0)).any():
        return False
    distances = np.concatenate(
        [
            np.sqrt(((part[:, None] - second[None]) ** 2).sum(-1)).min(1)
            for part in np.array_split(first, 1 + len(first) // 400)
        ]
    )
    return int((distances < NEAR).sum()) >= MIN_POINTS


def us_pairs(topology: Mapping[str, Any]) -> Iterator[Pair]:
    """Yield the pairs of counties and of states: those that share an arc of the topology."""
    objects = topology["objects"]
    counties = {f"US-{shape['id']}": shape for shape in objects["counties"]["geometries"]}
    states = {f"US-{STATES[shape['id']]}": shape for shape in objects["states"]["geometries"]}
    for shapes in (counties, states):
        by_arc = defaultdict(set)
        for code, shape in shapes.items():
            for arc in arcs(shape.get("arcs", ())):
                by_arc[max(arc, ~arc)].add(code)  # the other side has the complement
        for codes in by_arc.values():
            yield from combinations(sorted(codes), 2)


def arcs(nested: Iterable[Any]) -> Iterator[int]:
    """Yield the numbers in nested lists."""
    for item in nested:
        if isinstance(item, int):
            yield item
        else:
            yield from arcs(item)


if __name__ == "__main__":
    main(*sys.argv[1:])
