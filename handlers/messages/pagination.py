"""Pagination: a bulletin as a headline and pages of text, each short enough for one message."""

from dataclasses import dataclass

from handlers.text import plain_text
from storage.inbound.bulletins import Bulletin

_MAX_HEADLINE_LENGTH = 300
_MAX_PAGE_LENGTH = 2_800
"""UTF-16 units. Telegram's limit is 4,096 for a message; headline and footer need a part of it."""


@dataclass(frozen=True)
class Pages:
    """Pages of a bulletin."""

    headline: str  # plain, one line; may be empty if there is text
    texts: tuple[str, ...]  # plain; at least one, which is empty if there is only a title

    @property
    def text(self) -> str:
        """Return the text of all pages."""
        return "\n\n".join(self.texts)


def paginate(bulletin: Bulletin) -> Pages:
    """Split a bulletin into pages. Deterministic: a button refers to a page by its number."""
    title, text = plain_text.single_line(bulletin.title), plain_text.clean(bulletin.text)
    headline = plain_text.truncate(title, _MAX_HEADLINE_LENGTH)
    if headline != title:
        text = f"{title}\n\n{text}".rstrip()
    texts = []
    while plain_text.utf16_length(text) > _MAX_PAGE_LENGTH:
        page, text = plain_text.split(text, _MAX_PAGE_LENGTH)
        texts.append(page)
    return Pages(headline, (*texts, text))
