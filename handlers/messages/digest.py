"""Many reports in few messages: a digest, and what came while it was quiet."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.tally import Item, reckon
from handlers.messages.bulletin import Audience, Messages, open_button
from handlers.text import plain_text
from handlers.text.html import Html, bold, join, shown
from handlers.text.i18n import Voice, Words
from matching.places.gazetteer import Gazetteer
from matching.topics.topics import Topics
from storage.values.message import Button, Content

MOST = 72
"""Reports listed; of more only the number is told."""

_ENTRIES = 24
"""Reports in one message: with the titles above them they mark fewer pieces than Telegram takes."""

_PLACES = 5
_ROW = 8
_KEPT = 4_000


@dataclass(frozen=True)
class Line:
    """One report as it stands in a list, without its number."""

    html: Html
    units: int  # UTF-16, as Telegram counts


@dataclass(frozen=True)
class Back:
    """What somebody hears whose quiet is over."""

    contents: list[Content]  # none where nothing happened
    is_urgent: bool  # an alert is still on


class Roundup:
    """Draws them, and remembers how a report looks to those who read alike."""

    def __init__(
        self, words: Words, gazetteer: Gazetteer, topics: Topics, messages: Messages
    ) -> None:
        self._words = words
        self._gazetteer = gazetteer
        self._topics = topics
        self._messages = messages
        self._lines: OrderedDict[tuple[int, Audience, int], Line] = OrderedDict()

    def digest(self, items: Sequence[Item], audience: Audience, now: datetime) -> list[Content]:
        """What came since the last one; no message for nothing."""
        if not items:
            return []
        voice = self._words.voice(audience.language)
        return self._draw(items, audience, now, voice.say("digest-head", count=len(items)))

    def nothing(self, audience: Audience) -> Content:
        """That there is nothing new, for who wants to be told."""
        return Content(self._words.voice(audience.language).say("digest-nothing"))

    def after_quiet(
        self, items: Sequence[Item], told: Sequence[Item], audience: Audience, now: datetime
    ) -> Back:
        """What was held, and how the alerts ended; `told` came meanwhile, without a sound."""
        voice = self._words.voice(audience.language)
        waited = reckon(items, now)
        whole = reckon({each.stored.id: each for each in (*told, *items)}.values(), now)
        facts = []
        if whole.on:
            places = self._places(whole.on, voice)
            facts.append(voice.say("quiet-alerts-on", count=whole.alerts, places=places))
        elif whole.alerts:
            facts.append(voice.say("quiet-alerts-over", count=whole.alerts))
        if waited.others:
            facts.append(voice.say("quiet-reports", count=len(waited.others)))
        if not facts:
            return Back([], is_urgent=False)
        head = voice.say("quiet-summary", what=join("; ", facts))
        listed = (*whole.on, *waited.others)
        return Back(self._draw(listed, audience, now, head), is_urgent=bool(whole.on))

    def _places(self, alerts: Iterable[Item], voice: Voice) -> str:
        codes = dict.fromkeys(code for each in alerts for code in each.places if code)
        names = [self._gazetteer.title(code, voice.language) for code in codes]
        more = ["…"] if len(names) > _PLACES else []
        return ", ".join(names[:_PLACES] + more) or "?"

    def _draw(
        self, items: Sequence[Item], audience: Audience, now: datetime, head: Html
    ) -> list[Content]:
        """Under titles of topic and place, newest first, alerts before all."""
        voice = self._words.voice(audience.language)
        newest = sorted(items, key=lambda each: (bool(each.sign.value), each.at, each.stored.id))
        groups: dict[str, dict[str, list[Item]]] = {}
        for each in reversed(newest[-MOST:]):
            words = f"{each.stored.title}\n{each.stored.text}".casefold()
            groups.setdefault(self._title(each, voice), {}).setdefault(words, []).append(each)
        sheets = _Sheets(head)
        for title, together in groups.items():
            for each, *again in together.values():
                line = self._line(each, audience, now)
                sheets.add(title, line, open_button(each.stored.id), len(again))
        if len(newest) > MOST:
            sheets.end(voice.say("digest-more", count=len(newest) - MOST))
        return sheets.contents()

    def _title(self, each: Item, voice: Voice) -> str:
        place = each.place and self._gazetteer.title(each.place, voice.language)
        topic = each.topic and self._topics.title(each.topic, voice.language)
        return " · ".join(filter(None, (place, topic))) or voice.label("digest-untitled")

    def _line(self, each: Item, audience: Audience, now: datetime) -> Line:
        # A report tells its date when that is not today's, so a drawing lasts an hour.
        key = (each.stored.id, audience, int(now.timestamp()) // 3600)
        if key not in self._lines:
            html = self._messages.entry(each.stored, each.sign, audience, now)
            self._lines[key] = Line(html, plain_text.units(shown(html)))
            if len(self._lines) > _KEPT:
                self._lines.popitem(last=False)
        return self._lines[key]


class _Sheets:
    """Fills one message after the other."""

    def __init__(self, head: Html) -> None:
        self._done: list[Content] = []
        self._parts: list[Html] = []
        self._buttons: list[Button] = []
        self._title = ""
        self._units = 0
        self._begin(head)

    def add(self, title: str, line: Line, button: str, again: int) -> None:
        """A report with its number, under a title where the one before had another.

        The same words came `again` so often before.
        """
        extra = line.units + plain_text.units(title) + 20
        if self._buttons and (
            len(self._buttons) == _ENTRIES or self._units + extra > plain_text.MESSAGE
        ):
            self._close()
            self._begin(Html())
        if title != self._title:
            self._parts.append(bold(f"— {title}"))
            self._title = title
        number = len(self._buttons) + 1
        times = f" ×{again + 1}" if again else ""
        self._parts.append(Html(f"{number}. {line.html}{times}"))
        self._buttons.append(Button(str(number), button))
        self._units += extra

    def end(self, html: Html) -> None:
        self._parts.append(html)

    def contents(self) -> list[Content]:
        self._close()
        return self._done

    def _begin(self, head: Html) -> None:
        self._parts = [head]
        self._buttons = []
        self._title = ""
        self._units = plain_text.units(shown(head))

    def _close(self) -> None:
        buttons = self._buttons
        rows = tuple(tuple(buttons[at : at + _ROW]) for at in range(0, len(buttons), _ROW))
        self._done.append(Content(join("\n\n", self._parts), rows))
