"""Which candidates speak of a place, and of which of those who bear the name."""

from matching.places.candidates import Candidate
from matching.places.lexicon import Customs
from matching.places.mention_context import Surroundings
from matching.places.referents import BEARERS, MOST, SETTLEMENTS, UNITS, Chooser, inside
from matching.places.region import Region
from matching.places.region_table import Table

_LESSER = frozenset(("village", "town", "hromada"))
_ROUNDS = 3  # how long a list may grow from what is believed of its ends
_APART = 4  # words from a name to that of the state that holds it
_CROWD = 500  # inhabitants of a city for each bearer of its name
_CAPITAL = 1_000_000  # inhabitants of a city too large to be taken for somebody


class Judge:
    """Judges the candidates of one text."""

    def __init__(
        self, candidates: list[Candidate], around: Surroundings, table: Table, customs: Customs
    ) -> None:
        self._all = candidates
        self._around = around
        self._table = table
        self._customs = customs

    def judge(self) -> list[Candidate]:
        """Those that speak of a place, the one that is meant first among their numbers."""
        self._refuse()
        for candidate in self._all:
            candidate.accepted = not candidate.refused and self._is_plain(candidate)
        self._believe_by_company()
        accepted = [candidate for candidate in self._all if candidate.accepted]
        Chooser(self._around, self._table).choose(accepted)
        return accepted

    # --- what is no place ---

    def _refuse(self) -> None:
        elsewhere: set[tuple[str, ...]] = set()
        people: set[tuple[str, ...]] = set()
        for position, candidate in enumerate(self._all):
            if candidate.sure or candidate.elliptic:
                continue
            kind = self._kind(candidate)
            if kind == "country" or kind in SETTLEMENTS:
                following = self._all[position + 1 : position + 2]
                if self._is_elsewhere(candidate, following):
                    elsewhere.add(self._words(candidate))
            if kind in SETTLEMENTS:
                around = self._around
                candidate.refused = around.is_water(candidate) or (
                    around.has_article(candidate) and not self._is_oblast(candidate)
                )
                if around.acts(candidate):
                    people.add(self._words(candidate))
            candidate.refused = candidate.refused or self._around.is_thing(candidate)
        for candidate in self._all if elsewhere or people else ():
            words = self._words(candidate)
            somebody = words in people and not self._is_placed(candidate)
            if candidate.spelling and (words in elsewhere or somebody):
                candidate.refused = True

    def _is_oblast(self, candidate: Candidate) -> bool:
        """Whether the oblast called after a city is said: nel Donetsk; then that is put first."""
        if not self._around.names_oblast(candidate):
            return False
        wanted = f"{self._best(candidate).names['en']} Oblast"
        parent = self._best(candidate).parent
        while parent and (number := self._table.number(parent)) is not None:
            region = self._table.region(number)
            if region.names["en"] == wanted:
                candidate.numbers = (number,)
                candidate.sure = True
                return True
            parent = region.parent
        return False

    def _is_elsewhere(self, candidate: Candidate, following: list[Candidate]) -> bool:
        """Whether it is said to lie in a state where no place we know bears its name.

        A place we know that lies there is put first instead.
        """
        province = self._around.province(candidate)
        number = self._table.number(province) if province else None
        if number is None:
            number = next((self._state(candidate, other) for other in following), None)
        if number is None:
            return False
        inside = [n for n in candidate.numbers if n in self._table.inside(number)]
        candidate.numbers = tuple(dict.fromkeys((*inside, *candidate.numbers)))
        candidate.sure = bool(inside)
        return not inside

    def _state(self, candidate: Candidate, following: Candidate) -> int | None:
        """The number of the state or country that is said to hold the candidate."""
        gap = self._around.gap_after(candidate).lstrip()
        if not gap.startswith(",") or following.first - candidate.last > _APART:
            return None
        between = self._line_between(candidate, following)
        if set(between) <= self._customs.state and self._best(candidate).parent != "US":
            return self._holding_state(candidate, following)
        side = self._around.after(following)
        if self._kind(following) == "country" and side and side.text in self._customs.sides:
            return following.numbers[0]
        return None

    def _holding_state(self, candidate: Candidate, following: Candidate) -> int | None:
        """The state of the US that follows; one of a country's name only if it holds the place."""
        for number in following.numbers[:BEARERS]:
            if self._table.region(number).parent != "US":
                continue
            within = self._table.inside(number)
            if number == following.numbers[0] or any(n in within for n in candidate.numbers):
                following.numbers = tuple(dict.fromkeys((number, *following.numbers)))
                following.sure = True
                return number
        return None

    def _line_between(self, candidate: Candidate, following: Candidate) -> list[str]:
        steps = range(1, following.first - candidate.last)
        tokens = (self._around.after(candidate, step) for step in steps)
        return [token.text for token in tokens if token]

    # --- what is one ---

    def _is_plain(self, candidate: Candidate) -> bool:
        """Whether nothing but what stands right beside it is needed to believe it."""
        if candidate.sure or candidate.elliptic:
            return candidate.sure
        kind = self._kind(candidate)
        if kind in UNITS and candidate.size > 1:
            return kind != "hromada" or len(candidate.numbers) == 1
        said = self._is_said(candidate)
        if self._is_crowded(candidate):
            return said and kind == "city"
        return said or self._is_believed(candidate, kind)

    def _is_said(self, candidate: Candidate) -> bool:
        return self._around.has_noun(candidate) or self._around.is_tagged(candidate)

    def _is_believed(self, candidate: Candidate, kind: str) -> bool:
        """Whether its capital, and the word before it, are enough."""
        if len(candidate.words) == 1 and candidate.words[0] in self._customs.people:
            return self._around.is_within(candidate)
        if self._is_known(candidate):
            doubtful = self._is_doubtful(candidate)
            return not doubtful or self._is_placed(candidate) or self._is_subject(candidate)
        if kind == "village" and candidate.size > 2:
            return True
        head = self._around.is_head(candidate)
        word = self._is_word(candidate, head=head)
        if not head and self._around.has_native(candidate, self._best(candidate).parent):
            return True
        if word or not self._around.has_preposition(candidate, strict=True):
            return word and not head and kind != "village" and self._around.is_within(candidate)
        return kind != "village" or (not head and len(candidate.words[0]) > 3)

    def _is_subject(self, candidate: Candidate) -> bool:
        """Whether, as nobody declined it, what follows tells that it is a place."""
        if self._around.is_label(candidate):
            return True
        return candidate.words == self._words(candidate) and self._around.is_struck(candidate)

    def _is_doubtful(self, candidate: Candidate) -> bool:
        """Whether a well-known place may be a word or a person here."""
        best = self._best(candidate)
        small = best.kind == "city" and best.population < _CAPITAL
        if small and candidate.words[0] in self._customs.first_names:
            return True
        return self._is_word(candidate, head=self._around.is_head(candidate))

    def _is_word(self, candidate: Candidate, *, head: bool) -> bool:
        """Whether it may be an ordinary word here."""
        if len(candidate.words) > 1:
            return False
        if self._is_known(candidate):
            return head and candidate.words[0] in self._customs.common
        return candidate.spelling is not None and candidate.spelling.ordinary

    def _is_crowded(self, candidate: Candidate) -> bool:
        """Whether so many bear the name that only a unit named with it tells which is meant."""
        best = self._best(candidate)
        if best.kind == "city" and len(candidate.numbers) > 2:
            return best.population < _CROWD * len(candidate.numbers)
        return best.kind in _LESSER and len(candidate.numbers) > 1 and best.kind != "town"

    def _is_known(self, candidate: Candidate) -> bool:
        best = self._best(candidate)
        return best.is_known and not self._is_crowded(candidate)

    def _believe_by_company(self) -> None:
        """Accept what stands in a list with a place, or in a unit the text names."""
        for _ in range(_ROUNDS):
            units = self._units()
            found = [
                self._has_company(position, units)
                for position, candidate in enumerate(self._all)
                if not (candidate.accepted or candidate.refused)
            ]
            if not any(found):
                return

    def _units(self) -> list[int]:
        """The units accepted so far, smallest first."""
        found = {o.numbers[0] for o in self._all if o.accepted and self._kind(o) in UNITS}
        return sorted(found, key=lambda number: len(self._table.inside(number)))[:MOST]

    def _has_company(self, position: int, units: list[int]) -> bool:
        candidate = self._all[position]
        candidate.accepted = self._is_in_company(position, candidate, units)
        return candidate.accepted

    def _is_in_company(self, position: int, candidate: Candidate, units: list[int]) -> bool:
        if candidate.elliptic:
            oblasts = (self._table.region(unit).kind == "oblast" for unit in units)
            return any(oblasts) and not self._around.agrees(candidate)
        word = self._is_word(candidate, head=True)
        crowded = self._is_crowded(candidate)
        lesser = crowded or self._kind(candidate) in _LESSER
        if lesser and (not word or self._is_placed(candidate)):
            held = inside(candidate, units, self._table)
            candidate.numbers = tuple(dict.fromkeys((*held, *candidate.numbers)))
            if held:
                return True
        if crowded or (word and not self._is_known(candidate)):
            return False
        return (
            (word and self._is_in_unit(candidate, units))
            or self._is_in_country(candidate)
            or self._is_around(candidate)
            or self._is_listed(position, candidate)
        )

    def _is_listed(self, position: int, candidate: Candidate) -> bool:
        """Whether it stands in a list with a place."""
        return any(
            other.accepted
            and not other.elliptic
            and self._around.is_joined(*sorted((candidate, other), key=lambda c: c.first))
            for other in (
                *self._all[max(0, position - 1) : position],
                *self._all[position + 1 : position + 2],
            )
        )

    def _is_in_unit(self, candidate: Candidate, units: list[int]) -> bool:
        """Whether it lies in a unit the text names, but for the one that is called after it."""
        own = self._best(candidate)
        return any(
            candidate.numbers[0] in self._table.inside(unit)
            and self._table.region(unit).names["en"][:3] != own.names["en"][:3]
            for unit in units
        )

    def _is_in_country(self, candidate: Candidate) -> bool:
        """Whether it is a lesser city abroad and the text names its country."""
        best = self._best(candidate)
        if best.kind != "city" or best.at_home:
            return False
        countries = {o.numbers[0] for o in self._all[:MOST] if o.accepted and self._is_country(o)}
        return any(candidate.numbers[0] in self._table.inside(number) for number in countries)

    def _is_around(self, candidate: Candidate) -> bool:
        """Whether it is a country and the text names a city there: Turkey hosts it in Istanbul."""
        if not self._is_country(candidate):
            return False
        held = self._table.inside(candidate.numbers[0])
        return any(
            other.numbers[0] in held and self._kind(other) == "city"
            for other in self._all[:MOST]
            if other.accepted
        )

    def _is_placed(self, candidate: Candidate) -> bool:
        return self._around.has_noun(candidate) or self._around.has_preposition(candidate)

    def _is_country(self, candidate: Candidate) -> bool:
        return self._kind(candidate) == "country"

    def _best(self, candidate: Candidate) -> Region:
        return self._table.region(candidate.numbers[0])

    def _kind(self, candidate: Candidate) -> str:
        return self._best(candidate).kind

    def _words(self, candidate: Candidate) -> tuple[str, ...]:
        return candidate.spelling.words if candidate.spelling else candidate.words
