"""Topic: the value type of one topic."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Topic:
    """Category of bulletins, decided by a query over the bulletin or by a rule over a sentence."""

    name: str  # as written after #, lower case
    query: str = ""  # over the whole bulletin: words, phrases and sources
    titles: Mapping[str, str] = field(default_factory=dict)  # language -> title for people
    sentence_rule: str = ""  # instead of query: over the cues of one sentence
