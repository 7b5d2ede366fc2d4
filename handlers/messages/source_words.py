"""Source words: what a source itself says about an alert, without what the message has. Pure."""

from collections.abc import Collection

from handlers.messages.pagination import paginate
from handlers.text import plain_text
from handlers.text.html import Html, escape
from matching.places.gazetteer import Gazetteer
from matching.text.tokenizer import split_words
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import has_id


def quote_source(
    bulletin: StoredBulletin,
    region: str,
    heads: Collection[str],
    shown_lines: Collection[str],
    gazetteer: Gazetteer,
    max_length: int,
) -> Html:
    """Return the bulletin's own words, at most `max_length` UTF-16 units.

    `region` is the code of the alert's region, `heads` name its hazard, and `shown_lines` are the
    lines of the message, each in the languages of the reader and of the source.
    """
    pages = paginate(bulletin)
    if has_id(bulletin.hazard or ""):  # the head of the message has its title
        return escape(plain_text.truncate(pages.text, max_length))
    lines = pages.text.split("\n")
    if not _is_label(pages.headline, region, heads, bulletin, gazetteer):
        lines.insert(0, pages.headline)
    repeated = {*shown_lines, *bulletin.regions}
    words = "\n".join(line for line in lines if line.rstrip(". ") not in repeated)
    return escape(plain_text.truncate(words.strip(), max_length))


def _is_label(
    headline: str,
    region: str,
    heads: Collection[str],
    bulletin: StoredBulletin,
    gazetteer: Gazetteer,
) -> bool:
    """Return whether a headline is the hazard and the region, as the alert services write it."""
    hazard, _, name = headline.partition(":")
    if hazard not in heads:
        return False
    words = split_words(name)
    names = (words, words[1:])  # the second without an abbreviation: м. Київ
    codes = [match.code for name_words in names for match in gazetteer.find_words(name_words)]
    return region in codes or name.strip() in bulletin.regions
