"""Alert renderer: incidents as messages and lists. Pure.

A message always shows the latest state of an incident, so a late one is still true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from handlers.messages.bulletin import RenderOptions
from handlers.messages.pagination import paginate
from handlers.messages.place_distance import DistanceRenderer
from handlers.messages.source_words import quote_source
from handlers.messages.threats import hazard_title, name_threats
from handlers.messages.warning_details import LEVELS
from handlers.text import html, plain_text
from handlers.text.dates import format_moment
from handlers.text.html import Html, bold, escape, join, link
from handlers.text.i18n import Catalog, Translator
from matching.places.areas import area_names
from matching.places.gazetteer import Gazetteer
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import Incident, NotificationReason, SourceReport, has_id
from storage.values.message import MessageContent

LATE_AFTER = timedelta(seconds=30)
"""Delay from which a message shows it."""

_MAX_EXCERPT_LENGTH = 600
_MAX_SHORT_EXCERPT_LENGTH, _MAX_EXCERPTS = 200, 3
"""UTF-16 units of a source's words, and bulletins quoted, in a message about several alerts."""

_MAX_INCIDENTS = 25
MAX_LIST_UNITS = 3_800
"""UTF-16 units of a list. Telegram's limit is 4,096, and a caller may append a few words."""

_MAX_PLACES = 5

_ACTIVE, _MINOR, _OVER, _UNKNOWN = "🔴", "🟡", "🟢", "⚪"


@dataclass(frozen=True, kw_only=True)
class IncidentView:
    """Incident to render."""

    incident: Incident  # in its latest state
    reason: NotificationReason
    bulletin: StoredBulletin | None = None  # its last bulletin; None: purged
    delay: timedelta | None = None  # from the source's own time to now; None: not shown
    is_edit: bool = False  # edits the message that announced the alert and keeps its content


