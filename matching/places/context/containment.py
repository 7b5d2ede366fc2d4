"""Containment cues: selects a referent by the state, province or oblast that the text names."""

from matching.places.candidate import Candidate
from matching.places.context.mention_context import MentionContext
from matching.places.lexicon import Lexicon
from matching.places.referents import MAX_REFERENTS
from matching.places.region import Region
from matching.places.region_table import RegionTable

_MAX_STATE_DISTANCE = 4  # words from a name to the name of its state


class ContainmentResolver:
    """Resolves candidates by an explicit container: Odessa, Texas; London, Ontario."""

    def __init__(self, context: MentionContext, table: RegionTable, lexicon: Lexicon) -> None:
        """Resolve with the context of one text."""
        self._context = context
        self._table = table
        self._lexicon = lexicon

    def resolve_to_oblast(self, candidate: Candidate) -> bool:
        """Resolve a city's name to its oblast if the article shows it: nel Donetsk."""
        if not self._context.has_oblast_article(candidate):
            return False
        oblast_name = f"{self._best_referent(candidate).names['en']} Oblast"
        parent = self._best_referent(candidate).parent
        while parent and (number := self._table.number(parent)) is not None:
            region = self._table.region(number)
            if region.names["en"] == oblast_name:
                candidate.referents = (number,)
                candidate.is_certain = True
                return True
            parent = region.parent
        return False

    def is_unlisted(self, candidate: Candidate, following: list[Candidate]) -> bool:
        """Return whether the text places it in a state that contains none of its referents.

        Referents in that state move to the front instead, and the candidate becomes certain.
        following: the next candidate, if there is one.
        """
        province = self._context.province_country(candidate)
        number = self._table.number(province) if province else None
        if number is None:
            number = next((self._containing_state(candidate, other) for other in following), None)
        if number is None:
            return False
        subtree = self._table.subtree(number)
        referents = [n for n in candidate.referents if n in subtree]
        candidate.prefer(*referents)
        candidate.is_certain = bool(referents)
        return not referents

    def _containing_state(self, candidate: Candidate, following: Candidate) -> int | None:
        """Return the number of the state or country that the text gives for the candidate."""
        gap = self._context.gap_after(candidate).lstrip()
        if not gap.startswith(",") or following.first - candidate.last > _MAX_STATE_DISTANCE:
            return None
        words_between = set(self._words_between(candidate, following))
        is_in_us = self._best_referent(candidate).parent == "US"
        if words_between <= self._lexicon.state_nouns and not is_in_us:
            return self._us_state(candidate, following)
        noun = self._context.word_after(following)
        is_country = self._best_referent(following).kind == "country"
        if is_country and noun and noun.text in self._lexicon.location_nouns:
            return following.referents[0]
        return None

    def _us_state(self, candidate: Candidate, following: Candidate) -> int | None:
        """Return the US state that follows; Georgia the state only if it contains a referent."""
        for number in following.referents[:MAX_REFERENTS]:
            if self._table.region(number).parent != "US":
                continue
            subtree = self._table.subtree(number)
            if number == following.referents[0] or any(n in subtree for n in candidate.referents):
                following.prefer(number)
                following.is_certain = True
                return number
        return None

    def _words_between(self, candidate: Candidate, following: Candidate) -> list[str]:
        distances = range(1, following.first - candidate.last)
        words = (self._context.word_after(candidate, distance) for distance in distances)
        return [word.text for word in words if word]

    def _best_referent(self, candidate: Candidate) -> Region:
        return self._table.region(candidate.referents[0])
