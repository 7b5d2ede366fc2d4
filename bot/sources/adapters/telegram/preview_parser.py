"""Telegram preview parser: posts of the web preview of a public channel. Pure.

selectolax parses HTML like a browser and has selectors and types; lxml would need two more packages
for them.
"""

from dataclasses import dataclass
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from bot.sources.core.errors import Unusable
from bot.sources.parsing.charset import decode
from bot.sources.parsing.html_text import html_to_text
from bot.sources.parsing.lenient_json import as_time
from bot.sources.parsing.node_limit import check_element_count, check_entry_count
from bot.sources.parsing.page_parser import page_parser
from bot.sources.parsing.sanitize import MAX_RAW_LENGTH, clean_text
from bot.web_address import is_web_address, web_address_or_none

_MAX_ELEMENTS = 50_000  # twenty posts have 2,000
_MAX_POSTS = 200  # Telegram shows twenty

_POST = "div.tgme_widget_message[data-post]"
_TEXT = "div.tgme_widget_message_text.js-message_text"
_TIME = "a.tgme_widget_message_date time[datetime]"
_FORWARDED = "a.tgme_widget_message_forwarded_from_name[href]"
_LINK = "a.tgme_widget_message_date[href]"
_CHANNEL = ".tgme_channel_info, .tgme_channel_history"
# Words of posts that have no text: polls, files and places.
_POLL = ".tgme_widget_message_poll_question, .tgme_widget_message_poll_option_text"
_FILE = ".tgme_widget_message_document_title"
_PLACE = ".tgme_widget_message_venue_title, .tgme_widget_message_venue_address"
_MAX_PARTS = 20  # of a post: a poll has up to twelve options
_LINKED_PAGE = ".tgme_widget_message_link_preview .link_preview_title"


@dataclass(frozen=True)
class Post:
    """One post of a preview."""

    id: str  # "channel/17"
    number: int | None  # 17; grows from post to post
    text: str  # plain; empty for a picture without text
    url: str | None  # of the post, or of the original of a forward
    posted_at: datetime | None  # aware


@page_parser
def parse_posts(body: bytes, charset: str | None = None) -> list[Post]:
    """Return the posts of a preview without service messages; a new channel has none.

    Raises Unusable if it is not the preview of a channel.
    """
    text = decode(body, charset)
    check_element_count(text, _MAX_ELEMENTS)
    parser = LexborHTMLParser(text)
    nodes = [node for node in parser.css(_POST) if node.attributes["data-post"]]
    if not nodes and not parser.css_first(_CHANNEL):  # Telegram has redirected to another page
        raise Unusable("shows no posts: the channel is not public, or its preview is off")
    check_entry_count(len(nodes), _MAX_POSTS)
    return [
        _post(node)
        for node in nodes
        if "service_message" not in (node.attributes.get("class") or "").split()
    ]


def _post(node: LexborNode) -> Post:
    id_ = node.attributes["data-post"] or ""
    number = id_.rpartition("/")[2]
    time = node.css_first(_TIME)
    return Post(
        id=id_,
        number=int(number) if number.isdecimal() else None,
        text=_text(node),
        url=_address(node, _FORWARDED) or _address(node, _LINK),
        posted_at=as_time(time.attributes["datetime"]) if time else None,
    )


def _text(node: LexborNode) -> str:
    """Return the words of a post: its text, and what stands in place of one."""
    text = _words(node, _TEXT, is_single=True)
    if not text:
        return "\n".join(filter(None, (_words(node, name) for name in (_POLL, _FILE, _PLACE))))
    if is_web_address(text):
        return f"{_words(node, _LINKED_PAGE, is_single=True)}\n{text}".strip()
    return text


def _words(node: LexborNode, selector: str, *, is_single: bool = False) -> str:
    """Return the words of the elements, or of the first only, each on lines of its own."""
    elements = node.css(selector)[: 1 if is_single else _MAX_PARTS]
    pages = ((element.html or "")[:MAX_RAW_LENGTH] for element in elements)
    return clean_text("\n".join(map(html_to_text, pages)))


def _address(node: LexborNode, selector: str) -> str | None:
    link = node.css_first(selector)
    return web_address_or_none((link.attributes["href"] or "") if link else "")
