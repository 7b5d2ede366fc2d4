"""A bulletin's words as a headline and pages of text, each short enough for a message."""

from dataclasses import dataclass

from handlers.text import plain_text
from storage.inbound.bulletins import Bulletin

_HEADLINE = 300
_PAGE = 2_800
"""UTF-16 units; Telegram takes 4,096 a message, and what surrounds a text needs some of them."""


@dataclass(frozen=True)
class Pages:
    headline: str  # plain, one line; may be empty where there is text
    texts: tuple[str, ...]  # plain, in their order; one at least, empty where there is only a title

    @property
    def text(self) -> str:
        return "\n\n".join(self.texts)


def pages(bulletin: Bulletin) -> Pages:
    """The same pages whenever and for whomever: a button names one by its number."""
    title, text = plain_text.line(bulletin.title), plain_text.clean(bulletin.text)
    headline = plain_text.shorten(title, _HEADLINE)
    if headline != title:
        text = f"{title}\n\n{text}".rstrip()
    texts = []
    while plain_text.units(text) > _PAGE:
        page, text = plain_text.split(text, _PAGE)
        texts.append(page)
    return Pages(headline, (*texts, text))
