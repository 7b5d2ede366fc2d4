"""Which places a source means, whatever it calls them.

Providers renumber and rename: a number that is known is believed before a name, for hromadas of
different raions share theirs; one that is not is looked up by its name. What neither tells goes
out with its words, and the administrators see it in /sources.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import structlog

from bot.sources.core.source import Batch
from matching.places.gazetteer import Gazetteer
from matching.places.region import Region
from storage.engine.database import Database
from storage.inbound import sources

_MOST_KEPT = 4096  # regions; there are some 1,700
_MOST = 200  # places that are told of: a service that goes mad shall not fill the log

log = structlog.get_logger(__name__)


class Locator:
    """Puts codes in the place of the numbers and names of the alert services."""

    def __init__(self, gazetteer: Gazetteer, database: Database) -> None:
        self._gazetteer = gazetteer
        self._database = database
        self._meant = lru_cache(_MOST_KEPT)(self._find)
        self._missed: set[tuple[str, str]] = set()  # source and place

    async def located(self, batch: Batch) -> Batch:
        """The batch, with the codes of its regions where its source numbers them."""
        if batch.numbered:
            told = [replace(one, regions=self.codes(one.regions)) for one in batch.bulletins]
            doubts = [self.doubt(one.regions) for one in batch.bulletins]
            batch = replace(batch, bulletins=tuple(told))
        else:
            doubts = [place for one in batch.bulletins for place in self._nowhere(one.regions)]
        await self._note(batch.source, [doubt for doubt in doubts if doubt])
        return batch

    def codes(self, said: tuple[str, ...]) -> tuple[str, ...]:
        """Of a number, a name and what that lies in; these words themselves when none is known."""
        return self._meant(said)[0]

    def doubt(self, said: tuple[str, ...]) -> str | None:
        """What an administrator should know of it; None: all is well."""
        return self._meant(said)[1]

    def _find(self, said: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
        number, name, *around = said
        numbered = self._gazetteer.resolve(number)
        if numbered and self._agree(numbered, name):
            return (numbered.code,), None
        named = self._named(name, around)
        if numbered is None:
            return ((named.code,), None) if named else (said[1:], f"{number} {name}")
        doubt = f"{number} {name}, not {_official(numbered)}"
        return (numbered.code, *([named.code] if named else [])), doubt

    def _agree(self, region: Region, name: str) -> bool:
        """Whether it bears the name; what nobody bears is another name for it."""
        bearers = self._bearers(name)
        return not bearers or region.code in {one.code for one in bearers}

    def _named(self, name: str, around: Sequence[str]) -> Region | None:
        bearers = self._bearers(name)
        outer = next(filter(None, map(self._gazetteer.resolve, around)), None)
        inside = [
            one for one in bearers if outer and outer.code in self._gazetteer.ancestors(one.code)
        ]
        return next(iter((*inside, *bearers)), None)

    def _bearers(self, name: str) -> tuple[Region, ...]:
        """The likeliest first, and those that share its official name."""
        likeliest = self._gazetteer.resolve(name)
        if likeliest is None:
            return ()
        others = (*self._gazetteer.find(name), *self._gazetteer.find(_official(likeliest)))
        return tuple({one.code: one for one in (likeliest, *others)}.values())

    def _nowhere(self, regions: Sequence[str]) -> Iterator[str]:
        return (written for written in regions if self._gazetteer.resolve(written) is None)

    async def _note(self, source: str, places: Sequence[str]) -> None:
        new = [place for place in places if (source, place) not in self._missed]
        if not new or len(self._missed) > _MOST:
            return
        self._missed.update((source, place) for place in new)
        log.warning("unknown_places", source=source, places=new)
        async with self._database.write() as transaction:
            await sources.miss(transaction, source, new)


def _official(region: Region) -> str:
    return region.names.get("uk") or region.names["en"]