class AlertRenderer:
    """Renderer of incidents."""

    def __init__(self, catalog: Catalog, gazetteer: Gazetteer) -> None:
        self._catalog = catalog
        self._gazetteer = gazetteer
        self.distances = DistanceRenderer(catalog, gazetteer)

    def render(
        self, views: Sequence[IncidentView], options: RenderOptions, now: datetime
    ) -> MessageContent:
        """Render incidents as one message."""
        if len(views) == 1:
            return self._render_single(views[0], options, now)
        translator = self._catalog.translator(options.language)
        active_first = sorted(views, key=lambda view: view.incident.closed_at is not None)
        incidents = self.render_list(Html(), active_first, options, now)
        delay = max((view.delay for view in views if view.delay), default=None)
        late = _late(delay, translator)
        words = self._words_of_all(views, options, now)
        notice = Html(f"<i>{late}</i>") if late else Html()
        return MessageContent(join("\n\n", [incidents, *words, notice]))

    def _render_single(
        self, view: IncidentView, options: RenderOptions, now: datetime
    ) -> MessageContent:
        translator = self._catalog.translator(options.language)
        incident = view.incident
        head = join(" ", [Html(_sign(incident)), bold(self._headline(view, translator))])
        state = self._state(view, options, now, translator)
        parts = [head, state]
        if view.reason is NotificationReason.KNOWN_AGAIN and incident.unknown_since is None:
            parts.insert(1, translator.html("incident-known-again"))
        if incident.closed_at is None or view.is_edit:
            parts.append(self._excerpt(view, options, now, _MAX_EXCERPT_LENGTH))
        return MessageContent(join("\n\n", [*parts, _footer(view, translator)]))

    def render_missed_summary(
        self, missed: Sequence[IncidentView], options: RenderOptions, now: datetime
    ) -> MessageContent:
        """Render the summary of alerts that arrived too late to be pushed."""
        translator = self._catalog.translator(options.language)
        return MessageContent(
            self.render_list(translator.html("missed-head"), missed, options, now)
        )

    def render_list(
        self,
        head: Html,
        views: Sequence[IncidentView],
        options: RenderOptions,
        now: datetime,
        confirmed_at: Mapping[str, datetime] | None = None,
        max_units: int = MAX_LIST_UNITS,
    ) -> Html:
        """Render the first incidents that fit one message, and the count of the others.

        `confirmed_at`: aware time of the last successful poll, by source.
        """
        translator = self._catalog.translator(options.language)
        parts = [head]
        for view in views[:_MAX_INCIDENTS]:
            incident = view.incident
            title = f"{_sign(incident)} {self._headline(view, translator)}"
            sources = _sources(incident, options, now, translator, confirmed_at or {})
            state = self._state(view, options, now, translator)
            entry = join("\n", [bold(title), state, Html(f"<i>{sources}</i>")])
            text = html.visible_text(join("\n\n", [*parts, entry]))
            if plain_text.utf16_length(text) > max_units:
                break
            parts.append(entry)
        count = len(parts) - 1
        if len(views) > count:
            parts.append(translator.html("alerts-more", count=len(views) - count))
        return join("\n\n", parts)

    def _headline(self, view: IncidentView, translator: Translator) -> str:
        incident, bulletin = view.incident, view.bulletin
        _, _, id_ = incident.hazard.partition(":")
        hazard = hazard_title(incident.hazard, translator)
        place = self._place(view, translator)
        if incident.closed_at and not view.is_edit:
            # The end of a forecast does not mean that it is safe: it is not an all-clear.
            key = "incident-over" if id_ else "button-all-clear"
            return translator.text(key, what=hazard, place=place)
        if id_ and bulletin and bulletin.title:
            return f"{paginate(bulletin).headline} — {place}"
        return f"{hazard}: {place}"

    def _place(self, view: IncidentView, translator: Translator) -> str:
        """Return the region; for an alert with an id the place names that its source gives."""
        incident = view.incident
        names = area_names(view.bulletin.regions) if view.bulletin else ()
        is_list = len(names) > 1 or any("," in name for name in names)
        if not is_list or not has_id(incident.hazard):
            return self._gazetteer.title(incident.region, translator.language)
        joined = ", ".join(map(plain_text.single_line, names[:_MAX_PLACES]))
        return joined if len(names) <= _MAX_PLACES else f"{joined}, …"

    def _state(
        self, view: IncidentView, options: RenderOptions, now: datetime, translator: Translator
    ) -> Html:
        incident = view.incident
        since = format_moment(incident.opened_at, options.zone, now, translator)
        if incident.closed_at:
            until = format_moment(incident.closed_at, options.zone, now, translator)
            duration = _format_duration(incident.closed_at - incident.opened_at, translator)
            key = "incident-applied" if has_id(incident.hazard) else "incident-lasted"
            ended = translator.html(key, lasted=duration, since=since, until=until)
            return join("\n", [ended, *(self._severity(view, translator) if view.is_edit else ())])
        lines = [translator.html("incident-since", since=since)]
        if incident.level == "warning":  # nothing is active yet
            lines = [translator.html("incident-warned", since=since)]
        if has_id(incident.hazard):
            lines = [translator.html("incident-issued", at=since)]
            if expires_at := _expires_at(incident):
                until = format_moment(expires_at, options.zone, now, translator)
                lines.append(translator.html("incident-until", until=until))
        lines += self._severity(view, translator)
        if incident.unknown_since:
            unknown_since = format_moment(incident.unknown_since, options.zone, now, translator)
            lines = [
                bold(translator.html("incident-unknown", since=unknown_since)),
                translator.html("incident-known-last"),
                *lines,
            ]
        return join("\n", lines)

    def _severity(self, view: IncidentView, translator: Translator) -> list[Html]:
        incident = view.incident
        lines = []
        if incident.level in LEVELS:
            lines.append(translator.html(LEVELS[incident.level]))
        if threats := name_threats(incident, translator):
            joined = ", ".join(threats)
            lines.append(translator.html("incident-threats", threats=joined, count=len(threats)))
        return lines

    def _excerpt(
        self, view: IncidentView, options: RenderOptions, now: datetime, max_length: int
    ) -> Html:
        """Return the bulletin's text without what the headline and the state lines already show."""
        bulletin = view.bulletin
        if bulletin is None:
            return Html()
        languages = dict.fromkeys((options.language, bulletin.lang or options.language))
        heads, shown_lines = [], set[str]()
        for translator in map(self._catalog.translator, languages):
            heads.append(hazard_title(view.incident.hazard, translator))
            state = self._state(view, options, now, translator)
            shown_lines.update(html.visible_text(state).split("\n"))
        region = view.incident.region
        return quote_source(bulletin, region, heads, shown_lines, self._gazetteer, max_length)

    def _words_of_all(
        self, views: Sequence[IncidentView], options: RenderOptions, now: datetime
    ) -> list[Html]:
        """Return the words and the links of the bulletins that have raised alerts in one message.

        Bulletins with equal words have them once.
        """
        by_bulletin = {
            view.bulletin.id: view
            for view in views
            if view.bulletin and (view.incident.closed_at is None or view.is_edit)
        }
        translator = self._catalog.translator(options.language)
        links: dict[Html, dict[Html, None]] = {}  # by the words, each once, in order
        for view in by_bulletin.values():
            excerpt = self._excerpt(view, options, now, _MAX_SHORT_EXCERPT_LENGTH)
            source_link = view.bulletin and link(view.bulletin.url, translator.text("link-source"))
            if excerpt in links or len(links) < _MAX_EXCERPTS:
                links.setdefault(excerpt, {})[source_link or Html()] = None
        return [
            join("\n", [excerpt, *[*sources][:_MAX_EXCERPTS]]) for excerpt, sources in links.items()
        ]


