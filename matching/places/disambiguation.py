"""Toponym disambiguation: accepts or rejects candidates by context, then ranks referents."""

from collections.abc import Iterable

from matching.places.candidate import Candidate
from matching.places.context.containment import ContainmentResolver
from matching.places.context.entity_context import EntityContext
from matching.places.context.mention_context import MentionContext
from matching.places.context.namesakes import NamesakeResolver
from matching.places.context.place_support import PlaceSupport
from matching.places.lexicon import Lexicon
from matching.places.referents import (
    MAX_PLACES,
    SETTLEMENT_KINDS,
    UNIT_KINDS,
    ReferentRanker,
    referents_inside,
)
from matching.places.region import Region
from matching.places.region_table import RegionTable
from matching.steps import Steps, split_steps

_MINOR_KINDS = frozenset(("village", "town", "hromada"))
_CONTAINER_KINDS = frozenset(("country", "region"))
_MAX_ROUNDS = 3  # passes in which acceptance spreads along lists
_POPULATION_PER_REFERENT = 500  # inhabitants of a city for each referent of its name
_MAJOR_CITY = 1_000_000  # inhabitants; a larger city is never taken for a person


class Disambiguator:
    """Accepts or rejects the candidates of one text."""

    def __init__(
        self,
        candidates: list[Candidate],
        context: MentionContext,
        entities: EntityContext,
        table: RegionTable,
        lexicon: Lexicon,
    ) -> None:
        self._candidates = candidates
        self._context = context
        self._entities = entities
        self._table = table
        self._lexicon = lexicon
        self._containment = ContainmentResolver(context, table, lexicon)
        self._support = PlaceSupport(candidates, context, table)
        self._namesakes = NamesakeResolver(context, table, lexicon)

    def disambiguate(self) -> Steps[list[Candidate]]:
        """Return the accepted candidates, each with its likeliest referent first."""
        self._choose_stated_regions()
        yield from self._reject_other_entities()
        yield from self._namesakes.resolve(self._candidates)
        for group in split_steps(self._candidates):
            for candidate in group:
                if not candidate.is_rejected:
                    candidate.is_accepted = self._has_local_evidence(candidate)
            yield
        yield from self._accept_by_other_places()
        self._accept_weak_names()
        accepted = [candidate for candidate in self._candidates if candidate.is_accepted]
        yield from ReferentRanker(self._context, self._table).rank(accepted)
        return accepted

    # --- regions by a weak name ---

    def _choose_stated_regions(self) -> None:
        """Resolve a name to the region that bears it too, if a unit noun is beside it."""
        last_in_list: Candidate | None = None  # province di Modena e Parma
        for candidate in self._candidates:
            if not candidate.weak_referents:
                continue
            is_in_list = last_in_list and self._context.is_coordinated(last_in_list, candidate)
            if is_in_list or self._context.has_plural_region_noun(candidate):
                last_in_list = candidate
            if is_in_list or self._context.has_region_noun(candidate):
                city = candidate.referents[0]  # Bari in the province of Bari
                regions = sorted(
                    candidate.weak_referents,
                    key=lambda number: city not in self._table.subtree(number),
                )
                candidate.prefer(*regions)
                candidate.is_certain = True

    def _accept_weak_names(self) -> None:
        """Accept weak names of regions in an accepted country or region, or around a place."""
        nearby = self._candidates[:MAX_PLACES]
        weak = [c for c in nearby if c.weak_referents and not c.is_certain]
        accepted = [c.referents[0] for c in nearby if c.is_accepted] if weak else []
        containers = [
            self._table.subtree(number)
            for number in accepted
            if self._table.region(number).kind in _CONTAINER_KINDS
        ]
        for candidate in weak:
            is_inside = any(candidate.referents[0] in numbers for numbers in containers)
            if candidate.is_accepted and is_inside:
                continue
            for number in candidate.weak_referents:
                if any(number in numbers[1:] for numbers in containers) or (
                    candidate.is_weak and self._contains_any(number, accepted)
                ):
                    candidate.prefer(number)
                    candidate.is_accepted = not candidate.is_rejected
                    candidate.is_certain = True
                    break

    def _contains_any(self, number: int, places: Iterable[int]) -> bool:
        subtree = self._table.subtree(number)
        return any(place in subtree for place in places)

    # --- rejection ---

    def _reject_other_entities(self) -> Steps[None]:
        """Reject people, rivers and things, and places that the text puts in an unlisted state."""
        unlisted: set[tuple[str, ...]] = set()
        person_names: set[tuple[str, ...]] = set()
        for group in split_steps(range(len(self._candidates))):
            for position in group:
                candidate = self._candidates[position]
                if not (candidate.is_certain or candidate.is_elliptic):
                    self._reject_other_entity(position, candidate, unlisted, person_names)
            yield
        for candidate in self._candidates if unlisted or person_names else ():
            words = candidate.name_words
            is_person = words in person_names and not self._has_place_cue(candidate)
            if candidate.spelling and (words in unlisted or is_person):
                candidate.is_rejected = True

    def _reject_other_entity(
        self,
        position: int,
        candidate: Candidate,
        unlisted: set[tuple[str, ...]],
        person_names: set[tuple[str, ...]],
    ) -> None:
        """Reject a candidate by its context; add what its namesakes are rejected for."""
        context = self._context
        kind = self._kind(candidate)
        if kind == "country" or kind in SETTLEMENT_KINDS:
            following = self._candidates[position + 1 : position + 2]
            if self._containment.is_unlisted(candidate, following):
                unlisted.add(candidate.name_words)
        if kind in SETTLEMENT_KINDS:
            candidate.is_rejected = self._entities.is_river(candidate) or (
                context.has_settlement_excluding_article(candidate)
                and not self._containment.resolve_to_oblast(candidate)
            )
            if self._entities.has_human_action(candidate):
                person_names.add(candidate.name_words)
        candidate.is_rejected = candidate.is_rejected or (
            self._entities.is_other_entity(candidate)
            or (
                self._entities.is_sentence_via(candidate)
                and self._support.country(candidate) == "IT"
            )
        )

    # --- acceptance ---

    def _has_local_evidence(self, candidate: Candidate) -> bool:
        """Return whether the words beside the candidate are enough to accept it."""
        if candidate.is_certain or candidate.is_elliptic:
            return candidate.is_certain
        if candidate.is_weak:
            return self._is_sole_region(candidate) and self._context.has_preposition(candidate)
        kind = self._kind(candidate)
        if kind in UNIT_KINDS and candidate.size > 1:
            return kind not in {"hromada", "district"} or len(candidate.referents) == 1
        is_explicit = self._is_explicit(candidate)
        if self._has_many_referents(candidate):
            return is_explicit and kind == "city"
        return is_explicit or self._is_capital_sufficient(candidate, kind)

    def _is_sole_region(self, candidate: Candidate) -> bool:
        """Return whether only a region has this name, which is no word: Shetland."""
        spelling = candidate.spelling
        return (
            candidate.size == 1 == len(candidate.referents)
            and self._best_referent(candidate).is_prominent
            and not (spelling and spelling.is_ordinary_word)
            and not self._context.has_positional_capital(candidate)
        )

    def _is_explicit(self, candidate: Candidate) -> bool:
        return self._context.has_settlement_noun(candidate) or self._context.is_hashtag(candidate)

    def _is_capital_sufficient(self, candidate: Candidate, kind: str) -> bool:
        """Return whether its capital and the word before it are enough to accept it."""
        if len(candidate.words) == 1 and candidate.words[0] in self._lexicon.person_names:
            return self._context.has_place_preposition(candidate) or (
                self._entities.is_lone_capital(candidate) and self._is_prominent(candidate)
            )
        if self._is_prominent(candidate):
            return (
                not self._is_ambiguous(candidate)
                or self._has_place_cue(candidate)
                or self._has_place_predicate(candidate)
            )
        if kind == "village" and candidate.size > 2:
            return True
        has_positional_capital = self._context.has_positional_capital(candidate)
        is_word = self._is_ordinary_word(candidate, has_positional_capital=has_positional_capital)
        country = self._support.country(candidate)
        if not has_positional_capital and self._context.has_native_preposition(candidate, country):
            return True
        if is_word or not self._context.has_preposition(candidate, is_strict=True):
            return (
                is_word
                and not has_positional_capital
                and kind != "village"
                and self._context.has_place_preposition(candidate)
            )
        return kind != "village" or (not has_positional_capital and len(candidate.words[0]) > 3)

    def _has_place_predicate(self, candidate: Candidate) -> bool:
        """Return whether the words after the nominative show that it is a place."""
        if self._context.is_label(candidate):
            return True
        return candidate.is_nominative and self._context.has_place_event(candidate)

    def _is_ambiguous(self, candidate: Candidate) -> bool:
        """Return whether a prominent name may be a word or a person here."""
        best = self._best_referent(candidate)
        is_smaller_city = best.kind == "city" and best.population < _MAJOR_CITY
        if is_smaller_city and candidate.words[0] in self._lexicon.place_first_names:
            return True
        has_positional_capital = self._context.has_positional_capital(candidate)
        return self._is_ordinary_word(candidate, has_positional_capital=has_positional_capital)

    def _is_ordinary_word(self, candidate: Candidate, *, has_positional_capital: bool) -> bool:
        """Return whether the candidate may be an ordinary word here."""
        if len(candidate.words) > 1:
            return False
        if self._is_prominent(candidate):
            words = self._lexicon.sentence_start_words
            return has_positional_capital and candidate.words[0] in words
        return candidate.spelling is not None and candidate.spelling.is_ordinary_word

    def _has_many_referents(self, candidate: Candidate) -> bool:
        """Return whether the name has too many referents to be resolved without a unit."""
        best = self._best_referent(candidate)
        if best.kind == "city" and len(candidate.referents) > 2:
            return best.population < _POPULATION_PER_REFERENT * len(candidate.referents)
        return best.kind in _MINOR_KINDS and len(candidate.referents) > 1 and best.kind != "town"

    def _is_prominent(self, candidate: Candidate) -> bool:
        best = self._best_referent(candidate)
        return best.is_prominent and not self._has_many_referents(candidate)

    def _accept_by_other_places(self) -> Steps[None]:
        """Accept candidates in a list with an accepted place or in an accepted unit."""
        for _ in range(_MAX_ROUNDS):
            self._support.update()
            undecided = [
                position
                for position, candidate in enumerate(self._candidates)
                if not (candidate.is_accepted or candidate.is_rejected)
            ]
            has_accepted = False
            for group in split_steps(undecided):
                for position in group:
                    has_accepted |= self._accept_if_supported(position)
                yield
            if not has_accepted:
                return

    def _accept_if_supported(self, position: int) -> bool:
        candidate = self._candidates[position]
        candidate.is_accepted = self._is_supported(position, candidate)
        return candidate.is_accepted

    def _is_supported(self, position: int, candidate: Candidate) -> bool:
        if candidate.is_weak:
            return self._is_sole_region(candidate) and self._support.is_in_list(position, candidate)
        if candidate.is_elliptic:
            oblasts = (self._table.region(unit).kind == "oblast" for unit in self._support.units)
            return any(oblasts) and not self._context.has_agreeing_noun(candidate)
        if self._kind(candidate) == "district":
            return self._support.is_in_city(candidate)
        is_word = self._is_ordinary_word(candidate, has_positional_capital=True)
        has_many_referents = self._has_many_referents(candidate)
        is_minor = has_many_referents or self._kind(candidate) in _MINOR_KINDS
        if is_minor and (
            not is_word
            or self._has_place_cue(candidate)
            or (candidate.is_nominative and self._context.is_label(candidate))
        ):
            referents = referents_inside(candidate, self._support.units, self._table)
            candidate.prefer(*referents)
            if referents:
                return True
        if is_minor and not is_word and self._support.is_near_city(candidate):
            return True
        return not has_many_referents and self._has_support(position, candidate, is_word=is_word)

    def _has_support(self, position: int, candidate: Candidate, *, is_word: bool) -> bool:
        """Return whether an accepted place shows that a name of few referents is a place."""
        support = self._support
        if is_word and not self._is_prominent(candidate):
            return support.is_in_list_of_country(position, candidate)
        return (
            (is_word and support.is_in_unit(candidate))
            or support.is_in_country(candidate)
            or support.contains_city(candidate)
            or support.is_in_list(position, candidate)
        )

    def _has_place_cue(self, candidate: Candidate) -> bool:
        context = self._context
        return context.has_settlement_noun(candidate) or context.has_preposition(candidate)

    def _best_referent(self, candidate: Candidate) -> Region:
        return self._table.region(candidate.referents[0])

    def _kind(self, candidate: Candidate) -> str:
        return self._best_referent(candidate).kind
