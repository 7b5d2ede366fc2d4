"""Region hierarchy: containment of regions, as alerts need it. Pure."""

from collections.abc import Sequence

from matching.places.gazetteer import Gazetteer


class RegionHierarchy:
    """Tree of regions up to countries, without the gazetteer's groups."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer

    def contains(self, outer: str, inner: str) -> bool:
        """Return whether the region `inner` is `outer` or lies in it."""
        return outer in self._path(inner)

    def common_region(self, first: str, second: str) -> str | None:
        """Return the smallest region that contains both.

        A country does not count, unless it is one of the two: then the result is None.
        """
        path = self._path(second)
        common = next((code for code in self._path(first) if code in path), None)
        if common is None or common in (first, second) or not self._is_country(common):
            return common
        return None

    def smallest_common_region(self, codes: Sequence[str]) -> str:
        """Return the smallest region that contains all of `codes`; the first code if none does."""
        first_path, *paths = map(self._path, codes)
        common = (code for code in first_path if all(code in path for path in paths))
        return next(common, codes[0])

    def top_region(self, code: str) -> str:
        """Return the largest region below a country that contains the region, or itself."""
        return [code, *(outer for outer in self._path(code) if not self._is_country(outer))][-1]

    def _path(self, code: str) -> list[str]:
        """Return the region and its ancestors, the smallest first."""
        ancestors = self._gazetteer.ancestors(code)
        return [outer for outer in (code, *ancestors) if not outer.startswith("group:")]

    def _is_country(self, code: str) -> bool:
        region = self._gazetteer.get(code)
        return region is not None and region.kind == "country"