def _footer(view: IncidentView, translator: Translator) -> Html:
    """Render the sources, the link and the delay."""
    first_source, *confirming = [*_reporting(view.incident)] or [""]
    parts = [escape(plain_text.single_line(first_source))]
    if confirming and view.incident.closed_at is None:
        parts.append(translator.html("incident-confirmed", sources=", ".join(confirming)))
    if view.bulletin:
        parts.append(link(view.bulletin.url, translator.text("link-source")) or Html())
    footer = join(" · ", [*parts, _late(view.delay, translator)])
    return Html(f"<i>{footer}</i>") if footer else Html()


def _reporting(incident: Incident) -> Mapping[str, SourceReport]:
    """Return the reports to name: of an active alert those that show it, and no all-clears."""
    reports = incident.sources
    active = {name: report for name, report in reports.items() if report.is_active}
    return reports if incident.closed_at or not active else active


def _late(delay: timedelta | None, translator: Translator) -> Html:
    if delay is None or delay <= LATE_AFTER:
        return Html()
    return translator.html("incident-late", late=_format_duration(delay, translator))


def _sources(
    incident: Incident,
    options: RenderOptions,
    now: datetime,
    translator: Translator,
    confirmed_at: Mapping[str, datetime],
) -> Html:
    """Render the sources with the time of their last report or poll."""
    sources = []
    for name, report in _reporting(incident).items():
        reported_at = max(report.reported_at, confirmed_at.get(name, report.reported_at))
        sources.append(f"{name} {format_moment(reported_at, options.zone, now, translator)}")
    return escape(plain_text.single_line(", ".join(sources)))


def _sign(incident: Incident) -> str:
    if incident.closed_at:
        return _OVER
    if incident.unknown_since:
        return _UNKNOWN
    return _MINOR if incident.level in ("yellow", "warning") else _ACTIVE


def _expires_at(incident: Incident) -> datetime | None:
    """Return the latest end that an active source gives."""
    reports = incident.sources.values()
    ends = [report.expires_at for report in reports if report.is_active and report.expires_at]
    return max(ends, default=None)


def _format_duration(duration: timedelta, translator: Translator) -> str:
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    if minutes < 3:
        return translator.text("moment-seconds", seconds=minutes * 60 + seconds)
    hours, minutes = divmod(minutes, 60)
    return translator.text("moment-length", hours=hours, minutes=minutes)
