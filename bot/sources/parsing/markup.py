"""Markup in plain fields: turns HTML that a publisher put into a text field into text.

Fields that are plain by their standard often hold `<br/>` or `&nbsp;`. Text such as `gusts < 50
km/h` is not markup and stays.
"""

import html
import re

from bot.sources.parsing.html_text import html_to_text
from bot.sources.parsing.sanitize import clean_text

_TAG = re.compile(
    r"</?(?:a|abbr|address|b|big|blockquote|body|br|center|cite|code|dd|div|dl|dt|em|font|h[1-6]|head"
    r"|header|hr|html|i|img|li|main|ol|p|pre|q|s|section|small|span|strike|strong|sub|sup|table"
    r"|tbody|td|tfoot|th|thead|tr|tt|u|ul)(?:\s[^<>]{0,2000})?\s*/?>",
    re.IGNORECASE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_PARAGRAPH_END = re.compile(r"\n\s*\n")


def markup_to_text(text: str) -> str:
    """Return sanitized text without tags and entities; the lines of the text stay lines."""
    if _TAG.search(text):
        paragraphs = _PARAGRAPH_END.split(text)
        converted = (html_to_text(part.replace("\n", "<br>")) for part in paragraphs)
        text = "\n\n".join(part for part in converted if part)
    if _ENTITY.search(text):  # also those that were escaped twice
        text = html.unescape(text)
    return clean_text(text)
