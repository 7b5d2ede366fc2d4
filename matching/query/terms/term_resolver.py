"""Term resolver: query tokens to terms, with the disambiguation of place names.

Decides which words are a place, and records the other meanings they could have had.
"""

import difflib
import re
from collections.abc import Collection, Iterable, Sequence

from matching.places.gazetteer import Gazetteer
from matching.places.lookup import suggest
from matching.places.region import Region
from matching.query.ast import (
    NearTerm,
    Phrase,
    PlaceTerm,
    Query,
    Word,
)
from matching.query.errors import ErrorKind, QueryError
from matching.query.lexer import QUOTES, QueryToken, TokenKind
from matching.query.personal_places import PersonalPlaces
from matching.query.terms.ambiguities import MAX_ALTERNATIVES, Ambiguities, Meaning
from matching.query.terms.circle_resolver import CircleResolver, here_length
from matching.query.terms.guesses import (
    MAX_SIMILAR_PLACES,
    MIN_NAME_SIMILARITY,
    MIN_WORD_SIMILARITY,
    PROMINENT_KINDS,
    select_places,
)
from matching.query.terms.source_terms import refuse_link, resolve_source
from matching.query.terms.topic_terms import TopicNames, resolve_hazard, resolve_topic
from matching.spelling.common_words import is_common_word
from matching.spelling.neighbourhoods import find_city_of
from matching.text.tokenizer import Token, split_words, tokenize

_MAX_SHORT_QUERY = 2  # bare words of a query in which a lower-case word can be a misspelt name
_JOINED_NUMBER = re.compile(r"(?P<name>[^\W\d_][^+]*)(?P<number>\+\d+(?:[.,]\d+)?)[^\W\d_]*")
_MAX_QUALIFIER_WORDS = 3  # words of the containing region after a name: Mykolaiv Lviv Oblast
_ADJECTIVE = re.compile("[\u0400-\u052f']+[сц]ь?к(?:ий|а|е|і|ая|ое|ие)")
_NAME_KINDS = frozenset((TokenKind.BARE, TokenKind.QUOTED, TokenKind.PLACE))
_EXPLICIT_ONLY_KINDS = frozenset(("village", "hromada"))  # a bare name means them only in in:"…"


