"""Lead-ins: drops the words of a query that stand for nothing, and reads `alerts in` as a topic.

"news about Kyiv" is everything about Kyiv, "alerts in Kyiv" is the topic and the place. A word is
dropped only beside something else to subscribe to; quoted words and word:… always stay.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from matching.places.gazetteer import Gazetteer
from matching.query.ast import ALERT_TOPIC
from matching.query.lexer import QueryToken, TokenKind
from matching.query.personal_places import PersonalPlaces
from matching.query.question_words import load_question_words
from matching.text.tokenizer import split_words, tokenize

_MAX_NAME_TOKENS = 5
_MAX_ABBREVIATION = 3
_AIR_ALERT, _WEATHER = "air_alert", "weather"
_SUBJECT_KINDS = frozenset(
    (
        *(TokenKind.TOPIC, TokenKind.QUOTED, TokenKind.PLACE, TokenKind.WORD, TokenKind.SOURCE),
        *(TokenKind.CIRCLE, TokenKind.COMPARISON, TokenKind.WITHIN, TokenKind.OPEN),
    )
)
_PLACE_KINDS = frozenset(
    (TokenKind.PLACE, TokenKind.CIRCLE, TokenKind.WITHIN, TokenKind.QUOTED, TokenKind.OPEN)
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """A word, or the words of one name."""

    tokens: tuple[QueryToken, ...]
    word: str  # normalised; empty: a name of several words, or no single word
    is_place: bool
    is_home: bool

    @property
    def is_lower(self) -> bool:
        return self.tokens[0].value[:1].islower()


def drop_lead_ins(
    tokens: Sequence[QueryToken], gazetteer: Gazetteer, personal: PersonalPlaces
) -> Iterator[QueryToken]:
    """Yield the tokens of a query without words that stand for nothing."""
    tokens = _join_requests(tokens)
    position = 0
    before: QueryToken | None = None
    while position < len(tokens):
        end = position
        while end < len(tokens) and tokens[end].kind is TokenKind.BARE:
            end += 1
        if end == position:
            before = tokens[position]
            yield before
            position += 1
            continue
        following = tokens[end] if end < len(tokens) else None
        units = _split_units(tokens[position:end], following, gazetteer, personal)
        yield from _Stretch(units, before, following).significant()
        position = end


def _join_requests(tokens: Sequence[QueryToken]) -> list[QueryToken]:
    """Return the tokens without an operator between words for news and for alerts."""
    words = load_question_words()

    def is_request(position: int) -> bool:
        near = tokens[position : position + 1]
        return any(token.value.casefold() in words.news | words.alert for token in near)

    return [
        token
        for position, token in enumerate(tokens)
        if token.kind not in (TokenKind.AND, TokenKind.OR)
        or not (position and is_request(position - 1) and is_request(position + 1))
        or not any(
            tokens[beside].value.casefold() in words.news for beside in (position - 1, position + 1)
        )
    ]


def _split_units(
    tokens: Sequence[QueryToken],
    following: QueryToken | None,
    gazetteer: Gazetteer,
    personal: PersonalPlaces,
) -> list[_Unit]:
    """Split adjacent bare tokens into words and names of places."""
    units = []
    position = 0
    while position < len(tokens):
        size = _name_size(tokens[position : position + _MAX_NAME_TOKENS], gazetteer, personal)
        name = tuple(tokens[position : position + size])
        position += size
        words = [word for token in name for word in split_words(token.value)]
        is_personal = personal.find_saved(words) is not None or (
            position == len(tokens)
            and following is not None
            and following.kind is TokenKind.DISTANCE
        )
        units.append(_unit(name, gazetteer, is_personal=is_personal))
    return units


def _name_size(tokens: Sequence[QueryToken], gazetteer: Gazetteer, personal: PersonalPlaces) -> int:
    """Return the number of tokens that are a place's name of several words, else 1."""
    words = load_question_words()
    first = split_words(tokens[0].value)
    fillers = words.fillers | words.alert
    if not first or (first[0] in fillers and first[0] not in _ARTICLES):
        return 1
    for size in range(len(tokens), 1, -1):
        name = [word for token in tokens[:size] for word in split_words(token.value)]
        if personal.find_saved(name) or gazetteer.find_words(tuple(name)):
            return size
    return 1


_ARTICLES = frozenset(("the", "la", "le", "il", "al"))
"""Words of several languages with which the name of a place may begin."""


def _unit(tokens: tuple[QueryToken, ...], gazetteer: Gazetteer, *, is_personal: bool) -> _Unit:
    text = " ".join(token.value for token in tokens)
    words = tokenize(text)
    regions = gazetteer.find_words(tuple(words.texts))
    recognizer = gazetteer.recognizer
    is_name = bool(regions) and (
        len(words) > 1
        or not recognizer.is_ordinary_word(words)
        or recognizer.has_name_capitals(words)
    )
    word = " ".join(words.texts) if len(tokens) == 1 else ""
    if text.isupper() and len(text) <= _MAX_ABBREVIATION:
        word = ""  # Kyiv ME, IT outage
    is_filler = word in load_question_words().fillers | load_question_words().alert
    return _Unit(
        tokens,
        word,
        is_place=is_personal or (is_name and not is_filler),
        is_home=bool(regions) and regions[0].is_home,
    )


