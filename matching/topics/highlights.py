"""Highlighter: finds the words that made a text fall under a topic decided by cues."""

import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from matching.morphology.phrase_matcher import PhraseMatch
from matching.text.reading import Mention, Reading
from matching.text.sentences import Sentences, split_sentences
from matching.topics.sentence_topics import classify_sentences, split_clauses
from matching.topics.topics import Topics

Span = tuple[int, int]
"""Code points in title + newline + text, end exclusive."""


class TopicHighlighter:
    """Highlighter for one text: `text` is what was read, that is title, newline, text."""

    def __init__(self, reading: Reading, text: str, topics: Topics) -> None:
        self._reading = reading
        self._text = text
        self._topics = topics

    @functools.cached_property
    def _cues(self) -> "_Cues":
        """The cues of the text, found once for all topics."""
        title, _, body = self._text.partition("\n")
        return _find_cues(self._reading, split_sentences(title, body), self._topics)

    def highlight(self, topic: str) -> list[Span]:
        """Return the spans of the cues that support a topic, in each sentence that has the topic.

        The result is empty if the source gave the topic, or if the topic has a query over the whole
        bulletin.
        """
        tokens, topics, found_cues = self._reading.tokens, self._topics, self._cues
        spans = []
        for number, cues in found_cues.by_sentence.items():
            supporting = topics.supporting_cues(topic, (name for name, _ in cues))
            if not supporting:
                continue
            # Classify the sentence by itself, with the cues that count from any sentence.
            considered = {*found_cues.bulletin_wide, *(match for _, match in cues)}
            mentions = found_cues.mentions.get(number, ())
            classified = classify_sentences(
                tokens, mentions, sorted(considered, key=_first), found_cues.sentences, topics
            )
            if topic in classified.topics:
                spans += [
                    (tokens.starts[match.first], tokens.end(match.last))
                    for name, match in cues
                    if name in supporting
                ]
        return list(_outermost(spans))


@dataclass(frozen=True)
class _Cues:
    sentences: Sentences
    by_sentence: Mapping[int, list[tuple[str, PhraseMatch]]]  # name of the cue, and where it is
    bulletin_wide: Collection[PhraseMatch]  # the first match of each bulletin-wide cue
    mentions: Mapping[int, list[Mention]]  # by sentence


def _find_cues(reading: Reading, sentences: Sentences, topics: Topics) -> _Cues:
    tokens = reading.tokens
    matches = topics.cues.find(tokens.pieces)
    sentences = split_clauses(tokens, reading.mentions, matches, sentences, topics)
    by_sentence: dict[int, list[tuple[str, PhraseMatch]]] = {}
    bulletin_wide: dict[str, PhraseMatch] = {}
    names = topics.cues.resolve_negation(matches, tokens, sentences)
    for name, match in zip(names, matches, strict=True):
        number = sentences.sentence_at(tokens.starts[match.first])
        by_sentence.setdefault(number, []).append((name, match))
        if name in topics.bulletin_wide_cues:
            bulletin_wide.setdefault(name, match)
    mentions: dict[int, list[Mention]] = {}
    for mention in reading.mentions:
        mentions.setdefault(sentences.sentence_at(mention.start), []).append(mention)
    return _Cues(sentences, by_sentence, bulletin_wide.values(), mentions)


def _first(match: PhraseMatch) -> int:
    return match.first


def _outermost(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans that lie in no other span."""
    last_end = -1
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if end > last_end:
            yield start, end
            last_end = end
