"""Which words of a text made it fall under a topic that is decided by signs."""

from collections.abc import Iterable, Iterator

from matching.morphology.phrase_matcher import Found
from matching.text.reading import Mention, Reading
from matching.text.sentences import sentences
from matching.topics.sentence_topics import spoken
from matching.topics.topics import Topics

Span = tuple[int, int]
"""Code points into title + newline + text, end exclusive."""


def shown(topic: str, reading: Reading, text: str, topics: Topics) -> list[Span]:
    """The words that speak for it in each sentence that falls under it, in their order.

    `text` is what was read: title, newline, text. None where the source gave the topic, or where
    its query is over the whole text.
    """
    title, _, below = text.partition("\n")
    cut, line = sentences(title, below), reading.tokens
    said: dict[int, list[tuple[str, Found]]] = {}
    anywhere: dict[str, Found] = {}  # one of each that counts in whatever sentence it stands
    signed = topics.signs.find(line.texts)
    for name, sign in zip(topics.signs.told(signed, line, cut), signed, strict=True):
        said.setdefault(cut.at(line.starts[sign.first]), []).append((name, sign))
        if name in topics.everywhere:
            anywhere.setdefault(name, sign)
    places: dict[int, list[Mention]] = {}
    for mention in reading.mentions:
        places.setdefault(cut.at(mention.start), []).append(mention)
    spans = []
    for number, signs in said.items():
        speaking = topics.speaking_for(topic, (name for name, _ in signs))
        if not speaking:
            continue
        found = {*anywhere.values(), *(sign for _, sign in signs)}
        alone = spoken(line, places.get(number, ()), sorted(found, key=_first), cut, topics)
        if topic in alone.topics:
            its = [sign for name, sign in signs if name in speaking]
            spans += [(line.starts[sign.first], line.end(sign.last)) for sign in its]
    return list(_longest(spans))


def _first(sign: Found) -> int:
    return sign.first


def _longest(spans: Iterable[Span]) -> Iterator[Span]:
    """Those that lie in no other."""
    reached = -1
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if end > reached:
            yield start, end
            reached = end
