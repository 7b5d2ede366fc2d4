"""Bulletin reader: turns the title and text of a bulletin into a Reading to match."""

import functools
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from matching.index.index import Index, MatchMode
from matching.morphology.phrase_matcher import PhraseMatch
from matching.places.areas import AreaResolver
from matching.places.extents import extents_of
from matching.places.gazetteer import Gazetteer
from matching.places.nationwide import NationwideDetector
from matching.places.point_places import places_of_point
from matching.query.phase_views import AIR_ALERT, ALERT_TOPICS, ALL_CLEAR
from matching.query.properties import LEVEL, LEVELS, round_measures
from matching.steps import Steps, complete
from matching.text.reading import Mention, Point, Reading
from matching.text.sentences import split_sentences
from matching.text.tokenizer import TokenSequence, tokenize_bulletin
from matching.topics.declared_hazards import open_topics
from matching.topics.hazards import hazard_tree
from matching.topics.sentence_topics import (
    NO_TOPICS,
    SentenceTopics,
    classify_sentences,
    split_clauses,
)
from matching.topics.topics import Topics

__all__ = ["Mention", "Reader", "Reading"]

_RED: dict[str, float] = {LEVEL: LEVELS.index("red")}
_NO_MEASURES: Mapping[str, float] = MappingProxyType({})
_VERSIONED_SUFFIXES = frozenset((".py", ".toml", ".gz"))