class _Stretch:
    """Adjacent bare tokens of a query, with the tokens around them."""

    def __init__(
        self, units: Sequence[_Unit], before: QueryToken | None, following: QueryToken | None
    ) -> None:
        self._units = units
        self._before = before.kind if before else None
        self._following = following.kind if following else None
        self._words = load_question_words()

    def significant(self) -> Iterable[QueryToken]:
        """Return the tokens that stand for something."""
        if self._before is TokenKind.NOT:
            return _tokens(self._units)
        subject, alert = self._trim()
        topic = [self._alert_topic(alert, subject)] if alert else []
        return [*topic, *_tokens(self._without_prepositions(subject))]

    def _trim(self) -> tuple[list[_Unit], list[_Unit]]:
        """Return the units between a lead-in and a tail, and the words that ask for alerts."""
        units = list(self._units)
        lead = self._count_fillers(units)
        subject, lead_in = units[lead:], units[:lead]
        tail = self._count_fillers(subject[::-1])
        tail_words = subject[len(subject) - tail :]
        core = subject[: len(subject) - tail]
        if self._asks_for_alerts([*lead_in, *tail_words], core):
            words = [*lead_in, *tail_words]
            is_news = any(unit.word in self._words.news for unit in words)
            return core, [] if is_news else words
        lead = self._plain_length(units)
        tail = self._plain_length(units[lead:][::-1])
        subject = units[lead:]
        if lead and not self._is_lead_in(units[:lead], subject):
            subject = units
        is_tail = tail and self._is_tail(subject, tail)
        return (subject[:-tail] if is_tail else subject), []

    def _count_fillers(self, units: Sequence[_Unit]) -> int:
        words = self._words
        return _count_while(units, words.fillers | words.alert | words.air | words.weather)

    def _plain_length(self, units: Sequence[_Unit]) -> int:
        return _count_while(units, self._words.fillers)

    def _asks_for_alerts(self, words: Sequence[_Unit], core: Sequence[_Unit]) -> bool:
        """Return whether the words around places, and only these, ask for alerts."""
        is_alert = any(unit.word in self._words.alert for unit in words)
        has_place = bool(core) or self._following in _PLACE_KINDS or self._before in _PLACE_KINDS
        return is_alert and has_place and all(unit.is_place for unit in core)

    def _is_lead_in(self, lead: Sequence[_Unit], subject: Sequence[_Unit]) -> bool:
        """Return whether the words before a subject stand for nothing."""
        words = self._words
        if not subject and self._following not in _SUBJECT_KINDS:
            return False
        if not subject or subject[0].is_place:
            return True
        if len(lead) > 1:
            return any(unit.word in words.news | words.request for unit in lead)
        return lead[0].word in words.news and subject[0].is_lower

    def _is_tail(self, subject: Sequence[_Unit], tail: int) -> bool:
        """Return whether the words after a place or a topic stand for nothing."""
        words = self._words
        core = subject[: len(subject) - tail]
        is_request = any(unit.word in words.news | words.request for unit in subject[-tail:])
        if not is_request or self._following in _SUBJECT_KINDS:
            return False
        return core[-1].is_place if core else self._before in (TokenKind.TOPIC, TokenKind.PLACE)

    def _alert_topic(self, words: Sequence[_Unit], places: Sequence[_Unit]) -> QueryToken:
        """Return the topic that words for alerts mean at the places.

        At home an alert is one of the air; elsewhere it may warn of anything.
        """
        is_air = any(unit.word in self._words.air for unit in words)
        is_home = any(unit.is_home for unit in places)
        token = next(unit for unit in words if unit.word in self._words.alert).tokens[0]
        is_weather = any(unit.word in self._words.weather for unit in words)
        name = _AIR_ALERT if is_air or is_home else ALERT_TOPIC
        name = _WEATHER if is_weather else name
        return replace(token, kind=TokenKind.TOPIC, value=name)

    def _without_prepositions(self, units: Sequence[_Unit]) -> list[_Unit]:
        """Return the units without function words directly before a place or a topic."""
        kept: list[_Unit] = []
        is_before_place = self._following in _SUBJECT_KINDS - {TokenKind.OPEN}
        for index in range(len(units) - 1, -1, -1):
            unit = units[index]
            is_filler = unit.word in self._words.function and unit.is_lower
            # Between two places the rest would be a list: Lviv in Ukraine.
            is_first = not index and self._before not in _SUBJECT_KINDS
            is_between = index > 0 and (
                units[index - 1].is_place or (unit.word == "of" and not units[index - 1].is_lower)
            )
            if is_filler and is_before_place and not is_first and not is_between:
                continue
            kept.append(unit)
            is_before_place = unit.is_place
        return kept[::-1]


def _count_while(units: Sequence[_Unit], words: frozenset[str]) -> int:
    """Return the number of the first units that are one of the words."""
    return next(
        (
            index
            for index, unit in enumerate(units)
            if unit.is_place or not unit.word or unit.word not in words
        ),
        len(units),
    )


def _tokens(units: Iterable[_Unit]) -> list[QueryToken]:
    return [token for unit in units for token in unit.tokens]
