"""Match explanation for `tocsin explain`: everything read in a bulletin, as plain values."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from matching.places.gazetteer import Gazetteer
from matching.query.ast import Query
from matching.query.errors import QueryError
from matching.query.evaluator import evaluate
from matching.query.parser import parse
from matching.reader import Reader, Reading
from matching.topics.topics import Topics

_CACHED_QUERIES = 1_000  # parsing takes milliseconds; the lines of a file often repeat a query


class Explainer:
    """Explainer of bulletins, with one gazetteer and one set of topics."""

    def __init__(self, gazetteer: Gazetteer, topics: Topics, reader: Reader) -> None:
        self._gazetteer = gazetteer
        self._topics = topics
        self.reader = reader
        self._parse = lru_cache(_CACHED_QUERIES)(self._parse_uncached)

    def explain(
        self, bulletin_id: object, title: str, text: str, queries: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Return what `explain_reading` does, for a bulletin whose source declares nothing."""
        return self.explain_reading(bulletin_id, self.reader.read(title, text), queries)

    def explain_reading(
        self, bulletin_id: object, reading: Reading, queries: Iterable[str] = ()
    ) -> dict[str, Any]:
        """Return the places, topics and query results of a bulletin, ready for JSON.

        {"id": bulletin_id, "places": [{"name", "code", "span"}], "nationwide": bool,
        "topics": [...], "queries": {query: bool}}. Each mention gives one place with its English
        name and its span in title + newline + text (code points, end exclusive). The result of a
        malformed query is False, and an additional key describes the mistake: "errors": {query:
        {"kind", "start", "end", "suggestion"}}.
        """
        results: dict[str, bool] = {}
        errors: dict[str, dict[str, Any]] = {}
        for query in queries:
            parsed = self._parse(query)
            if isinstance(parsed, QueryError):
                results[query] = False
                errors[query] = {
                    "kind": parsed.kind.value,
                    "start": parsed.start,
                    "end": parsed.end,
                    "suggestion": parsed.suggestion,
                }
            else:
                results[query] = evaluate(parsed, reading)
        explanation = {
            "id": bulletin_id,
            "places": [
                {
                    "name": self._name(mention.code),
                    "code": mention.code,
                    "span": [mention.start, mention.end],
                }
                for mention in reading.mentions
            ],
            "nationwide": bool(reading.nationwide_countries),
            "topics": [topic for topic in self._topics.names if topic in reading.topics],
            "queries": results,
        }
        return explanation | ({"errors": errors} if errors else {})

    def _name(self, code: str) -> str:
        """Return the English name of a region.

        A region gets its containing region as well if its bare name means a place abroad or another
        city.
        """
        region = self._gazetteer.region(code)
        name = region.names["en"]
        namesakes = self._gazetteer.find(name)
        if not namesakes or namesakes[0].code == code:
            return name
        if region.is_home and namesakes[0].kind != "city":
            return name
        return self._gazetteer.title(code, "en")

    def _parse_uncached(self, text: str) -> Query | QueryError:
        try:
            return parse(text, self._gazetteer, self._topics).query
        except QueryError as error:
            return error
