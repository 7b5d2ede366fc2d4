"""What a post in a Telegram channel becomes."""

from datetime import datetime

from bot.sources.adapters.feeds.liveblog_splitter import is_headline
from bot.sources.parsing.limits import LONGEST_TEXT
from storage.inbound.bulletins import Bulletin


def post_bulletin(
    source: str, key: str, text: str, url: str | None, at: datetime | None, now: datetime
) -> Bulletin:
    """Its first line is the title where it looks like one. `text` is clean."""
    first, _, rest = text.partition("\n")
    title = first if rest and is_headline(first) else ""
    return Bulletin(
        source=source,
        key=key,
        title=title,
        text=(rest.strip() if title else text)[:LONGEST_TEXT],
        url=url,
        published_at=at,
        received_at=now,
    )
