"""Many sources, one truth: what is told of the alerts that sources tell of, and to whom.

Decisions are made outside of any transaction, one bulletin after the other. `store` writes what
has come of them; where it cannot, `forget` has all be read anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from pyroaring import BitMap

from alerts.active import Board
from alerts.decision_context import Briefing
from alerts.decision_types import Part, Recipients, Statement
from alerts.extraction import is_story, observations, only, places_alone
from alerts.inhibition import Entry, Nest
from alerts.lifecycle import (
    PERMANENT,
    BecameUnknown,
    Changed,
    Closed,
    Confirmed,
    Effect,
    KnownAgain,
    Opened,
    is_seen,
    observe,
    watch,
)
from alerts.notifications import Plan, Plans
from alerts.observation import Authority, Observation
from alerts.resolution import around, ended
from matching.index.index import Index, Matches
from matching.places.gazetteer import Gazetteer
from matching.reader import Reading
from storage.engine.database import Database, Transaction
from storage.inbound.bulletins import Phase
from storage.inbound.incidents import Telling, has_id, is_same
from storage.subscribers.alert_preferences import Changes
from storage.values.lanes import Lane


class Fusion:
    """Applies the rules of `bot.incidents` to what is on.

    `states` are the polled sources of states with how often they are asked.
    """

    def __init__(
        self,
        database: Database,
        index: Index,
        gazetteer: Gazetteer,
        states: Mapping[str, timedelta],
    ) -> None:
        self._board = Board(database)
        self._briefing = Briefing(database, states)
        self._index = index
        self._nest = Nest(gazetteer, index)
        self._plans = Plans()
        self._has_begun = False

    async def begin(self, now: datetime, *alive: str) -> bool:
        """Before decisions; `alive` are sources that answer right now. Whether anything is on."""
        if not self._has_begun:
            await self._board.load(now)
            await self._briefing.read(now, is_anything_on=any(self._board))
            self._has_begun = any(self._board)
        self._briefing.answered(alive, now)
        return any(self._board)

    def knows(self, source: str) -> bool:
        """Whether a source tells what is on, and not what happens."""
        return source in self._briefing.states

    def decide(self, said: Statement, now: datetime) -> Recipients:
        """What a bulletin does to what is on."""
        seen = observations(said.bulletin, said.reading, self._briefing.states)
        share = Recipients(said.matches.ring | said.matches.silent)
        for one, regions in self._lives(seen):
            reading, matches = said.reading, said.matches
            if set(reading.above) != regions:
                reading = only(reading, *regions)
                matches = self._index.match(reading)
            concerned = matches.ring | matches.silent
            share.push -= concerned
            if is_story(said.bulletin, said.reading):
                share.story |= concerned
            part = Part(said, one, reading, matches, now)
            if one.phase is Phase.CLEAR:
                self._end(part, share)
            else:
                self._go_on(part, share)
        share.story -= share.told
        return share

    def _lives(self, seen: Sequence[Observation]) -> list[tuple[Observation, frozenset[str]]]:
        """Each with the regions it is about; an alert with an id is one for all of its regions."""
        if not seen or not has_id(seen[0].hazard):
            return [(one, frozenset((one.region,))) for one in seen]
        regions = [one.region for one in seen if one.region]
        on = (
            each.incident for each in self._board if is_same(each.incident.hazard, seen[0].hazard)
        )
        if known := next(on, None):
            one = replace(seen[0], region=known.region, hazard=known.hazard)
        elif regions:
            one = replace(seen[0], region=self._nest.around(regions))
        else:
            return []
        return [(one, frozenset(regions))]

    def watch(self, now: datetime) -> list[Closed]:
        """What the passing of time does; the ends it brings are for `close`, one by one."""
        over = []
        for entry in self._board:
            effect = watch(entry.incident, self._briefing.health, now)
            if effect is None or effect.incident == entry.incident:
                continue
            if isinstance(effect, Closed):
                over.append(effect)  # until it is closed, those beside it go on by it
                continue
            self._board.put(effect, None)
            if isinstance(effect, BecameUnknown | KnownAgain):
                self._tell_known(entry, effect)
        return over

    def close(self, effect: Closed, reading: Reading | None) -> None:
        """Tells the end of an alert; `reading` is of the bulletin that brought it, if known."""
        entry = self._board.put(effect, None)
        if reading is None or "all_clear" not in reading.topics:
            nobody = Matches(BitMap(), BitMap(), BitMap())
            # That it has run out, as it said it would, wakes nobody.
            self._close(entry, nobody, BitMap(), stale=has_id(entry.incident.hazard))
            return
        reading = only(reading, entry.incident.region)
        matches = self._index.match(reading)
        self._close(entry, matches, self._asked(reading, matches), stale=False)

    @property
    def has_news(self) -> bool:
        return bool(self._plans) or self._board.has_changed

    async def store(self, transaction: Transaction, ids: Sequence[int], now: datetime) -> None:
        """All that was decided; `ids` are those of the bulletins, by their places."""
        await self._board.store(transaction, ids)
        await self._plans.store(transaction, now)

    def forget(self) -> None:
        """What was decided could not be stored."""
        self._board.forget()
        self._plans.drop()

    def end(self) -> None:
        """What was read for decisions is of no use for later ones."""
        self._has_begun = False

    # --- an alert that is on ---

    def _go_on(self, part: Part, share: Recipients) -> None:
        one, said = part.seen, part.said
        before = self._board.find(one.key)
        incident = before.incident if before else None
        effect = observe(incident, self._board.ended(one.key), one, self._briefing.health, part.now)
        if effect is None:
            return
        if isinstance(effect, Opened):
            effect = Opened(replace(effect.incident, wave=self._nest.top(one.region)))
        entry = self._board.put(effect, said.place)
        if said.baseline or one.key in PERMANENT:
            return
        prior = entry.owed.copy()
        self._ring_newcomers(entry, part, share)
        if isinstance(effect, KnownAgain):
            self._tell_known(entry, effect)
        elif isinstance(effect, Changed | Confirmed):
            self._tell_change(entry, effect, prior, share, fresh=said.fresh)

    def _ring_newcomers(self, entry: Entry, part: Part, share: Recipients) -> None:
        """Those whom it concerns and who were not told of it yet."""
        rung = self._nest.rung(
            entry, part.reading, part.matches, self._board, self._briefing.wishes[Changes.NONE]
        )
        if not rung.told:
            return
        entry.owe(rung)
        loud = rung.loud - share.told
        if part.said.fresh:
            self._plans.tell(entry, Telling.OPENED, loud)
            self._plans.edit(entry, Telling.OPENED, rung.told - rung.loud)
        else:
            self._plans.miss(entry, loud)
        share.told |= loud

    def _tell_change(
        self,
        entry: Entry,
        effect: Changed | Confirmed,
        prior: BitMap,
        share: Recipients,
        *,
        fresh: bool,
    ) -> None:
        again = BitMap()
        if isinstance(effect, Changed) and fresh:
            again = (
                prior - self._briefing.wishes[Changes.NONE]
                if effect.escalated
                else prior & self._briefing.wishes[Changes.ALL]
            )
            again -= self._nest.knowing(entry, self._board)
        self._plans.tell(entry, Telling.CHANGED, again - share.told)
        self._plans.edit(entry, Telling.CHANGED, prior - again)
        share.told |= again

    def _tell_known(self, entry: Entry, effect: Effect) -> None:
        """That nobody knows, or that it is known again."""
        unknown = isinstance(effect, BecameUnknown)
        telling = Telling.UNKNOWN if unknown else Telling.KNOWN
        # That a message is too old to be believed is no reason to wake anybody.
        expired = unknown and not any(
            name in self._briefing.health for name in entry.incident.sources
        )
        carried = self._nest.carried(entry, self._board)
        know = BitMap().union(*(who for other, who in carried if other.is_known))
        self._plans.tell(entry, telling, entry.owed - know, silent=entry.owed if expired else None)
        self._plans.edit(entry, telling, entry.owed & know)

    # --- an alert that is over ---

    def _end(self, part: Part, share: Recipients) -> None:
        one, said = part.seen, part.said
        asked = self._asked(part.reading, part.matches)
        if said.baseline or not said.fresh:
            asked = BitMap()
        targets: list[Entry | None] = [*ended(one, self._board, self._nest)] or [None]
        for entry in targets:
            incident = entry.incident if entry else None
            key = incident.key if incident else one.key
            effect = observe(incident, self._board.ended(key), one, self._briefing.health, part.now)
            if effect is None:
                continue
            over = self._board.put(effect, said.place)
            if entry is not None and isinstance(effect, Closed):
                self._close(over, part.matches, asked, stale=not said.fresh)
                share.told |= over.owed
        # What a poll does not show any more, where nothing is on, is no news: others told its end.
        if one.authority is not Authority.SEEN and not any(targets):
            share.push |= asked | self._freed(part)

    def _freed(self, part: Part) -> BitMap:
        """Those who were told of an alert for a larger region that is over in their part of it."""
        told = [
            entry.owed
            for entry in around(part.seen, self._board, self._nest)
            if not is_seen(entry.incident, self._briefing.health, part.now)
        ]
        return (part.matches.ring | part.matches.silent) & BitMap().union(*told)

    def _close(self, entry: Entry, matches: Matches, asked: BitMap, *, stale: bool) -> None:
        carried = self._nest.carried(entry, self._board)
        goes_on = BitMap().union(*(who for _, who in carried))
        told = entry.owed - goes_on - self._plans.summed_up(entry)
        silent = matches.silent | (entry.silent - matches.ring)
        plan = Plan(
            entry=entry,
            telling=Telling.CLOSED,
            lane=Lane.ALERT,
            recipients=told,
            silent=told if stale else silent,
            asked=asked,
            handed=carried,
        )
        self._plans.add(plan)
        # Whoever reads the alert later must not take it for one that is on.
        self._plans.edit(entry, Telling.CLOSED, entry.owed)
        know = BitMap().union(*(who for other, who in carried if other.is_known))
        for other, who in carried:
            if not other.is_known:  # so far they had this one, and did not need to know
                self._plans.tell(other, Telling.UNKNOWN, who - know)
                know |= who

    def _asked(self, reading: Reading, matches: Matches) -> BitMap:
        """Who wants to hear of an end whether they heard of the beginning or not."""
        others = self._index.match(places_alone(reading))
        return (matches.ring | matches.silent) - (others.ring | others.silent | others.held)
