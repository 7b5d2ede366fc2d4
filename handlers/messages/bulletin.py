"""Bulletin renderer: pushes, pages and lists of bulletins. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from alerts.classification import (
    BulletinClass,
    classify,
    has_unplaced_areas,
    is_declared_alert,
    read_bulletin,
)
from handlers.messages.pagination import paginate
from handlers.messages.warning_details import render_areas, render_warning_details
from handlers.telegram.keyboards import button_rows, parse_number
from handlers.text import plain_text
from handlers.text.dates import format_moment
from handlers.text.html import Html, bold, escape, join, link, visible_text
from handlers.text.i18n import Catalog, Translator
from matching.reader import Reader
from storage.inbound.bulletins import ANNOUNCEMENT_SOURCE, Bulletin, Kind, StoredBulletin
from storage.subscribers.subscribers import Detail, Subscriber
from storage.values.message import Button, MessageContent

PREFIX = "m"
"""Prefix of `m:BULLETIN:PAGE`: opens a page of a bulletin."""

_MAX_SENTENCE_LENGTH = 300  # UTF-16 units
_MAX_ENTRY_INPUT = 4_000
"""Characters of a title and of a text that an entry of a list considers."""

_MAX_ENTRIES = 24
"""Bulletins in one message. An entry has at most four formatted pieces; a message may have 100."""

_BUTTONS_IN_ROW = 8


class RenderOptions(NamedTuple):
    """Options that determine how a bulletin looks: readers with equal options share a rendering."""

    language: str  # code of a supported language
    zone: str | None  # IANA name; None is UTC
    detail: Detail

    @classmethod
    def of(cls, subscriber: Subscriber) -> "RenderOptions":
        """Return the options of a subscriber."""
        return cls(subscriber.language, subscriber.zone, subscriber.detail)


class BulletinRenderer:
    """Renderer of bulletins."""

    def __init__(self, catalog: Catalog, reader: Reader) -> None:
        self._catalog = catalog
        self._reader = reader

    def render(
        self, bulletin: StoredBulletin, options: RenderOptions, now: datetime
    ) -> MessageContent:
        """Render a bulletin as one message, with a button for the remainder."""
        pages = paginate(bulletin)
        if options.detail is Detail.FULL or bulletin.source == ANNOUNCEMENT_SOURCE:
            next_page = _next_page(0, pages.texts)
            return self._render(bulletin, options, now, pages.texts[0], next_page)
        sentence = plain_text.first_sentence(pages.text, _MAX_SENTENCE_LENGTH)
        next_page = None if sentence == pages.text else 0
        return self._render(bulletin, options, now, sentence, next_page)

    def render_page(
        self, bulletin: StoredBulletin, options: RenderOptions, now: datetime, page: int
    ) -> MessageContent | None:
        """Render a page, counted from 0, of the full bulletin; None if there is no such page."""
        texts = paginate(bulletin).texts
        if not 0 <= page < len(texts):
            return None
        return self._render(bulletin, options, now, texts[page], _next_page(page, texts))

    def render_entry(
        self,
        bulletin: StoredBulletin,
        bulletin_class: BulletinClass,
        options: RenderOptions,
        now: datetime,
    ) -> Html:
        """Render a bulletin as an entry of a list: headline or first sentence, and the footer."""
        translator = self._catalog.translator(options.language)
        # Bulletins can be as long as a book: consider only the beginning.
        title, text = bulletin.title[:_MAX_ENTRY_INPUT], bulletin.text[:_MAX_ENTRY_INPUT]
        pages = paginate(replace(bulletin, title=title, text=text))
        headline = bold(pages.headline) if pages.headline else Html()
        sentence = ""
        if options.detail is Detail.FULL or not headline:
            sentence = plain_text.first_sentence(pages.texts[0], _MAX_SENTENCE_LENGTH)
        head = join(" ", [Html(bulletin_class.value), headline])
        footer = _footer(bulletin, bulletin_class, options, now, translator)
        areas = render_areas(bulletin) if _is_forecast(bulletin) else Html()
        return join("\n", [head, areas, escape(sentence), footer])

    def render_list(
        self,
        bulletins: Sequence[StoredBulletin],
        options: RenderOptions,
        now: datetime,
        head: Html,
    ) -> tuple[MessageContent, int]:
        """Render the first bulletins that fit one message; return it and their count.

        Each has a button that opens it. `head` is the heading, of at most 400 units.
        """
        parts = [head]
        for number, bulletin in enumerate(bulletins[:_MAX_ENTRIES], start=1):
            bulletin_class, _ = self._read(bulletin)
            entry = self.render_entry(bulletin, bulletin_class, options, now)
            numbered = Html(f"{number}. {entry}")
            text = visible_text(join("\n\n", [*parts, numbered]))
            if plain_text.utf16_length(text) > plain_text.MAX_MESSAGE_UNITS:
                break
            parts.append(numbered)
        count = len(parts) - 1
        buttons = [
            Button(str(number), open_callback_data(bulletin.id))
            for number, bulletin in enumerate(bulletins[:count], start=1)
        ]
        rows = button_rows(buttons, _BUTTONS_IN_ROW)
        return MessageContent(join("\n\n", parts), rows), count

    def _render(
        self,
        bulletin: StoredBulletin,
        options: RenderOptions,
        now: datetime,
        text: str,
        next_page: int | None,
    ) -> MessageContent:
        translator = self._catalog.translator(options.language)
        bulletin_class, is_unplaced = self._read(bulletin)
        if next_page:  # a page is cut off; say so, since inline mode shows no button
            text = f"{text} …"
        head = join(" ", [Html(bulletin_class.value), _headline(bulletin)])
        footer = _footer(bulletin, bulletin_class, options, now, translator)
        details = Html()
        if is_unplaced or _is_forecast(bulletin):
            details = render_warning_details(bulletin, options.zone, now, translator)
        html = join("\n\n", [head, details, escape(text), footer])
        if next_page is None:
            return MessageContent(html)
        button = Button(translator.text("button-more"), _callback_data(bulletin.id, next_page))
        return MessageContent(html, ((button,),))

    def _read(self, bulletin: StoredBulletin) -> tuple[BulletinClass, bool]:
        """Return the class of a bulletin, and whether it has areas that nobody can place.

        A reading anew is needed only for a bulletin that an older version has stored. A drill is
        news, also if its source declares an alert: the sign of one would frighten people.
        """
        bulletin_class, is_unplaced = self._stored_class(bulletin)
        if is_declared_alert(bulletin) and self._reader.is_drill(bulletin.title or bulletin.text):
            return BulletinClass.NEWS, is_unplaced
        return bulletin_class, is_unplaced

    def _stored_class(self, bulletin: StoredBulletin) -> tuple[BulletinClass, bool]:
        if bulletin.alert_state is not None:
            return BulletinClass[bulletin.alert_state], bulletin.is_unplaced
        reading = read_bulletin(self._reader, bulletin)
        return classify(bulletin, reading), has_unplaced_areas(reading)


def parse_callback(data: str) -> tuple[int, int] | None:
    """Parse callback data after the prefix: the bulletin's id and the page; None if invalid."""
    parts = data.split(":")
    bulletin, page = map(parse_number, parts) if len(parts) == 2 else (None, None)
    return None if bulletin is None or page is None else (bulletin, page)


