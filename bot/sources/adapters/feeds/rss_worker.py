"""RSS worker: parses one feed, bytes on standard input to JSON on standard output.

The first line of the input is the address of the feed, for relative links. The worker runs as a
subprocess for one feed: feedparser has no limit of time or memory, and a process can be killed. It
imports nothing of the project, so it starts fast.
"""

import json
import resource
import sys
from calendar import timegm
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from time import struct_time
from typing import Any
from urllib.parse import urljoin

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


def _link(entry: Any, base: str) -> str:
    """Return the address of the entry's page, else of its permanent id, else of its file."""
    links = [link for link in entry.get("links") or [] if link.get("href")]
    pages = [link["href"] for link in links if link.get("rel") == "alternate"]
    id_, link = entry.get("id") or "", entry.get("link") or ""
    if _is_absolute(id_) and entry.get("guidislink"):
        pages.append(id_)
    if link != id_:  # feedparser gives an id, too, for a link
        pages.append(link)
    files = [item["href"] for item in links if item.get("rel") == "enclosure"]
    candidates = filter(None, (_join(base, page.strip()) for page in (*pages, *files)))
    return next(filter(_is_absolute, candidates), "")


def _is_absolute(address: str) -> bool:
    return address.startswith(("http://", "https://"))


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address) if address else ""
    except ValueError:  # no valid address, such as http://[
        return ""


def _entry(entry: Any, base: str) -> dict[str, Any]:
    content = (entry.get("content") or [entry.get("summary_detail") or {}])[0]
    return {
        "id": entry.get("id") or "",
        "link": _link(entry, base),
        "title": _text(entry.get("title_detail") or {}),
        "text": _text(content),
        "time": _time(entry.get("published_parsed") or entry.get("updated_parsed")),
    }


def _newest(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return at most `_MAX_ENTRIES`, newest first if they have times.

    An entry without a time stands beside its neighbour. Without any time both ends of the feed are
    kept, because either may be the newer one.
    """
    times = [entry["time"] for entry in entries]
    if not any(times):
        half = _MAX_ENTRIES // 2
        cut = len(entries) - half if len(entries) > _MAX_ENTRIES else half
        return [*entries[:half], *entries[cut:]]
    last = next(filter(None, times))
    for position, time in enumerate(times):
        last = times[position] = time or last
    order = sorted(range(len(entries)), key=lambda position: times[position] or "", reverse=True)
    return [entries[position] for position in order[:_MAX_ENTRIES]]


def _main() -> None:
    with suppress(ValueError):  # macOS refuses it
        resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY, _MAX_MEMORY))
    base, _, body = sys.stdin.buffer.read().partition(b"\n")
    # Pass bytes: feedparser opens a string that looks like an address or a path.
    feed = feedparser.parse(body)
    result = {
        "is_feed": bool(feed.get("version")),
        "lang": feed.feed.get("language") or "",
        "entries": _newest([_entry(entry, base.decode()) for entry in feed.entries]),
    }
    sys.stdout.write(json.dumps(result))


if __name__ == "__main__":
    _main()
