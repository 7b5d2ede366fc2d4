"""Inline mode: `@bot Kyiv` in any chat offers the newest reports to share there."""

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Suggest, Suggestion
from handlers.messages.bulletin import Audience
from handlers.messages.pagination import pages
from handlers.services.search import Search
from handlers.telegram.events import Asked
from handlers.text import plain_text
from matching.query.errors import QueryError
from matching.query.parser import Limits, parse
from storage.engine.database import Transaction
from storage.inbound.bulletins import StoredBulletin
from storage.subscribers.subscribers import Detail
from storage.values.message import Content

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
        title=plain_text.shorten(whole.headline or plain_text.line(whole.text), _TITLE),
        about=plain_text.shorten(plain_text.line(whole.text), _ABOUT),
        content=Content(content.html),  # its buttons would be pressed where we are not
    )


def audience_of_nobody(language: str) -> Audience:
    """Of somebody we know nothing of but the language of their Telegram."""
    return Audience(language, None, Detail.SHORT)
