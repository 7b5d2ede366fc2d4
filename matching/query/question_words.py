"""Question words: the words of a request that say nothing about what is asked for.

They are in matching/data/question_words.toml, in four languages.
"""

import functools
import tomllib
from dataclasses import dataclass
from importlib.resources import files

from matching.text.tokenizer import split_words


@dataclass(frozen=True, slots=True)
class QuestionWords:
    """Sets of normalised words; the comments of the data file describe each set."""

    function: frozenset[str]
    news: frozenset[str]
    request: frozenset[str]
    alert: frozenset[str]
    air: frozenset[str]
    weather: frozenset[str]

    @property
    def fillers(self) -> frozenset[str]:
        """Return the words that are no subject of a question."""
        return self.function | self.news | self.request


@functools.lru_cache(maxsize=1)
def load_question_words() -> QuestionWords:
    """Load the words of the package."""
    data = tomllib.loads((files("matching") / "data" / "question_words.toml").read_text("utf-8"))
    return QuestionWords(
        **{
            name: frozenset(
                " ".join(split_words(word)) for line in lines.values() for word in line.split()
            )
            for name, lines in data.items()
        }
    )
