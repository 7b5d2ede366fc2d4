"""Reads one RSS or Atom feed: bytes on standard input, JSON on standard output.

A process of its own, started for one feed: feedparser takes apart whatever it is given, at its
leisure, and here it can be stopped. It imports nothing of ours, so that it starts at once.
"""

import json
import resource
import sys
from calendar import timegm
from contextlib import suppress
from datetime import UTC, datetime
from time import struct_time
from typing import Any

import feedparser  # type: ignore[import-untyped] # it ships no types

_MEMORY = 1 << 30  # bytes
_MOST_ENTRIES = 500
_LONGEST = 100_000  # code points of a field


def _time(parsed: struct_time | None) -> str | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat() if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _text(detail: Any) -> dict[str, Any]:
    value, kind = detail.get("value") or "", detail.get("type") or "text/html"
    return {"value": value[:_LONGEST], "html": "html" in kind}


def _entry(entry: Any) -> dict[str, Any]:
    content = (entry.get("content") or [entry.get("summary_detail") or {}])[0]
    return {
        "id": entry.get("id") or "",
        "link": entry.get("link") or "",
        "title": _text(entry.get("title_detail") or {}),
        "text": _text(content),
        "time": _time(entry.get("published_parsed") or entry.get("updated_parsed")),
    }


def _main() -> None:
    with suppress(ValueError):  # macOS does not let it
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    # Bytes alone: of a string that looks like an address or a path it would open that.
    feed = feedparser.parse(sys.stdin.buffer.read())
    said = {
        "is_feed": bool(feed.get("version")),
        "lang": feed.feed.get("language") or "",
        "entries": [_entry(entry) for entry in feed.entries[:_MOST_ENTRIES]],
    }
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    _main()
