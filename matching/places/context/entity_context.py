"""Entity context: features that show a person, street, river or work with the name of a place."""

import re
from itertools import pairwise

from matching.places.candidate import Candidate
from matching.places.context.mention_context import MentionContext
from matching.places.lexicon import Lexicon
from matching.text.tokenizer import TokenSequence, Word

_ADJECTIVE = re.compile(".*(?:ий|ый|ого|ому|им|ым|ій|ой|[сцз]ь?к(?:а|у|ої|ою|ая|ую))")
_ADJECTIVE_OF_DISTRICT = re.compile(".+[сцз]ь?к(?:ий|ого|ому|им|ім|ом|ый)")
_OPENING_QUOTES = frozenset('«"“„')
_CLOSING_QUOTES = frozenset('»"”“')
_WATER_WORD_REACH = 9  # words from a river's name to a cue of water
_STRIKE_REACH = 4  # words to a strike on the town of the same name
_RIVER_ACTION_REACH = 4  # words to an action in it, where the name may also be the town's


class EntityContext:
    """Features of the candidates of one text that speak against a place."""

    def __init__(
        self,
        tokens: TokenSequence,
        context: MentionContext,
        lexicon: Lexicon,
        *,
        is_all_caps: bool,
    ) -> None:
        self._tokens = tokens
        self._context = context
        self._lexicon = lexicon
        self._is_all_caps = is_all_caps

    def is_other_entity(self, candidate: Candidate) -> bool:
        """Return whether the name is part of that of a street, river or person, or a nickname."""
        word, following = self._context.word_before(candidate), self._context.word_after(candidate)
        cues = self._lexicon.entity_cues
        if not (
            (word and (word.is_capitalized or word.text in cues))
            or (following and following.text in cues)
            or self._tokens.texts[candidate.first] in cues
            or self._tokens.gaps[candidate.first][-1:] in _OPENING_QUOTES
        ):
            return False  # as nearly all
        return (
            self._is_street_or_business(candidate, word, following)
            or self._is_person(candidate, word, following)
            or self._has_river_noun(candidate, word, following)
            or self._is_club_or_work(candidate, word, following)
            or self._is_district(candidate, following)
            or self._is_brand(candidate)
            or (word is not None and self._is_nickname(candidate, word))
        )

    def _is_club_or_work(
        self, candidate: Candidate, word: Word | None, following: Word | None
    ) -> bool:
        """Return whether it is part of the name of a club, film, brand or station."""
        lexicon = self._lexicon
        if (
            following
            and following.is_capitalized
            and (following.text in lexicon.club_words or following.text in lexicon.press_words)
        ):
            return self._context.gap_after(candidate) == " " and not self._is_all_caps
        return word is not None and self._is_named_by(candidate, word, following)

    def _is_named_by(self, candidate: Candidate, word: Word, following: Word | None) -> bool:
        """Return whether the word before shows a club, film, brand or station."""
        lexicon = self._lexicon
        if word.text in lexicon.club_articles and candidate.words[0] in lexicon.club_cities:
            return following is None or following.text not in lexicon.linking_words
        gap = self._context.gap_before(candidate).rstrip('«"“')
        if word.text in lexicon.club_words and word.is_capitalized:
            return gap == " " and not self._is_all_caps
        if word.text in lexicon.quoted_nouns:
            return self._context.gap_before(candidate)[-1:] in _OPENING_QUOTES
        if word.text in lexicon.work_nouns:
            return gap == " " and candidate.is_nominative
        is_station = self._tokens.texts[candidate.first] in lexicon.station_words
        return is_station and word.is_capitalized and self._context.gap_before(candidate) == " "

    def _is_district(self, candidate: Candidate, following: Word | None) -> bool:
        """Return whether it is the adjective of a district: Ильичевский район."""
        if following is None or following.text not in self._lexicon.district_nouns:
            return False
        name = self._tokens.texts[candidate.first]
        return bool(
            candidate.size == 1
            and name[:1] > "z"
            and _ADJECTIVE_OF_DISTRICT.fullmatch(name)
            and self._context.gap_after(candidate) == " "
        )

    def is_river(self, candidate: Candidate) -> bool:
        """Return whether a name of both a town and a river means the river."""
        lexicon = self._lexicon
        if self._tokens.texts[candidate.first] not in lexicon.river_names:
            return False
        word = self._context.word_before(candidate)
        if word and word.text in lexicon.river_prepositions:
            is_hit = word.text == "по" and self._has_word_near(
                candidate, lexicon.strike_words, _STRIKE_REACH
            )
            return not is_hit
        if (
            self._context.has_settlement_noun(candidate)
            or self._context.is_hashtag(candidate)
            or self._context.is_label(candidate)
        ):
            return False
        if self._context.has_place_preposition(candidate):
            first = max(0, candidate.first - _RIVER_ACTION_REACH)
            nearby = self._tokens.texts[first : candidate.last + _RIVER_ACTION_REACH]
            return not lexicon.river_phrases.isdisjoint(pairwise(nearby)) or (
                not lexicon.river_actions.isdisjoint(nearby)
            )
        return self._has_word_near(candidate, lexicon.water_words, _WATER_WORD_REACH)

    def has_human_action(self, candidate: Candidate) -> bool:
        """Return whether a human action follows a first name: Sofia laughed."""
        following = self._context.word_after(candidate)
        return (
            following is not None
            and following.text in self._lexicon.human_actions
            and self._tokens.texts[candidate.first] in self._lexicon.place_first_names
            and self._context.gap_after(candidate) == " "
            and not self._context.has_preposition(candidate)
        )

    def _has_word_near(self, candidate: Candidate, cues: frozenset[str], reach: int) -> bool:
        first = max(0, candidate.first - reach)
        nearby = self._tokens.texts[first : candidate.last + reach]
        return not cues.isdisjoint(nearby)

    def _is_street_or_business(
        self, candidate: Candidate, word: Word | None, following: Word | None
    ) -> bool:
        lexicon = self._lexicon
        if (
            following
            and following.text in lexicon.following_entity_nouns
            and self._context.gap_after(candidate) == " "
        ):
            return True
        if word is None or word.text not in lexicon.preceding_entity_nouns:
            return False
        if word.text == "via":
            earlier = self._context.word_before(candidate, 2)
            return earlier is not None and earlier.text in lexicon.via_street_prepositions
        name = self._tokens.texts[candidate.first]
        return word.text not in lexicon.plural_street_nouns or bool(_ADJECTIVE.fullmatch(name))

    def _is_person(self, candidate: Candidate, word: Word | None, following: Word | None) -> bool:
        lexicon = self._lexicon
        if word and word.is_capitalized:
            if word.text in lexicon.given_names:
                return self._context.gap_before(candidate).strip(".") == " "
            if self._is_surname(candidate, word):
                return True
        if (
            not following
            or not following.is_capitalized
            or self._is_all_caps
            or self._context.has_positional_capital(candidate)
        ):
            following = None
        if word and word.text in lexicon.person_titles:
            return candidate.is_nominative and self._context.gap_before(candidate) == " "
        name = self._tokens.texts[candidate.first]
        if (
            following
            and name in lexicon.place_first_names
            and self._context.gap_after(candidate) == " "
        ):
            return (
                following.text not in lexicon.generic_words
                and following.text not in lexicon.terminal_words
            )
        return bool(
            word
            and word.is_capitalized
            and candidate.size == 1
            and not self._tokens.is_sentence_start(candidate.first - 1)
            and self._context.gap_before(candidate) == " "
            and _ADJECTIVE.fullmatch(name)
            and not self._is_all_caps
        )

    def _is_surname(self, candidate: Candidate, word: Word) -> bool:
        """Return whether it follows a first name that is a place too: Владимир Энгельс."""
        lexicon = self._lexicon
        return (
            word.text in lexicon.person_names
            and word.text not in lexicon.english_words
            and not self._is_all_caps
            and self._context.gap_before(candidate) == " "
            and candidate.is_nominative
        )

    def is_lone_capital(self, candidate: Candidate) -> bool:
        """Return whether an English word has a capital for no other reason than a place's name."""
        if candidate.words[0] not in self._lexicon.english_words:
            return False
        word, following = self._context.word_before(candidate), self._context.word_after(candidate)
        if (
            self._context.gap_before(candidate) != " "
            or word is None
            or word.is_capitalized
            or self._context.has_positional_capital(candidate)
        ):
            return False
        is_alone = following is None or self._context.gap_after(candidate) != " "
        return is_alone or (
            following is not None and following.text in self._lexicon.name_followers
        )

    def is_sentence_via(self, candidate: Candidate) -> bool:
        """Return whether it follows Via at the start of a sentence: Via Bologna chiusa."""
        word = self._context.word_before(candidate)
        return (
            word is not None
            and word.text == "via"
            and word.is_capitalized
            and self._context.gap_before(candidate) == " "
        )

    def _is_brand(self, candidate: Candidate) -> bool:
        """Return whether it is the first word of a quoted name of two: "Odesa Mama"."""
        if self._context.gap_before(candidate)[-1:] not in _OPENING_QUOTES:
            return False
        following = self._context.word_after(candidate)
        after = self._context.word_end_text(candidate, 2)
        return (
            following is not None
            and following.is_capitalized
            and not self._is_all_caps
            and self._context.gap_after(candidate) == " "
            and after in _CLOSING_QUOTES
        )

    def _has_river_noun(
        self, candidate: Candidate, word: Word | None, following: Word | None
    ) -> bool:
        river_nouns = self._lexicon.river_nouns
        if (
            following
            and following.text in river_nouns
            and self._context.gap_after(candidate) == " "
        ):
            return True
        return (
            word is not None
            and word.text in river_nouns
            and self._context.gap_before(candidate) == " "
        )

    def _is_nickname(self, candidate: Candidate, word: Word) -> bool:
        lexicon = self._lexicon
        if word.text not in lexicon.naming_words:
            return False
        earlier = self._context.word_before(candidate, 2)
        return earlier is None or earlier.text not in lexicon.settlement_nouns
