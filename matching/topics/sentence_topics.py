"""Sentence-level topic classifier: topics, and the regions where an alert is raised or ends."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from matching.morphology.phrase_matcher import PhraseMatch
from matching.query.phase_views import AIR_ALERT, ALL_CLEAR
from matching.text.reading import Mention
from matching.text.sentences import Sentences
from matching.text.tokenizer import TokenSequence
from matching.topics.hazards import hazard_tree
from matching.topics.phase_clauses import CLEARING, split_phase_clauses
from matching.topics.topics import Topics

MAX_BRIEF_WORDS = 3  # a sentence this short states one thing: "Відбій!"
_LEFT_OUT = "left_out"  # a cue: its clause states nothing about the places in it
_EXCEPTIONS = frozenset(("except", _LEFT_OUT))
_THREATS = frozenset(("threat", "warning", "launches"))
_NO_THREATS = frozenset(
    ("over", "clear", "vidbii", "history", "mention", "false", "refuted", "any_drill", "any_false")
)  # beside these a threat is none, or it has passed
_ORIGINS = frozenset(("з", "із", "зі", "из", "с", "со", "from", "da", "dal", "dalla", "dalle"))
_MARK_COLOURS = {"🔴": "red", "🚨": "red", "🟢": "green", "✅": "green"}


@dataclass(frozen=True, slots=True)
class SentenceTopics:
    """Topics and alert regions of a text, over all its sentences."""

    topics: frozenset[str]
    alert_regions: frozenset[str]  # codes of the regions named where an alert is raised
    all_clear_regions: frozenset[str]  # codes of the regions named where an alert ends
    threatened_regions: frozenset[str]  # codes of the regions named where a hazard threatens
    has_threat: bool


NO_TOPICS = SentenceTopics(frozenset(), frozenset(), frozenset(), frozenset(), has_threat=False)


def classify_sentences(
    tokens: TokenSequence,
    mentions: Sequence[Mention],
    matches: Sequence[PhraseMatch],
    sentences: Sentences,
    topics: Topics,
) -> SentenceTopics:
    """Classify a text by the cues found in it (`matches`) and the places it mentions.

    `sentences` are cut by `split_clauses`.
    """
    numbers, numbered = _relevant_cues(tokens, matches, sentences, topics)
    cues, stating = _cues_by_sentence(tokens, numbers, numbered, sentences, topics)
    for mention in mentions:
        if (number := sentences.sentence_at(mention.start)) in cues:
            cues[number].add("place")
    rejected = sentences.rejected_questions()
    classified = {
        number: topics.classify(frozenset(names))
        for number, names in cues.items()
        if number not in rejected
    }
    mentioned = _mentioned_regions(tokens, mentions, matches, sentences) if stating else {}
    raising, clearing = (
        [number for number, names in classified.items() if topic in names]
        for topic in (AIR_ALERT, ALL_CLEAR)
    )
    is_mixed = bool(raising and clearing)
    alert_regions, all_clear_regions = (
        frozenset(_stated_regions(numbers, mentioned, stating, is_mixed=is_mixed))
        for numbers in (raising, clearing)
    )
    threatening = [
        number for number, names in classified.items() if _is_threat(names, cues[number])
    ]
    threatened_regions = frozenset[str]()
    if threatening:
        targets = [mention for mention in mentions if not _is_origin(tokens, mention)]
        mentioned = _mentioned_regions(tokens, targets, matches, sentences)
        threatened_regions = frozenset(
            _stated_regions(threatening, mentioned, {*stating, *threatening}, is_mixed=False)
        )
    all_topics = frozenset().union(*classified.values())
    return SentenceTopics(
        all_topics,
        alert_regions,
        all_clear_regions,
        threatened_regions,
        has_threat=bool(threatening),
    )


def _is_threat(topics: Set[str], cues: Set[str]) -> bool:
    """Return whether a sentence with these topics and cues warns of a hazard."""
    is_threat = not cues.isdisjoint(_THREATS) and cues.isdisjoint(_NO_THREATS)
    return is_threat and any(map(_is_hazard, topics))


def _is_origin(tokens: TokenSequence, mention: Mention) -> bool:
    """Return whether a threat comes from a place: the word before it is a preposition of origin."""
    first = bisect_left(tokens.starts, mention.start)
    return first > 0 and tokens.texts[first - 1] in _ORIGINS


def _is_hazard(topic: str) -> bool:
    hazard = hazard_tree().get(topic)
    return hazard is not None and not hazard.is_subject


def split_clauses(
    tokens: TokenSequence,
    mentions: Sequence[Mention],
    matches: Sequence[PhraseMatch],
    sentences: Sentences,
    topics: Topics,
) -> Sentences:
    """Return the sentences, those that raise and clear alerts cut into clauses with one phase."""
    cue_names = {match.name for match in matches}
    if CLEARING.isdisjoint(cue_names) or topics.cues.alert_state_names.isdisjoint(cue_names):
        return sentences
    names = topics.cues.resolve_negation(matches, tokens, sentences)
    return split_phase_clauses(tokens, mentions, list(zip(names, matches, strict=True)), sentences)


def _relevant_cues(
    tokens: TokenSequence,
    matches: Sequence[PhraseMatch],
    sentences: Sentences,
    topics: Topics,
) -> tuple[set[int], list[tuple[int, PhraseMatch]]]:
    """Return the sentences with a trigger cue, and their cues with the number of the sentence.

    Without the cues for the state of an alert in a clause that leaves its places out.
    """
    starts = tokens.starts
    triggers = topics.trigger_cues
    numbered = [(sentences.sentence_at(starts[match.first]), match) for match in matches]
    numbers = {number for number, match in numbered if match.name in triggers}
    numbered = [(number, match) for number, match in numbered if number in numbers]
    left_out = {
        sentences.clause_at(starts[match.first]) for _, match in numbered if match.name == _LEFT_OUT
    }
    if left_out:
        alert_state_names = topics.cues.alert_state_names
        numbered = [
            (number, match)
            for number, match in numbered
            if match.name not in alert_state_names
            or sentences.clause_at(starts[match.first]) not in left_out
        ]
    return numbers, numbered


def _cues_by_sentence(
    tokens: TokenSequence,
    numbers: set[int],
    numbered: Sequence[tuple[int, PhraseMatch]],
    sentences: Sentences,
    topics: Topics,
) -> tuple[dict[int, set[str]], set[int]]:
    """Return the cues and features of each sentence, and the sentences about an alert's state."""
    names = topics.cues.resolve_negation([match for _, match in numbered], tokens, sentences)
    bulletin_wide = topics.bulletin_wide_cues
    everywhere = {bulletin_wide[name] for name in names if name in bulletin_wide}
    cues = {number: set(everywhere) for number in numbers}
    stating = set()
    for (number, _), name in zip(numbered, names, strict=True):
        cues[number].add(name)
        if name in topics.cues.alert_state_names:
            stating.add(number)
    for number, sentence_cues in cues.items():
        if _is_brief(tokens, number, sentences):
            sentence_cues.add("brief")
        if colour := _MARK_COLOURS.get(sentences.mark(number)):
            sentence_cues.add(colour)
    return cues, stating


