"""Region resolver: turns the numbers and names that services use into region codes.

Services renumber and rename regions. A known number wins over a name, because hromadas of
different raions share names; an unknown number is resolved by its name. What neither resolves is
published with its name, and administrators see it in /sources.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import structlog

from bot.sources.core.source import Batch
from matching.places.areas import AreaResolver
from matching.places.gazetteer import Gazetteer
from matching.places.region import Region
from storage.engine.database import Database
from storage.inbound import sources

_CACHE_SIZE = 4096  # regions; there are some 1,700
_MAX_REPORTED = 200  # a misbehaving service must not flood the log

log = structlog.get_logger(__name__)


class RegionResolver:
    """Resolver of the regions in a batch, with an LRU cache."""

    def __init__(self, gazetteer: Gazetteer, database: Database) -> None:
        self._gazetteer = gazetteer
        self._areas = AreaResolver(gazetteer)
        self._database = database
        self._resolve_cached = lru_cache(_CACHE_SIZE)(self._resolve)
        self._reported: set[tuple[str, str]] = set()  # source and region

    async def resolve_batch(self, batch: Batch) -> Batch:
        """Return the batch with codes in place of a service's regions; report unknown regions."""
        if batch.has_service_regions:
            resolved = [replace(item, regions=self.codes(item.regions)) for item in batch.bulletins]
            problems = [self.problem(item.regions) for item in batch.bulletins]
            batch = replace(batch, bulletins=tuple(resolved))
        else:
            problems = []
            for item in batch.bulletins:
                problems += self._unknown(item.regions)
                await asyncio.sleep(0)  # shapes take milliseconds
        await self._report(batch.source, [problem for problem in problems if problem])
        return batch

    def codes(self, region: tuple[str, ...]) -> tuple[str, ...]:
        """Return the codes of a number, its name and its outer regions; the names if unknown."""
        return self._resolve_cached(region)[0]

    def problem(self, region: tuple[str, ...]) -> str | None:
        """Return an unknown or contradictory region in words, None if there is no problem."""
        return self._resolve_cached(region)[1]

    def _resolve(self, region: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
        number, name, *outer_names = region
        by_number = self._gazetteer.resolve(number)
        if by_number and self._has_name(by_number, name):
            return (by_number.code,), None
        by_name = self._find_by_name(name, outer_names)
        if by_number is None:
            return ((by_name.code,), None) if by_name else (region[1:], f"{number} {name}")
        problem = f"{number} {name}, not {_official_name(by_number)}"
        return (by_number.code, *([by_name.code] if by_name else [])), problem

    def _has_name(self, region: Region, name: str) -> bool:
        """Return True if the name is the region's; a name of no region counts as an alias."""
        namesakes = self._find_namesakes(name)
        return not namesakes or region.code in {namesake.code for namesake in namesakes}

    def _find_by_name(self, name: str, outer_names: Sequence[str]) -> Region | None:
        namesakes = self._find_namesakes(name)
        outer = next(filter(None, map(self._gazetteer.resolve, outer_names)), None)
        inside = [
            namesake
            for namesake in namesakes
            if outer and outer.code in self._gazetteer.ancestors(namesake.code)
        ]
        return next(iter((*inside, *namesakes)), None)

    def _find_namesakes(self, name: str) -> tuple[Region, ...]:
        """Return the likeliest region with that name, then those that share its official name."""
        likeliest = self._gazetteer.resolve(name)
        if likeliest is None:
            return ()
        by_official_name = self._gazetteer.find(_official_name(likeliest))
        candidates = (likeliest, *self._gazetteer.find(name), *by_official_name)
        return tuple({region.code: region for region in candidates}.values())

    def _unknown(self, regions: Sequence[str]) -> Iterator[str]:
        return iter(self._areas.resolve(regions).unknown)

    async def _report(self, source: str, regions: Sequence[str]) -> None:
        new = [region for region in regions if (source, region) not in self._reported]
        if not new or len(self._reported) > _MAX_REPORTED:
            return
        log.warning("unknown_regions", source=source, regions=new)
        async with self._database.write() as transaction:
            await sources.add_unknown_places(transaction, source, new)
        self._reported.update((source, region) for region in new)


def _official_name(region: Region) -> str:
    return region.names.get("uk") or region.names["en"]
