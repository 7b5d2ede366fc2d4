"""Highlighter: finds the words that made a text fall under a topic decided by cues."""

from collections.abc import Iterable, Iterator

from matching.morphology.phrase_matcher import PhraseMatch
from matching.text.reading import Mention, Reading
from matching.text.sentences import split_sentences
from matching.topics.sentence_topics import classify_sentences
from matching.topics.topics import Topics

Span = tuple[int, int]
"""Code points in title + newline + text, end exclusive."""


def highlight_topic(topic: str, reading: Reading, text: str, topics: Topics) -> list[Span]:
    """Return the spans of the cues that support a topic, in each sentence that falls under it.

    `text` is the text that was read: title, newline, text. The result is empty if the source gave
    the topic, or if the topic has a query over the whole bulletin.
    """
    title, _, body = text.partition("\n")
    sentences, tokens = split_sentences(title, body), reading.tokens
    matches = topics.cues.find(tokens.texts)
    cues_by_sentence: dict[int, list[tuple[str, PhraseMatch]]] = {}
    bulletin_wide: dict[str, PhraseMatch] = {}  # the first match of each bulletin-wide cue
    names = topics.cues.resolve_negation(matches, tokens, sentences)
    for name, match in zip(names, matches, strict=True):
        number = sentences.sentence_at(tokens.starts[match.first])
        cues_by_sentence.setdefault(number, []).append((name, match))
        if name in topics.bulletin_wide_cues:
            bulletin_wide.setdefault(name, match)
    mentions: dict[int, list[Mention]] = {}
    for mention in reading.mentions:
        mentions.setdefault(sentences.sentence_at(mention.start), []).append(mention)
    spans = []
    for number, cues in cues_by_sentence.items():
        supporting = topics.supporting_cues(topic, (name for name, _ in cues))
        if not supporting:
            continue
        # Classify the sentence by itself, with the cues that count from any sentence.
        considered = {*bulletin_wide.values(), *(match for _, match in cues)}
        classified = classify_sentences(
            tokens, mentions.get(number, ()), sorted(considered, key=_first), sentences, topics
        )
        if topic in classified.topics:
            spans += [
                (tokens.starts[match.first], tokens.end(match.last))
                for name, match in cues
                if name in supporting
            ]
    return list(_outermost(spans))


def _first(match: PhraseMatch) -> int:
    return match.first


def _outermost(spans: Iterable[Span]) -> Iterator[Span]:
    """Yield the spans that lie in no other span."""
    last_end = -1
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if end > last_end:
            yield start, end
            last_end = end