def open_callback_data(bulletin: int) -> str:
    """Return the callback data that open a bulletin at its first page."""
    return _callback_data(bulletin, 0)


def listed_bulletin_ids(content: MessageContent) -> list[int]:
    """Return the ids of the bulletins in a rendered list, in its order."""
    data = (button.data or "" for row in content.buttons for button in row)
    parsed = (parse_callback(text.removeprefix(f"{PREFIX}:")) for text in data)
    return [bulletin for bulletin, _ in filter(None, parsed)]


def _callback_data(bulletin: int, page: int) -> str:
    return f"{PREFIX}:{bulletin}:{page}"


def _next_page(page: int, texts: tuple[str, ...]) -> int | None:
    return page + 1 if page + 1 < len(texts) else None


def _is_forecast(bulletin: Bulletin) -> bool:
    """Return True for a minor warning: too minor for an alert, but with areas and an end."""
    has_areas = bool(bulletin.hazard and bulletin.regions and bulletin.expires_at)
    return bulletin.kind is Kind.NEWS and has_areas


def _headline(bulletin: Bulletin) -> Html:
    headline = paginate(bulletin).headline
    return bold(headline) if headline else Html()


def _footer(
    bulletin: StoredBulletin,
    bulletin_class: BulletinClass,
    options: RenderOptions,
    now: datetime,
    translator: Translator,
) -> Html:
    """Render class, sources, time and link."""
    sources = ", ".join((bulletin.source, *bulletin.duplicate_sources))
    source = escape(plain_text.single_line(sources))
    if bulletin.source == ANNOUNCEMENT_SOURCE:
        source = translator.html("announcement-from")
    time = escape(format_moment(bulletin.issued_at, options.zone, now, translator))
    origin = join(" · ", [_class_name(bulletin_class, translator), source, time])
    source_link = link(bulletin.url, translator.text("link-source"))
    return join(" · ", [Html(f"<i>{origin}</i>"), source_link or Html()])


def _class_name(bulletin_class: BulletinClass, translator: Translator) -> Html:
    match bulletin_class:
        case BulletinClass.ALERT:
            return translator.html("sign-alert")
        case BulletinClass.CLEAR:
            return translator.html("sign-clear")
        case BulletinClass.WARNING:
            return translator.html("sign-warning")
        case BulletinClass.NEWS:
            return Html()
