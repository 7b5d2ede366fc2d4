"""JSON Feed: the entries of a feed in the format of jsonfeed.org, versions 1 and 1.1. Pure."""

from collections.abc import Iterator
from typing import Any

from bot.sources.core.errors import Unusable
from bot.sources.parsing.lenient_json import (
    JsonObject,
    as_line,
    as_object,
    as_objects,
    as_text,
    read_json,
)
from bot.sources.parsing.node_limit import MAX_JSON_VALUES

_VERSION = "https://jsonfeed.org/version/1"


def is_json(body: bytes) -> bool:
    """Return True if the body begins like a JSON object; a feed in XML never does."""
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def read_json_feed(body: bytes) -> dict[str, Any]:
    """Return the language and the entries in the form that feedparser gives them.

    Raises Unusable if it is another format.
    """
    feed = as_object(read_json(body, MAX_JSON_VALUES))
    if not as_line(feed.get("version")).startswith(_VERSION):
        raise Unusable("is JSON, but no JSON Feed")
    return {"language": as_line(feed.get("language")), "entries": list(_entries(feed))}


def _entries(feed: JsonObject) -> Iterator[dict[str, Any]]:
    for item in as_objects(feed.get("items")):
        link = as_line(item.get("url")) or as_line(item.get("external_url"))
        files = (as_line(file.get("url")) for file in as_objects(item.get("attachments")))
        yield {
            "id": as_line(item.get("id")),
            "link": link,
            "links": [{"rel": "enclosure", "href": address} for address in files if address],
            "title_detail": {"value": as_line(item.get("title")), "type": "text/plain"},
            "content": [
                {"value": as_text(item.get("content_html")), "type": "text/html"},
                {"value": as_text(item.get("content_text")), "type": "text/plain"},
                {"value": as_text(item.get("summary")), "type": "text/plain"},
            ],
            "published": as_line(item.get("date_published")),
            "updated": as_line(item.get("date_modified")),
        }
