"""How a bulletin looks, in a push as in an answer. Pure: values in, values out."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from alerts.classification import Sign, read, sign
from handlers.messages.pagination import pages
from handlers.telegram.callback_data import number
from handlers.text import plain_text
from handlers.text.dates import moment
from handlers.text.html import Html, bold, escape, join, link, shown
from handlers.text.i18n import Voice, Words
from matching.reader import Reader
from storage.inbound.bulletins import ANNOUNCEMENTS, Bulletin, StoredBulletin
from storage.subscribers.subscribers import Detail, Subscriber
from storage.values.message import Button, Content

PREFIX = "m"
"""Of the buttons drawn here: `m:BULLETIN:PAGE`."""

_SENTENCE = 300  # UTF-16 units
_LOOK = 4_000
"""Characters of a text in which its first sentence ends, or is cut."""

_ENTRIES = 24
"""Bulletins in one message: each has a button, and marks at most four pieces of at most 100."""

_ROW = 8


class Audience(NamedTuple):
    """Those to whom a bulletin looks the same."""

    language: str  # one we have words in
    zone: str | None  # IANA; None is UTC
    detail: Detail

    @classmethod
    def of(cls, subscriber: Subscriber) -> "Audience":
        return cls(subscriber.language, subscriber.zone, subscriber.detail)


class Messages:
    """Draws bulletins."""

    def __init__(self, words: Words, reader: Reader) -> None:
        self._words = words
        self._reader = reader

    def bulletin(self, stored: StoredBulletin, audience: Audience, now: datetime) -> Content:
        """One bulletin as one message, with a button for what is left out."""
        whole = pages(stored)
        if audience.detail is Detail.FULL or stored.source == ANNOUNCEMENTS:
            return self._draw(stored, audience, now, whole.texts[0], _after(0, whole.texts))
        first = plain_text.first_sentence(whole.text, _SENTENCE)
        return self._draw(stored, audience, now, first, None if first == whole.text else 0)

    def page(
        self, stored: StoredBulletin, audience: Audience, now: datetime, at: int
    ) -> Content | None:
        """One page of the whole bulletin, from 0; None when it has no such page."""
        texts = pages(stored).texts
        if not 0 <= at < len(texts):
            return None
        return self._draw(stored, audience, now, texts[at], _after(at, texts))

    def entry(self, stored: StoredBulletin, seen: Sign, audience: Audience, now: datetime) -> Html:
        """A bulletin as one of a list: what it says in short, and where to read on."""
        voice = self._words.voice(audience.language)
        # Of what is as long as a book only the beginning is looked at.
        begins = pages(replace(stored, title=stored.title[:_LOOK], text=stored.text[:_LOOK]))
        headline = bold(begins.headline) if begins.headline else Html()
        text = ""
        if audience.detail is Detail.FULL or not headline:
            text = plain_text.first_sentence(begins.texts[0], _SENTENCE)
        head = join(" ", [Html(seen.value), headline])
        return join("\n", [head, escape(text), _footer(stored, seen, audience, now, voice)])

    def listing(
        self, bulletins: Sequence[StoredBulletin], audience: Audience, now: datetime, head: Html
    ) -> tuple[Content, int]:
        """As many of `bulletins`, in the order given, as fit one message; and how many those are.

        Each has a button that opens it. `head` stands above them, 400 units at most.
        """
        parts = [head]
        for place, stored in enumerate(bulletins[:_ENTRIES], start=1):
            entry = Html(f"{place}. {self.entry(stored, self._sign(stored), audience, now)}")
            if plain_text.units(shown(join("\n\n", [*parts, entry]))) > plain_text.MESSAGE:
                break
            parts.append(entry)
        count = len(parts) - 1
        buttons = [
            Button(str(place), open_button(stored.id))
            for place, stored in enumerate(bulletins[:count], start=1)
        ]
        rows = tuple(tuple(buttons[at : at + _ROW]) for at in range(0, count, _ROW))
        return Content(join("\n\n", parts), rows), count

    def _draw(
        self,
        stored: StoredBulletin,
        audience: Audience,
        now: datetime,
        text: str,
        next_page: int | None,
    ) -> Content:
        voice = self._words.voice(audience.language)
        seen = self._sign(stored)
        text = f"{text} …" if next_page else text  # it goes on, also where no button can say so
        head = join(" ", [Html(seen.value), _headline(stored)])
        html = join("\n\n", [head, escape(text), _footer(stored, seen, audience, now, voice)])
        if next_page is None:
            return Content(html)
        return Content(html, ((Button(voice.label("button-more"), _data(stored.id, next_page)),),))

    def _sign(self, stored: StoredBulletin) -> Sign:
        return sign(stored, read(self._reader, stored))


def read_press(data: str) -> tuple[int, int] | None:
    """The bulletin's id and the page that a button drawn here stands for; None for anything else.

    `data` is what follows the prefix.
    """
    parts = data.split(":")
    bulletin, page = (number(part) for part in parts) if len(parts) == 2 else (None, None)
    return None if bulletin is None or page is None else (bulletin, page)


def open_button(bulletin: int) -> str:
    """What the button carries that opens a bulletin whole."""
    return _data(bulletin, 0)


def listed(content: Content) -> list[int]:
    """Ids of the bulletins that a listing drawn here tells of, in its order."""
    buttons = (button.data or "" for row in content.buttons for button in row)
    pressed = (read_press(data.removeprefix(f"{PREFIX}:")) for data in buttons)
    return [bulletin for bulletin, _ in filter(None, pressed)]


def _data(bulletin: int, page: int) -> str:
    return f"{PREFIX}:{bulletin}:{page}"


def _after(at: int, texts: tuple[str, ...]) -> int | None:
    return at + 1 if at + 1 < len(texts) else None


def _headline(bulletin: Bulletin) -> Html:
    headline = pages(bulletin).headline
    return bold(headline) if headline else Html()


def _footer(
    bulletin: StoredBulletin, seen: Sign, audience: Audience, now: datetime, voice: Voice
) -> Html:
    source = escape(plain_text.line(", ".join((bulletin.source, *bulletin.also))))
    if bulletin.source == ANNOUNCEMENTS:
        source = voice.say("announcement-from")
    at = moment(_time(bulletin), audience.zone, now, voice)
    told = join(" · ", [_meaning(seen, voice), source, escape(at)])
    more = link(bulletin.url, voice.label("link-source"))
    return join(" · ", [Html(f"<i>{told}</i>"), more or Html()])


def _meaning(seen: Sign, voice: Voice) -> Html:
    match seen:
        case Sign.ALERT:
            return voice.say("sign-alert")
        case Sign.CLEAR:
            return voice.say("sign-clear")
        case Sign.WARNING:
            return voice.say("sign-warning")
        case Sign.NEWS:
            return Html()


def _time(bulletin: Bulletin) -> datetime:
    return bulletin.published_at or bulletin.received_at
