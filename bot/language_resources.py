"""What the matcher knows, with the operator's own topics."""

import gc
from dataclasses import dataclass

from bot.config import Config
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topics import Topic, Topics


@dataclass(frozen=True)
class Knowledge:
    """Loaded once, and the same for everybody."""

    gazetteer: Gazetteer
    topics: Topics
    reader: Reader

    @classmethod
    def load(cls, config: Config) -> "Knowledge":
        """Raises QueryError for a topic of the configuration that cannot be read."""
        # All of it stays. To look through it for garbage would take a third of the time to load,
        # and stop the loop for 100 ms now and then.
        gc.disable()
        try:
            gazetteer = Gazetteer.load()
            topics = Topics.built_in().with_(Topic(t.name, t.query) for t in config.topic)
            reader = Reader(gazetteer, topics)
            gc.freeze()
        finally:
            gc.enable()
        return cls(gazetteer, topics, reader)