class Reader:
    """Reader of bulletins, with one gazetteer and one set of topics."""

    def __init__(self, gazetteer: Gazetteer, topics: Topics) -> None:
        self._gazetteer = gazetteer
        self._areas = AreaResolver(gazetteer)
        self._extents = extents_of(gazetteer)
        self._topics = topics
        self._hazards = hazard_tree()
        self._nationwide = NationwideDetector.load()
        self._alert_triggers = topics.find_trigger_cues(ALERT_TOPICS)
        # The topics of operators are matched like subscriptions: number n has the query of topic n.
        self._operator_topics = tuple(topics.bulletin_queries)
        self._operator_index = Index()
        for number, query in enumerate(topics.bulletin_queries.values()):
            self._operator_index.add(number, number, query, MatchMode.AUDIBLE)

    @property
    def gazetteer(self) -> Gazetteer:
        """Return the gazetteer."""
        return self._gazetteer

    @functools.cached_property
    def version(self) -> str:
        """Version of the readings: a digest of the code, its data and the operator's topics."""
        digest = hashlib.blake2b(digest_size=8)
        package = Path(__file__).parent
        for path in sorted(package.rglob("*")):
            if path.suffix in _VERSIONED_SUFFIXES:
                digest.update(path.read_bytes())
        for name in self._topics.names:
            digest.update(repr(self._topics.get(name)).encode())
        return digest.hexdigest()

    def read(  # noqa: PLR0913 - the facts that a source can declare
        self,
        title: str,
        text: str,
        *,
        source: str = "",
        regions: Sequence[str] = (),
        topics: Sequence[str] = (),
        hazards: Sequence[str] = (),
        is_alert: bool | None = None,
        is_active: bool | None = None,
        measures: Mapping[str, float] = _NO_MEASURES,
        point: tuple[float, float] | None = None,
    ) -> Reading:
        """Read a bulletin. Never raises for any text.

        Spans are code points in title + newline + text. `regions` and `topics` come from the
        source, as names or codes, see `matching.places.areas`; unknown topics are ignored.
        `hazards` are names of the tree that the source declares: the text only makes them more
        specific. A reading has the ancestors of its topics, too.

        An alert affects the known regions its source gives, else the regions in the sentences
        that raise or clear it, else every region it names. A text that warns of a threat without
        an alert affects those its source gives, else those that it threatens. A country that the
        source gives is affected as a whole; a country that the text names, only if the text says
        so. A bulletin that is unplaced affects no region: it belongs to the region that its source
        says it lies in. With `is_alert` None the text decides: it is an alert if it has the topic
        air_alert or all_clear.

        `measures` has the values of properties in `matching.query.properties`, the level as its
        rank. An alert without a level counts as red if it `is_active`, neither announced nor ended;
        with None the text decides. Distances are measured from `point`, degrees, if there is one,
        else, and always for air alerts, from the places: see `matching.places.extents`. A
        bulletin that has a point and no place at all belongs to the nearest one.
        """
        steps = self.read_in_steps(
            title,
            text,
            source=source,
            regions=regions,
            topics=topics,
            hazards=hazards,
            is_alert=is_alert,
            is_active=is_active,
            measures=measures,
            point=point,
        )
        return complete(steps)

    def read_in_steps(  # noqa: PLR0913 - as above
        self,
        title: str,
        text: str,
        *,
        source: str,
        regions: Sequence[str],
        topics: Sequence[str],
        hazards: Sequence[str] = (),
        is_alert: bool | None,
        is_active: bool | None = None,
        measures: Mapping[str, float] = _NO_MEASURES,
        point: tuple[float, float] | None = None,
    ) -> Steps[Reading]:
        """Do what `read` does, in steps."""
        tokens = tokenize_bulletin(title, text)
        yield
        mentions, country_mentions = yield from self._find_mentions(tokens, f"{title}\n{text}")
        placement = self._areas.resolve(regions)
        source_regions = placement.codes
        is_unplaced = bool(placement.containers) and not source_regions
        is_unplaced = is_unplaced and bool(placement.unknown or not mentions)
        base = _base_reading(
            tokens,
            mentions,
            source.casefold(),
            placement.unknown,
            round_measures(measures) if measures else {},
            (Point(*point),) if point else (),
        )

        @functools.cache
        def whole_countries() -> list[tuple[int, str]]:
            return self._nationwide.find_countries(tokens, country_mentions)

        cues = self._topics.cues.find(tokens.pieces)
        sentence_topics = yield from self._classify(
            title, text, tokens, mentions, cues, whole_countries
        )
        found_topics = self._find_topics(topics) | open_topics(sentence_topics.topics, hazards)
        found_topics |= self._match_operator_topics(base)
        found_topics = self._hazards.close(found_topics | frozenset(hazards))
        if is_alert is None:
            is_alert = not ALERT_TOPICS.isdisjoint(found_topics)
        countries: frozenset[str] = frozenset()  # affected as a whole
        if is_unplaced:
            subjects = {mention.code for mention in mentions}.union(placement.containers)
        elif is_alert and source_regions:
            countries = frozenset(code for code in source_regions if self._is_country(code))
            subjects = set(source_regions)
        else:
            if is_alert or sentence_topics.has_threat:
                countries = frozenset(code for _, code in whole_countries())
            subjects = {mention.code for mention in mentions}.union(source_regions, countries)
        if point and not subjects:
            subjects = set(places_of_point(*point, self._gazetteer))
        affected: Set[str] = frozenset()
        if not is_unplaced:
            affected = self._affected_regions(
                sentence_topics, subjects, source_regions, countries, is_alert=is_alert
            )
        if is_active is None:
            is_active = AIR_ALERT in found_topics or ALL_CLEAR not in found_topics
        ancestors = {code: frozenset((code, *self._gazetteer.ancestors(code))) for code in subjects}
        from_source = frozenset(source_regions)
        # A clause decides for a country that it names as a whole; else every statement is about it.
        alert_regions, all_clear_regions = (
            from_source or self._without_named_countries(codes, countries)
            for codes in (sentence_topics.alert_regions, sentence_topics.all_clear_regions)
        )
        in_no_clause = countries - alert_regions - all_clear_regions
        points = base.points
        if not points or not ALERT_TOPICS.isdisjoint(found_topics):
            # An air alert is on in its whole area, wherever the threat was seen.
            points += yield from self._extents.points_in_steps(subjects, affected)
        return replace(
            base,
            ancestors=ancestors,
            regions=frozenset().union(*ancestors.values()),
            affected_subtrees={code: self._gazetteer.subtree(code) for code in affected},
            nationwide_countries=countries,
            alert_regions=(
                alert_regions | in_no_clause
                if AIR_ALERT in found_topics and not is_unplaced
                else frozenset()
            ),
            all_clear_regions=(
                all_clear_regions | in_no_clause
                if ALL_CLEAR in found_topics and not is_unplaced
                else frozenset()
            ),
            topics=found_topics,
            is_alert=is_alert,
            is_unplaced=is_unplaced,
            measures={**_RED, **base.measures} if is_alert and is_active else base.measures,
            points=points,
        )

    def is_alert(
        self,
        title: str,
        text: str,
        *,
        source: str = "",
        topics: Sequence[str] = (),
        hazards: Sequence[str] = (),
    ) -> bool:
        """Return whether read() with is_alert None finds an alert.

        Much faster than read() for a text without trigger cues.
        """
        steps = self.is_alert_in_steps(title, text, source=source, topics=topics, hazards=hazards)
        return complete(steps)

    def is_alert_in_steps(
        self, title: str, text: str, *, source: str, topics: Sequence[str], hazards: Sequence[str]
    ) -> Steps[bool]:
        """Do what `is_alert` does, in steps."""
        tokens = tokenize_bulletin(title, text)
        base = _base_reading(tokens, (), source.casefold(), ())
        found_topics = self._find_topics(topics) | self._match_operator_topics(base)
        if not ALERT_TOPICS.isdisjoint(found_topics):
            return True
        yield
        cues = self._topics.cues.find(tokens.pieces)
        if self._alert_triggers.isdisjoint([cue.name for cue in cues]):
            return False
        mentions, countries = yield from self._find_mentions(tokens, f"{title}\n{text}")
        whole_countries = functools.partial(self._nationwide.find_countries, tokens, countries)
        sentence_topics = yield from self._classify(
            title, text, tokens, mentions, cues, whole_countries
        )
        return not ALERT_TOPICS.isdisjoint(open_topics(sentence_topics.topics, hazards))

    def is_drill(self, headline: str) -> bool:
        """Return whether a headline announces a test or an exercise."""
        cues = self._topics.cues.find(tokenize_bulletin(headline, "").pieces)
        names = {cue.name for cue in cues}
        return "drill" in names and "no" not in names

    def _find_topics(self, topics: Iterable[str]) -> frozenset[str]:
        """Return the names of the topics a source gives, without the unknown ones."""
        return frozenset(filter(None, map(self._topics.find_name, topics)))

    def _find_mentions(
        self, tokens: TokenSequence, text: str
    ) -> Steps[tuple[tuple[Mention, ...], list[tuple[int, str]]]]:
        """Return the mentioned places, and the position of the first word of each country."""
        toponyms = yield from self._gazetteer.recognizer.recognize_in_steps(tokens, text)
        mentions = tuple(Mention(name.codes[0], name.start, name.end) for name in toponyms)
        countries = [
            (name.first, name.codes[0]) for name in toponyms if self._is_country(name.codes[0])
        ]
        return mentions, countries

    def _classify(
        self,
        title: str,
        text: str,
        tokens: TokenSequence,
        mentions: Sequence[Mention],
        cues: Sequence[PhraseMatch],
        whole_countries: Callable[[], Sequence[tuple[int, str]]],
    ) -> Steps[SentenceTopics]:
        """Classify each sentence. The text is split into sentences only if it has a trigger cue."""
        names = [cue.name for cue in cues]
        if self._topics.trigger_cues.isdisjoint(names):
            return NO_TOPICS
        if not self._alert_triggers.isdisjoint(names):
            mentions = (
                *mentions,
                *(Mention(code, tokens.starts[i], tokens.end(i)) for i, code in whole_countries()),
            )
        sentences = split_clauses(
            tokens, mentions, cues, split_sentences(title, text), self._topics
        )
        yield
        return classify_sentences(tokens, mentions, cues, sentences, self._topics)

    def _affected_regions(
        self,
        sentence_topics: SentenceTopics,
        subjects: Set[str],
        source_regions: Sequence[str],
        countries: frozenset[str],
        *,
        is_alert: bool,
    ) -> frozenset[str]:
        """Return the regions that an alert, all-clear or warning applies to, with all inside.

        `countries` are affected as a whole.
        """
        if not (is_alert or sentence_topics.has_threat):
            return frozenset()
        if source_regions:
            candidates = subjects
        elif is_alert:
            in_clauses = sentence_topics.alert_regions | sentence_topics.all_clear_regions
            candidates = in_clauses or subjects
        else:
            candidates = sentence_topics.threatened_regions
        return countries.union(code for code in candidates if not self._is_country(code))

    def _without_named_countries(
        self, codes: frozenset[str], countries: frozenset[str]
    ) -> frozenset[str]:
        """Return the regions without the countries that a text does not name as a whole."""
        return frozenset(c for c in codes if c in countries or not self._is_country(c))

    def _match_operator_topics(self, base: Reading) -> set[str]:
        if not self._operator_topics:
            return set()
        numbers = self._operator_index.match(base).audible
        return {self._operator_topics[number] for number in numbers}

    def _is_country(self, code: str) -> bool:
        region = self._gazetteer.get(code)
        return region is not None and region.kind == "country"


def _base_reading(
    tokens: TokenSequence,
    mentions: tuple[Mention, ...],
    source: str,
    unknown: tuple[str, ...],
    measures: Mapping[str, float] = _NO_MEASURES,
    points: tuple[Point, ...] = (),
) -> Reading:
    """Return a reading without regions and topics."""
    return Reading(
        tokens=tokens,
        mentions=mentions,
        ancestors={},
        regions=frozenset(),
        affected_subtrees={},
        nationwide_countries=frozenset(),
        alert_regions=frozenset(),
        all_clear_regions=frozenset(),
        topics=frozenset(),
        is_alert=False,
        source=source,
        unknown_regions=unknown,
        measures=measures,
        points=points,
    )
