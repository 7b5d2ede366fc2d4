"""What the matcher knows, with the operator's own topics."""

from dataclasses import dataclass

from bot.config import Config
from matching.gazetteer import Gazetteer
from matching.reading import Reader
from matching.topics import Topic, Topics


@dataclass(frozen=True)
class Knowledge:
    """Loaded once, and the same for everybody."""

    gazetteer: Gazetteer
    topics: Topics
    reader: Reader

    @classmethod
    def load(cls, config: Config) -> "Knowledge":
        """Raises QueryError for a topic of the configuration that cannot be read."""
        gazetteer = Gazetteer.load()
        topics = Topics.built_in().with_(Topic(t.name, t.query) for t in config.topic)
        return cls(gazetteer, topics, Reader(gazetteer, topics))
