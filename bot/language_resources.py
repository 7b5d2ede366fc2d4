"""Language resources: the gazetteer, the topics and the reader, loaded once."""

import gc
from dataclasses import dataclass

from bot.config import Config
from matching.places.gazetteer import Gazetteer
from matching.reader import Reader
from matching.topics.topic import Topic
from matching.topics.topics import Topics


@dataclass(frozen=True)
class LanguageResources:
    """Resources that every part of the process shares."""

    gazetteer: Gazetteer
    topics: Topics
    reader: Reader

    @classmethod
    def load(cls, config: Config) -> "LanguageResources":
        """Load everything, with the operator's own topics. Raises QueryError for a wrong topic."""
        # These objects live as long as the process. Garbage collection over them would add half
        # to the loading time and later pause the event loop for 100 ms at a time.
        gc.disable()
        try:
            gazetteer = Gazetteer.load()
            topics = Topics.load_built_in().with_topics(
                Topic(t.name, t.query) for t in config.topic
            )
            reader = Reader(gazetteer, topics)
            gc.freeze()
        finally:
            gc.enable()
        return cls(gazetteer, topics, reader)
