"""From the text of a bulletin to what the matcher knows of it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from matching.index.index import Index, Mode
from matching.places.gazetteer import Gazetteer
from matching.places.nationwide import Nationwide
from matching.text.reading import Mention, Reading
from matching.text.sentences import sentences
from matching.text.tokenizer import Line, titled
from matching.topics.sentence_topics import CLEARS, RAISES, Spoken, spoken
from matching.topics.topics import Topics

__all__ = ["Mention", "Reader", "Reading"]

# The topics that make a text an alert when its source does not say what it is.
ALERTS = frozenset((RAISES, CLEARS))


class Reader:
    """Reads bulletins."""

    def __init__(self, gazetteer: Gazetteer, topics: Topics) -> None:
        self._gazetteer = gazetteer
        self._topics = topics
        self._nationwide = Nationwide.load()
        self._alerting = topics.leading_to(ALERTS)
        # Topics of operators are found as subscriptions are: topic n subscribes to its own query.
        self._names = tuple(topics.queries)
        self._finder = Index()
        for number, query in enumerate(topics.queries.values()):
            self._finder.add(number, number, query, Mode.RING)

    def read(
        self,
        title: str,
        text: str,
        *,
        source: str = "",
        regions: Sequence[str] = (),
        topics: Sequence[str] = (),
        alert: bool | None = None,
    ) -> Reading:
        """Read a bulletin; never raises, whatever the text.

        Spans are code points into title + newline + text. regions and topics are what the source
        said (names or codes; of topics the unknown are passed over). An alert for which a source
        gives regions we know rings there alone, and in the whole of a country given so; any other
        where the sentences that raise or clear it say, or wherever it names when none does. With
        alert None the text decides: it is one when it falls under air_alert or all_clear.
        """
        line = titled(title, text)
        mentions, countries = self._mentions(line, f"{title}\n{text}")
        given, unknown = self._resolved(regions)
        words = _words(line, mentions, source.casefold(), unknown)
        known = self._given(topics)
        said = self._said(title, text, line, mentions)
        found = known | said.topics | self._operators(words)
        rung = alert if alert is not None else not ALERTS.isdisjoint(found)
        whole: frozenset[str] = frozenset()
        if rung and given:
            whole = frozenset(code for code in given if self._is_country(code))
        elif rung:
            whole = self._nationwide.countries(line, countries)
        named = {mention.code for mention in mentions}
        about = set(given) if rung and given else named.union(given, whole)
        stated = about if given else (said.raised | said.cleared) or about
        rings = {code for code in stated if rung and not self._is_country(code)} | whole
        above = {code: frozenset((code, *self._gazetteer.ancestors(code))) for code in about}
        return replace(
            words,
            above=above,
            within=frozenset().union(*above.values()),
            below={code: self._gazetteer.inside(code) for code in rings},
            nationwide=whole,
            raised=self._on(RAISES, found, said.raised, given, whole),
            cleared=self._on(CLEARS, found, said.cleared, given, whole),
            topics=found,
            alert=rung,
        )

    def is_alert(
        self, title: str, text: str, *, source: str = "", topics: Sequence[str] = ()
    ) -> bool:
        """Whether read() with alert None finds an alert; soon known where no sign of one stands."""
        line = titled(title, text)
        found = self._given(topics) | self._operators(_words(line, (), source.casefold(), ()))
        if not ALERTS.isdisjoint(found):
            return True
        if self._alerting.isdisjoint([sign.name for sign in self._topics.signs.find(line.texts)]):
            return False
        mentions, _ = self._mentions(line, f"{title}\n{text}")
        return not ALERTS.isdisjoint(self._said(title, text, line, mentions).topics)

    def is_drill(self, headline: str) -> bool:
        """Whether a headline speaks of a test or an exercise."""
        signs = {sign.name for sign in self._topics.signs.find(titled(headline, "").texts)}
        return "drill" in signs and "no" not in signs

    def _given(self, topics: Iterable[str]) -> frozenset[str]:
        """The names of the topics a source gave, the unknown passed over."""
        return frozenset(filter(None, map(self._topics.find, topics)))

    def _mentions(self, line: Line, text: str) -> tuple[tuple[Mention, ...], list[tuple[int, str]]]:
        """The places named, and of the countries among them the position of the first word."""
        hits = list(self._gazetteer.names.find(line, text))
        mentions = tuple(Mention(hit.codes[0], hit.start, hit.end) for hit in hits)
        countries = [(hit.first, hit.codes[0]) for hit in hits if self._is_country(hit.codes[0])]
        return mentions, countries

    def _said(self, title: str, text: str, line: Line, mentions: Sequence[Mention]) -> Spoken:
        """What the text says sentence by sentence; it is cut only when a sign stands in it."""
        found = self._topics.signs.find(line.texts)
        if self._topics.leading.isdisjoint([sign.name for sign in found]):
            return Spoken(frozenset(), frozenset(), frozenset())
        return spoken(line, mentions, found, sentences(title, text), self._topics)

    def _operators(self, words: Reading) -> set[str]:
        """The topics of operators."""
        if not self._names:
            return set()
        return {self._names[number] for number in self._finder.match(words).ring}

    @staticmethod
    def _on(
        topic: str,
        found: frozenset[str],
        said: frozenset[str],
        given: Sequence[str],
        whole: frozenset[str],
    ) -> frozenset[str]:
        """The regions an alert with this topic is for: those the source gave, else those named."""
        if topic not in found:
            return frozenset()
        return frozenset(given) or said | whole

    def _resolved(self, regions: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The codes of the regions a source gave, and what is not known of them."""
        codes: dict[str, None] = {}
        unknown = []
        for written in regions:
            if region := self._gazetteer.resolve(written):
                codes[region.code] = None
            else:
                unknown.append(written)
        return tuple(codes), tuple(unknown)

    def _is_country(self, code: str) -> bool:
        region = self._gazetteer.get(code)
        return region is not None and region.kind == "country"


def _words(
    line: Line, mentions: tuple[Mention, ...], source: str, unknown: tuple[str, ...]
) -> Reading:
    """A reading of the words alone."""
    return Reading(
        tokens=line,
        mentions=mentions,
        above={},
        within=frozenset(),
        below={},
        nationwide=frozenset(),
        raised=frozenset(),
        cleared=frozenset(),
        topics=frozenset(),
        alert=False,
        source=source,
        unknown_regions=unknown,
    )
