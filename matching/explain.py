"""Why a bulletin rings for a query, or does not: all that is read in it, as plain values."""

from collections.abc import Iterable
from typing import Any

from matching.places.gazetteer import Gazetteer
from matching.query.errors import QueryError
from matching.query.evaluator import evaluate
from matching.query.parser import parse
from matching.reader import Reader, Reading
from matching.topics.topics import Topics


class Explainer:
    """Explains bulletins with one gazetteer and one set of topics."""

    def __init__(self, gazetteer: Gazetteer, topics: Topics, reader: Reader) -> None:
        self._gazetteer = gazetteer
        self._topics = topics
        self._reader = reader

    def explain(
        self, name: object, title: str, text: str, queries: Iterable[str] = ()
    ) -> dict[str, Any]:
        """What is read in a bulletin, ready for JSON.

        {"id": name, "places": [{"name", "code", "span"}], "nationwide": bool, "topics": [...],
        "queries": {query: bool}}: one place a mention, under its English name, with its span in
        title + newline + text (code points, end exclusive). A query that cannot be read does not
        hold; what is wrong with it stands in one more entry, "errors": {query: {"kind", "start",
        "end", "suggestion"}}.
        """
        reading = self._reader.read(title, text)
        held: dict[str, bool] = {}
        errors: dict[str, dict[str, Any]] = {}
        for query in queries:
            try:
                held[query] = self._holds(query, reading)
            except QueryError as error:
                held[query] = False
                errors[query] = {
                    "kind": error.kind.value,
                    "start": error.start,
                    "end": error.end,
                    "suggestion": error.suggestion,
                }
        explained = {
            "id": name,
            "places": [
                {
                    "name": self._name(mention.code),
                    "code": mention.code,
                    "span": [mention.start, mention.end],
                }
                for mention in reading.mentions
            ],
            "nationwide": bool(reading.nationwide),
            "topics": [topic for topic in self._topics.names if topic in reading.topics],
            "queries": held,
        }
        return explained | ({"errors": errors} if errors else {})

    def _name(self, code: str) -> str:
        """In English; with what it lies in where the bare name of one abroad means another."""
        region = self._gazetteer.region(code)
        name = region.names["en"]
        meant = self._gazetteer.find(name)
        if region.at_home or not meant or meant[0].code == code:
            return name
        return self._gazetteer.title(code, "en")

    def _holds(self, query: str, reading: Reading) -> bool:
        return evaluate(parse(query, self._gazetteer, self._topics).query, reading)