def _is_brief(tokens: TokenSequence, number: int, sentences: Sentences) -> bool:
    """Return whether a sentence has at most MAX_BRIEF_WORDS words."""
    first, end = (bisect_left(tokens.starts, offset) for offset in sentences.span(number))
    words = tokens.texts[first : min(end, first + MAX_BRIEF_WORDS + 2)]
    return len([*filter(None, words)]) <= MAX_BRIEF_WORDS  # without the boundary of the title


def _mentioned_regions(
    tokens: TokenSequence,
    mentions: Sequence[Mention],
    matches: Sequence[PhraseMatch],
    sentences: Sentences,
) -> Mapping[int, list[str]]:
    """Return the regions mentioned in each sentence, without those in excepting clauses."""
    excepted = {
        sentences.clause_at(tokens.starts[match.first])
        for match in matches
        if match.name in _EXCEPTIONS
    }
    regions: dict[int, list[str]] = {}
    for mention in mentions:
        if sentences.clause_at(mention.start) not in excepted:
            regions.setdefault(sentences.sentence_at(mention.start), []).append(mention.code)
    return regions


def _stated_regions(
    numbers: Sequence[int],
    mentioned: Mapping[int, list[str]],
    stating: set[int],
    *,
    is_mixed: bool,
) -> Iterator[str]:
    """Yield the regions of the given sentences.

    A sentence without regions takes those of the sentences around it, up to the next sentence
    about the state of an alert in either direction. In a text that raises and clears alerts it
    takes those after it, like a heading, or those before it if the text begins with places.
    """
    last = max(mentioned, default=0)
    directions = [(1, last + 1), (-1, -1)]
    if is_mixed and min(mentioned, default=0) < min(stating):
        directions.reverse()
    for number in numbers:
        if number in mentioned:
            yield from mentioned[number]
            continue
        for step, end in directions:
            regions = list(
                _regions_up_to_statement(range(number + step, end, step), mentioned, stating)
            )
            yield from regions
            if is_mixed and regions:
                break


def _regions_up_to_statement(
    numbers: Iterable[int], mentioned: Mapping[int, list[str]], stating: set[int]
) -> Iterator[str]:
    for number in numbers:
        if number in stating:
            return
        yield from mentioned.get(number, ())
