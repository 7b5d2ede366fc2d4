"""Inline mode: `@bot Kyiv` in any chat offers the newest reports to share there."""

from handlers import plain
from handlers.heard import Asked
from handlers.kit import Kit
from handlers.messages import Audience
from handlers.pages import pages
from handlers.said import Suggest, Suggestion
from handlers.searching import Search
from matching.errors import QueryError
from matching.parser import Limits, parse
from storage.bulletins import StoredBulletin
from storage.content import Content
from storage.database import Transaction
from storage.subscribers import Detail

_OFFERED = 8
_LIMITS = Limits(size=200)
_TITLE, _ABOUT = 80, 160
"""UTF-16 units of what is listed; Telegram shows no more."""


async def suggest(asked: Asked, transaction: Transaction, kit: Kit, audience: Audience) -> Suggest:
    """The newest that the words ask for; of what cannot be read yet, nothing: somebody types."""
    try:
        written = asked.text.strip()
        query = parse(written, kit.gazetteer, kit.topics, _LIMITS).query if written else None
    except QueryError:
        return Suggest(asked.id, ())
    found = await Search(transaction, kit.reader, query).older(_OFFERED)
    return Suggest(
        asked.id, tuple(_suggestion(each, asked, kit, audience) for each in found.bulletins)
    )


def _suggestion(stored: StoredBulletin, asked: Asked, kit: Kit, audience: Audience) -> Suggestion:
    whole = pages(stored)
    content = kit.messages.bulletin(stored, audience, asked.at)
    return Suggestion(
        id=str(stored.id),
        title=plain.shorten(whole.headline or plain.line(whole.text), _TITLE),
        about=plain.shorten(plain.line(whole.text), _ABOUT),
        content=Content(content.html),  # its buttons would be pressed where we are not
    )


def audience_of_nobody(language: str) -> Audience:
    """Of somebody we know nothing of but the language of their Telegram."""
    return Audience(language, None, Detail.SHORT)