class TermResolver:
    """Resolver for the terms of one query; collects the ambiguities."""

    def __init__(
        self,
        text: str,
        tokens: Sequence[QueryToken],
        gazetteer: Gazetteer,
        topics: TopicNames,
        *,
        max_guesses: int,
        personal: PersonalPlaces,
        sources: Collection[str] | None = None,
    ) -> None:
        self._text = text
        self._tokens = tokens
        self._gazetteer = gazetteer
        self._topics = topics
        self._personal = personal
        self._sources = sources
        self._circles = CircleResolver(gazetteer, personal)
        self.ambiguities = Ambiguities(text)
        self._guesses_left = max_guesses
        bare_words = sum(token.kind is TokenKind.BARE for token in tokens)
        self._is_short = bare_words <= _MAX_SHORT_QUERY

    def resolve(self, position: int) -> tuple[Query, int]:
        """Return the term that begins with a token, and the position of the token after it.

        Raises QueryError for an unknown topic or place, for a value without words, and for a
        distance that is wrong or has no place.
        """
        token = self._tokens[position]
        distance = token.distance
        if token.kind is TokenKind.WITHIN and distance:
            return self._resolve_distance(position + 1, distance.radius_km(), token)
        if length := here_length(self._tokens, position):
            following = self._token(position + length)
            if following and following.kind is TokenKind.DISTANCE and following.distance:
                radius = following.distance.radius_km()
                end = position + length + 1
                return self._circles.around_here(token.start, following.start, radius), end
        query, end = self._resolve_term(position)
        following = self._token(end)
        if following is None or following.kind is not TokenKind.DISTANCE:
            return query, end
        is_place = isinstance(query, PlaceTerm | NearTerm)
        if following.distance is None or not (is_place or following.distance.has_plus):
            return query, end
        radius = following.distance.radius_km()
        return self._measure(query, position, end, radius, following), end + 1

    def measure_group(self, group: Query, start: int, distance: QueryToken) -> Query:
        """Return circles around the places of a group that begins at `start`."""
        self.ambiguities.remove_from(start)
        return self._circles.around_group(group, distance)

    def _token(self, position: int) -> QueryToken | None:
        return self._tokens[position] if position < len(self._tokens) else None

    def _resolve_distance(
        self, position: int, radius_km: int, token: QueryToken
    ) -> tuple[Query, int]:
        """Resolve the place after a distance: within 20 km of Kyiv."""
        following = self._token(position)
        if following is None or following.kind not in _NAME_KINDS:
            raise QueryError(ErrorKind.DISTANCE_WITHOUT_PLACE, token.start, token.end)
        if length := here_length(self._tokens, position):
            end = self._tokens[position + length - 1].end
            circle = self._circles.around_here(following.start, end, radius_km)
            return circle, position + length
        query, next_position = self._resolve_term(position)
        return self._measure(query, position, next_position, radius_km, token), next_position

    def _measure(
        self, query: Query, first: int, end: int, radius_km: int, distance: QueryToken
    ) -> NearTerm:
        """Return the circle around the place that the tokens name. Raises QueryError."""
        start, name_end = self._tokens[first].start, self._tokens[end - 1].end
        if not isinstance(query, Word | Phrase | PlaceTerm | NearTerm):
            raise QueryError(ErrorKind.DISTANCE_WITHOUT_PLACE, distance.start, distance.end)
        ambiguity = self.ambiguities.pop(start, query)
        alternatives = ambiguity.alternatives if ambiguity and not ambiguity.is_guess else ()
        places = [term for term in (query, *alternatives) if isinstance(term, PlaceTerm | NearTerm)]
        if not places:
            suggestion = self._suggest_place(self._text[start:name_end])
            raise QueryError(ErrorKind.UNKNOWN_PLACE, start, name_end, suggestion)
        circles = self._circles.circles(places, radius_km)
        if not circles:
            raise QueryError(ErrorKind.PLACE_WITHOUT_POINT, start, name_end)
        self.ambiguities.record(start, name_end, circles[0], circles[1:])
        return circles[0]

    def _resolve_term(self, position: int) -> tuple[Query, int]:  # noqa: PLR0911 - one for each kind
        token = self._tokens[position]
        match token.kind:
            case TokenKind.TOPIC:
                return resolve_topic(token, self._topics), position + 1
            case TokenKind.SOURCE:
                return resolve_source(token, self._sources), position + 1
            case TokenKind.WORD:
                return _literal(token), position + 1
            case TokenKind.COMPARISON if token.query:
                return token.query, position + 1
            case TokenKind.CIRCLE:
                return self._circles.parse_circle(token), position + 1
            case TokenKind.DISTANCE:
                return self._resolve_stray_distance(token), position + 1
            case TokenKind.QUOTED | TokenKind.PLACE | TokenKind.BARE if saved := self._find_saved(
                position
            ):
                return saved
            case TokenKind.QUOTED:
                words = tokenize(token.value)
                return self._resolve_name(token.start, token.end, words), position + 1
            case TokenKind.PLACE:
                return self._resolve_place(position)
            case _:
                return self._resolve_bare(position)

    def _resolve_stray_distance(self, token: QueryToken) -> Query:
        """Return the words of a number that follows no place: 20 km."""
        distance = token.distance
        if distance and distance.has_plus and distance.is_known_unit:
            raise QueryError(ErrorKind.DISTANCE_WITHOUT_PLACE, token.start, token.end)
        return _literal(token)

    def _find_saved(self, position: int) -> tuple[NearTerm, int] | None:
        """Return the saved place with the longest name from here, and the position after it."""
        for length in range(self._personal.max_name_length(), 0, -1):
            tokens = self._tokens[position : position + length]
            words = [word for token in tokens for word in split_words(self._as_typed(token))]
            is_name = len(tokens) == 1 or all(token.can_join_name for token in tokens)
            saved = self._personal.find_saved(words) if is_name else None
            if saved:
                places = [
                    PlaceTerm(region.code) for region in self._gazetteer.find_words(tuple(words))
                ]
                self.ambiguities.record(tokens[0].start, tokens[-1].end, saved, places)
                return saved, position + len(tokens)
        return None

    def _as_typed(self, token: QueryToken) -> str:
        """Return the value of a token; of a model in two words (Mum 2) the two words."""
        return self._text[token.start : token.end] if token.kind is TokenKind.BARE else token.value

    def read_as_place(self, query: Query) -> Query | None:
        """Return the place that the last word resolved can be in a list of places, else None.

        In such a list суми is the city. A misspelt name stays a word, which can be corrected.
        """
        last = self.ambiguities.last
        if last is None or last.meaning != query or isinstance(query, PlaceTerm):
            return None
        if last.is_guess:
            return query if last.start and last.text[0].isupper() else None
        place = last.alternatives[0]
        is_place = isinstance(place, PlaceTerm) and self._is_prominent_code(place.code)
        return place if is_place else None

    def _is_prominent_code(self, code: str) -> bool:
        region = self._gazetteer.get(code)
        return region is not None and region.kind in PROMINENT_KINDS

    def _resolve_place(self, position: int) -> tuple[PlaceTerm, int]:
        """Resolve in:"Kryvyi Rih", in:Kryvyi Rih or in:CODE."""
        token = self._tokens[position]
        if self._gazetteer.get(token.value):
            return PlaceTerm(token.value), position + 1
        words: Sequence[Token]
        if token.is_quoted:
            words, end = tokenize(token.value), position + 1
        else:
            words, end = self._longest_name(position)
        codes = [region.code for region in self._find_regions(words)]
        if not codes:
            suggestion = self._suggest_place(token.value)
            raise QueryError(ErrorKind.UNKNOWN_PLACE, token.start, token.end, suggestion)
        meaning, *alternatives = map(PlaceTerm, codes)
        self.ambiguities.record(token.start, self._tokens[end - 1].end, meaning, alternatives)
        return meaning, end

    def _resolve_bare(self, position: int) -> tuple[Query, int]:
        refuse_link(self._tokens[position], self._sources)
        self._refuse_joined_number(self._tokens[position])
        if hazard := resolve_hazard(self._tokens, position, self._topics):
            return hazard
        words, end = self._longest_name(position)
        start, text_end = self._tokens[position].start, self._tokens[end - 1].end
        guess = None
        if end == position + 1 and not self._is_prominent(words):
            guess = self._guess_two_words(position)
        return guess or (self._resolve_name(start, text_end, words), end)

    def _refuse_joined_number(self, token: QueryToken) -> None:
        """Raise QueryError for a place with a number that is no distance: Kyiv+20."""
        joined = _JOINED_NUMBER.fullmatch(token.value)
        if joined and self._gazetteer.find_words(split_words(joined["name"])):
            start = token.start + joined.start("number")
            suggestion = f"{joined['number']}km"
            raise QueryError(ErrorKind.WRONG_UNIT, start, token.end, suggestion)

    def _is_prominent(self, words: Sequence[Token]) -> bool:
        return any(region.kind in PROMINENT_KINDS for region in self._find_regions(words))

    def _guess_two_words(self, position: int) -> tuple[Query, int] | None:
        """Resolve two words that resemble a place's name (Bila Tserkwa) to a phrase, else None."""
        pair = self._tokens[position : position + 2]
        if len(pair) < 2 or pair[1].kind is not TokenKind.BARE or not pair[1].can_join_name:
            return None
        first, second = (tokenize(token.value) for token in pair)
        if not first or not second or self._is_prominent(second):
            return None
        literal = _words_term(token.text for token in (*first, *second))
        is_guess = self._guess(pair[0].start, pair[1].end, literal, is_name=False)
        return (literal, position + 2) if is_guess else None

    def _guess(self, start: int, end: int, literal: Word | Phrase, *, is_name: bool) -> bool:
        """Record the places with similar names as alternatives; return whether there are any."""
        # The last guess is left for a word with a capital letter.
        is_name |= find_city_of(self._text[start:end]) is not None
        can_guess = self._guesses_left > (0 if is_name else 1)
        if isinstance(literal, Word) and is_common_word(literal.text):
            return False
        if not can_guess or not (is_name or self._is_short):
            return False
        self._guesses_left -= 1
        text = self._text[start:end]
        least = MIN_NAME_SIMILARITY if is_name else MIN_WORD_SIMILARITY
        regions = suggest(text, self._gazetteer, MAX_SIMILAR_PLACES, least)
        places = select_places(text, regions, is_name=is_name)
        if places:
            self.ambiguities.record_guess(start, end, literal, places)
        return bool(places)

    def _guess_neighbourhood(
        self, start: int, end: int, literal: Word | Phrase, places: Sequence[PlaceTerm]
    ) -> bool:
        """Record the city of a neighbourhood, before villages of its name, if it has one."""
        city = find_city_of(self._text[start:end])
        if city is None:
            return False
        alternatives = (PlaceTerm(city), *places[: MAX_ALTERNATIVES - 1])
        self.ambiguities.record_guess(start, end, literal, alternatives)
        return True

    def _longest_name(self, position: int) -> tuple[Sequence[Token], int]:
        """Return the words of the longest place name from here, else of this token alone.

        With the position of the token after it. A name can contain operators: Sakko i Vantsetti,
        Bosnia and Herzegovina.
        """
        words: Sequence[Token] = tokenize(self._tokens[position].value)
        longest = words, position + 1
        max_length = self._gazetteer.recognizer.max_length(words[0].text) if words else 0
        max_length += _MAX_QUALIFIER_WORDS if max_length else 0
        for next_position in range(position + 1, len(self._tokens)):
            token = self._tokens[next_position]
            if len(words) >= max_length or not token.can_join_name:
                break
            words = [*words, *tokenize(token.value)]
            if not token.is_comma and self._find_regions(words):
                longest = words, next_position + 1
        return longest

    def _find_regions(self, words: Sequence[Token]) -> tuple[Region, ...]:
        return self._gazetteer.find_words(tuple(token.text for token in words))

    def _suggest_place(self, text: str) -> str | None:
        """Return in:"NAME" with the closest name of the most similar place, None without one."""
        regions = suggest(text, self._gazetteer, 1)
        names = [name for region in regions for name in region.names.values()]
        closest = difflib.get_close_matches(text, names, 1, 0.0)
        return f'in:"{closest[0]}"' if closest else None

    def _resolve_name(self, start: int, end: int, words: Sequence[Token]) -> Meaning:
        """Resolve words to a place, unless they are ordinary and not capitalised like a name."""
        if not words:
            raise QueryError(ErrorKind.EMPTY, start, end, "")
        literal = _words_term(token.text for token in words)
        regions = self._find_regions(words)
        recognizer = self._gazetteer.recognizer
        is_bare = bool(recognizer.referents(tuple(token.text for token in words)))
        is_unique = len(regions) == 1 and len(words) > 1
        likely = [
            region
            for region in regions
            if is_unique or not is_bare or region.kind not in _EXPLICIT_ONLY_KINDS
        ]
        is_word = recognizer.is_ordinary_word(words) or not likely or _is_adjective(words, likely)
        places = [PlaceTerm(region.code) for region in likely or regions]
        if not places:
            self._guess(start, end, literal, is_name=recognizer.has_name_capitals(words))
            return literal
        if not likely and self._guess_neighbourhood(start, end, literal, places):
            return literal
        if not likely or (is_word and not recognizer.has_name_capitals(words)):
            self.ambiguities.record(start, end, literal, places)
            return literal
        literals = [literal] if is_word or self._text[start] in QUOTES else []
        self.ambiguities.record(start, end, places[0], [*places[1:], *literals])
        return places[0]


def _is_adjective(words: Sequence[Token], regions: Iterable[Region]) -> bool:
    """Return whether a word is an adjective that a small town is also called: донецький."""
    is_small = not any(region.kind in PROMINENT_KINDS for region in regions)
    return len(words) == 1 and is_small and bool(_ADJECTIVE.fullmatch(words[0].text))


def _literal(token: QueryToken) -> Word | Phrase:
    words = split_words(token.value)
    if not words:
        raise QueryError(ErrorKind.EMPTY, token.start, token.end, "")
    return _words_term(words)


def _words_term(words: Iterable[str]) -> Word | Phrase:
    parts = tuple(words)
    return Word(parts[0]) if len(parts) == 1 else Phrase(parts)
