"""Digest renderer: many bulletins in few messages, and the summary after quiet hours."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.tally import TallyItem, tally
from handlers.messages.bulletin import BulletinRenderer, RenderOptions, open_callback_data
from handlers.telegram.keyboards import button_rows
from handlers.text import plain_text
from handlers.text.html import Html, bold, join, visible_text
from handlers.text.i18n import Catalog, Translator
from matching.places.gazetteer import Gazetteer
from matching.topics.topics import Topics
from storage.values.message import Button, MessageContent

MAX_ENTRIES = 72
"""Bulletins that a digest lists. Further ones are counted."""

_MAX_ENTRIES_IN_MESSAGE = 24
"""With their headings they have fewer formatted pieces than the 100 that Telegram allows."""

_MAX_PLACES = 5
_BUTTONS_IN_ROW = 8
_MAX_CACHED = 4_000


@dataclass(frozen=True)
class RenderedEntry:
    """Bulletin as an entry of a list, without its number."""

    html: Html
    units: int  # length in UTF-16 units


@dataclass(frozen=True)
class QuietSummary:
    """Summary of quiet hours."""

    contents: list[MessageContent]  # empty if nothing happened
    is_urgent: bool  # an alert is still active


class DigestRenderer:
    """Renderer of digests. Readers with equal options share a FIFO cache of rendered entries."""

    def __init__(
        self,
        catalog: Catalog,
        gazetteer: Gazetteer,
        topics: Topics,
        bulletin_renderer: BulletinRenderer,
    ) -> None:
        self._catalog = catalog
        self._gazetteer = gazetteer
        self._topics = topics
        self._bulletin_renderer = bulletin_renderer
        self._cache: OrderedDict[tuple[int, RenderOptions, int], RenderedEntry] = OrderedDict()

    def render_digest(
        self, items: Sequence[TallyItem], options: RenderOptions, now: datetime
    ) -> list[MessageContent]:
        """Render a digest; no message if there are no items."""
        if not items:
            return []
        translator = self._catalog.translator(options.language)
        return self._render(items, options, now, translator.html("digest-head", count=len(items)))

    def render_empty(self, options: RenderOptions) -> MessageContent:
        """Render the message for a digest without bulletins."""
        return MessageContent(self._catalog.translator(options.language).html("digest-nothing"))

    def render_quiet_summary(
        self,
        items: Sequence[TallyItem],
        notified: Sequence[TallyItem],
        options: RenderOptions,
        now: datetime,
    ) -> QuietSummary:
        """Render the summary of quiet hours: the bulletins that waited, and the alerts' outcome.

        `notified`: bulletins sent meanwhile without sound.
        """
        translator = self._catalog.translator(options.language)
        waiting = tally(items, now)
        total = tally({item.bulletin.id: item for item in (*notified, *items)}.values(), now)
        facts = []
        if total.active:
            places = self._places(total.active, translator)
            facts.append(translator.html("quiet-alerts-on", count=total.alert_count, places=places))
        elif total.alert_count:
            facts.append(translator.html("quiet-alerts-over", count=total.alert_count))
        if waiting.news:
            facts.append(translator.html("quiet-reports", count=len(waiting.news)))
        if not facts:
            return QuietSummary([], is_urgent=False)
        head = translator.html("quiet-summary", what=join("; ", facts))
        listed = (*total.active, *waiting.news)
        contents = self._render(listed, options, now, head)
        return QuietSummary(contents, is_urgent=bool(total.active))

    def _places(self, alerts: Iterable[TallyItem], translator: Translator) -> str:
        codes = dict.fromkeys(code for alert in alerts for code in alert.affected_regions if code)
        names = [self._gazetteer.title(code, translator.language) for code in codes]
        ellipsis = ["…"] if len(names) > _MAX_PLACES else []
        return ", ".join(names[:_MAX_PLACES] + ellipsis) or "?"

    def _render(
        self, items: Sequence[TallyItem], options: RenderOptions, now: datetime, head: Html
    ) -> list[MessageContent]:
        """Render items under headings of region and topic: alerts first, then newest first.

        Bulletins with equal text become one entry with a count.
        """
        translator = self._catalog.translator(options.language)
        oldest_first = sorted(
            items,
            key=lambda item: (bool(item.bulletin_class.value), item.reported_at, item.bulletin.id),
        )
        groups: dict[str, dict[str, list[TallyItem]]] = {}
        for item in reversed(oldest_first[-MAX_ENTRIES:]):
            text = f"{item.bulletin.title}\n{item.bulletin.text}".casefold()
            group = groups.setdefault(self._heading(item, translator), {})
            group.setdefault(text, []).append(item)
        writer = _MessageWriter(head)
        for heading, group in groups.items():
            for item, *repeats in group.values():
                entry = self._entry(item, options, now)
                data = open_callback_data(item.bulletin.id)
                writer.add(heading, entry, data, len(repeats))
        if len(items) > MAX_ENTRIES:
            writer.end(translator.html("digest-more", count=len(items) - MAX_ENTRIES))
        return writer.contents()

    def _heading(self, item: TallyItem, translator: Translator) -> str:
        place = item.region and self._gazetteer.title(item.region, translator.language)
        topic = item.topic and self._topics.title(item.topic, translator.language)
        return " · ".join(filter(None, (place, topic))) or translator.text("digest-untitled")

    def _entry(self, item: TallyItem, options: RenderOptions, now: datetime) -> RenderedEntry:
        # An entry shows its date unless that is today, so a rendering is valid for an hour.
        key = (item.bulletin.id, options, int(now.timestamp()) // 3600)
        if key not in self._cache:
            html = self._bulletin_renderer.render_entry(
                item.bulletin, item.bulletin_class, options, now
            )
            self._cache[key] = RenderedEntry(html, plain_text.utf16_length(visible_text(html)))
            if len(self._cache) > _MAX_CACHED:
                self._cache.popitem(last=False)
        return self._cache[key]


class _MessageWriter:
    """Writer that fills one message after the other."""

    def __init__(self, head: Html) -> None:
        self._contents: list[MessageContent] = []
        self._parts: list[Html] = []
        self._buttons: list[Button] = []
        self._heading = ""
        self._units = 0
        self._begin(head)

    def add(self, heading: str, entry: RenderedEntry, callback_data: str, repeats: int) -> None:
        """Add a numbered entry, under a heading if it differs from the last one.

        `repeats`: number of earlier bulletins with the same text.
        """
        units = entry.units + plain_text.utf16_length(heading) + 20
        if self._buttons and (
            len(self._buttons) == _MAX_ENTRIES_IN_MESSAGE
            or self._units + units > plain_text.MAX_MESSAGE_UNITS
        ):
            self._close()
            self._begin(Html())
        if heading != self._heading:
            self._parts.append(bold(f"— {heading}"))
            self._heading = heading
        number = len(self._buttons) + 1
        times = f" ×{repeats + 1}" if repeats else ""
        self._parts.append(Html(f"{number}. {entry.html}{times}"))
        self._buttons.append(Button(str(number), callback_data))
        self._units += units

    def end(self, html: Html) -> None:
        self._parts.append(html)

    def contents(self) -> list[MessageContent]:
        self._close()
        return self._contents

    def _begin(self, head: Html) -> None:
        self._parts = [head]
        self._buttons = []
        self._heading = ""
        self._units = plain_text.utf16_length(visible_text(head))

    def _close(self) -> None:
        rows = button_rows(self._buttons, _BUTTONS_IN_ROW)
        self._contents.append(MessageContent(join("\n\n", self._parts), rows))
