"""RSS worker: parses one feed, bytes on standard input to JSON on standard output.

It runs as a subprocess for one feed: feedparser has no limit of time or memory, and a process can
be killed. It imports nothing of the project, so it starts fast.
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

_MAX_MEMORY = 1 << 30  # bytes
_MAX_ENTRIES = 500
_MAX_FIELD_LENGTH = 100_000  # code points of a field


def _time(parsed: struct_time | None) -> str | None:
    try:
        return datetime.fromtimestamp(timegm(parsed), UTC).isoformat() if parsed else None
    except (ValueError, OverflowError, OSError):
        return None


def _text(detail: Any) -> dict[str, Any]:
    value, kind = detail.get("value") or "", detail.get("type") or "text/html"
    return {"value": value[:_MAX_FIELD_LENGTH], "html": "html" in kind}


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
    with suppress(ValueError):  # macOS refuses it
        resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
    # Pass bytes: feedparser opens a string that looks like an address or a path.
    feed = feedparser.parse(sys.stdin.buffer.read())
    result = {
        "is_feed": bool(feed.get("version")),
        "lang": feed.feed.get("language") or "",
        "entries": [_entry(entry) for entry in feed.entries[:_MAX_ENTRIES]],
    }
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    _main()
