"""How an alert with a life looks. Pure: values in, values out.

What is drawn is always its newest state, so that who is rung late reads what is true then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.classification import is_declared
from handlers.messages.bulletin import Audience
from handlers.messages.pagination import pages
from handlers.text import html, plain_text
from handlers.text.dates import moment
from handlers.text.html import Html, bold, escape, join, link
from handlers.text.i18n import Voice, Words
from matching.places.gazetteer import Gazetteer
from matching.topics.topics import Topics
from storage.inbound.bulletins import StoredBulletin
from storage.inbound.incidents import Incident, Telling, has_id
from storage.values.message import Content

LATE = timedelta(seconds=30)
"""An alert that took longer says so."""

_SENTENCES = 600
_MOST_LINES = 25
_MESSAGE = 3_800
"""UTF-16 units; Telegram takes 4,096, and a few words may stand below."""

_MOST_PLACES = 5

_HAZARDS = {
    "air_raid": "incident-air-raid",
    "artillery_shelling": "incident-shelling",
    "urban_fights": "incident-fights",
    "chemical": "incident-chemical",
    "nuclear": "incident-radiation",
    "weather": "incident-weather",
    "quake": "incident-quake",
}
_LEVELS = {
    "red": "incident-level-red",
    "orange": "incident-level-orange",
    "yellow": "incident-level-yellow",
}
_ON, _LESS, _OVER, _UNKNOWN = "🔴", "🟡", "🟢", "⚪"


@dataclass(frozen=True, kw_only=True)
class IncidentView:
    """An incident to be shown to somebody."""

    incident: Incident  # as it is now
    telling: Telling  # why it is shown
    bulletin: StoredBulletin | None = None  # its newest; None: no longer kept
    delay: timedelta | None = None  # from the source's own time to now; None: no matter


class IncidentMessages:
    """Draws incidents."""

    def __init__(self, words: Words, gazetteer: Gazetteer, topics: Topics) -> None:
        self._words = words
        self._gazetteer = gazetteer
        self._topics = topics

    def draw(self, views: Sequence[IncidentView], audience: Audience, now: datetime) -> Content:
        """One message, which may stand for several incidents."""
        if len(views) == 1:
            return self._one(views[0], audience, now)
        voice = self._words.voice(audience.language)
        on_first = sorted(views, key=lambda view: view.incident.closed_at is not None)
        told = self.listing(Html(), on_first, audience, now)
        delay = max((view.delay for view in views if view.delay), default=None)
        late = _late(delay, voice)
        return Content(join("\n\n", [told, Html(f"<i>{late}</i>") if late else Html()]))

    def _one(self, view: IncidentView, audience: Audience, now: datetime) -> Content:
        voice = self._words.voice(audience.language)
        incident = view.incident
        head = join(" ", [Html(_sign(incident)), bold(self._headline(view, voice))])
        state = self._state(incident, audience, now, voice)
        parts = [head, state]
        if view.telling is Telling.KNOWN and incident.unknown_since is None:
            parts.insert(1, voice.say("incident-known-again"))
        if incident.closed_at is None:
            parts.append(self._words_of(view.bulletin, audience, html.shown(state)))
        return Content(join("\n\n", [*parts, _foot(view, voice)]))

    def summary(self, missed: Sequence[IncidentView], audience: Audience, now: datetime) -> Content:
        """Alerts that were too old to ring, in one message."""
        voice = self._words.voice(audience.language)
        return Content(self.listing(voice.say("missed-head"), missed, audience, now))

    def listing(
        self,
        head: Html,
        views: Sequence[IncidentView],
        audience: Audience,
        now: datetime,
        heard: Mapping[str, datetime] | None = None,
    ) -> Html:
        """As many incidents as fit one message; `heard`: when sources answered last."""
        voice = self._words.voice(audience.language)
        parts = [head]
        shown = 0
        for view in views[:_MOST_LINES]:
            incident = view.incident
            title = f"{_sign(incident)} {self._headline(view, voice)}"
            sources = _sources(incident, audience, now, voice, heard or {})
            state = self._state(incident, audience, now, voice)
            entry = join("\n", [bold(title), state, Html(f"<i>{sources}</i>")])
            if plain_text.units(html.shown(join("\n\n", [*parts, entry]))) > _MESSAGE:
                break
            parts.append(entry)
            shown += 1
        if len(views) > shown:
            parts.append(voice.say("alerts-more", count=len(views) - shown))
        return join("\n\n", parts)

    def _headline(self, view: IncidentView, voice: Voice) -> str:
        incident, said = view.incident, view.bulletin
        kind, _, id_ = incident.hazard.partition(":")
        what = voice.label(_HAZARDS.get(kind, "incident-other"))
        place = self._place(view, voice)
        if incident.closed_at:
            # A forecast that has run out promises nobody that it is safe.
            key = "incident-over" if id_ else "button-all-clear"
            return voice.label(key, what=what, place=place)
        if id_ and said and said.title:
            return f"{pages(said).headline} — {place}"
        return f"{what}: {place}"

    def _place(self, view: IncidentView, voice: Voice) -> str:
        """An alert with an id may be for many places: as its source calls them."""
        region, named = view.incident.region, view.bulletin.regions if view.bulletin else ()
        if len(named) < 2 or not has_id(view.incident.hazard):
            return self._gazetteer.title(region, voice.language)
        shown = ", ".join(map(plain_text.line, named[:_MOST_PLACES]))
        return shown if len(named) <= _MOST_PLACES else f"{shown}, …"

    def _state(self, incident: Incident, audience: Audience, now: datetime, voice: Voice) -> Html:
        since = moment(incident.opened_at, audience.zone, now, voice)
        if incident.closed_at:
            until = moment(incident.closed_at, audience.zone, now, voice)
            lasted = _length(incident.closed_at - incident.opened_at, voice)
            if has_id(incident.hazard):
                return voice.say("incident-applied", lasted=lasted, since=since, until=until)
            return voice.say("incident-lasted", lasted=lasted, since=since, until=until)
        lines = [voice.say("incident-since", since=since), *self._gravity(incident, voice)]
        if incident.level == "warning":  # nothing is on yet
            lines[0] = voice.say("incident-warned", since=since)
        if has_id(incident.hazard):
            lines[0] = voice.say("incident-issued", at=since)
        if has_id(incident.hazard) and (end := _end(incident)):
            until = moment(end, audience.zone, now, voice)
            lines.insert(1, voice.say("incident-until", until=until))
        if incident.unknown_since:
            last = moment(incident.unknown_since, audience.zone, now, voice)
            lines = [
                bold(voice.say("incident-unknown", since=last)),
                voice.say("incident-known-last"),
                *lines,
            ]
        return join("\n", lines)

    def _gravity(self, incident: Incident, voice: Voice) -> list[Html]:
        lines = []
        if incident.level in _LEVELS:
            lines.append(voice.say(_LEVELS[incident.level]))
        if incident.threats:
            titles = [self._topics.title(name, voice.language) for name in incident.threats]
            lines.append(voice.say("incident-threats", threats=", ".join(titles)))
        return lines

    def _words_of(self, bulletin: StoredBulletin | None, audience: Audience, stated: str) -> Html:
        """What a source said in words of its own, or in the reader's language: but for lines that
        are stated already.
        """
        if bulletin is None:
            return Html()
        if has_id(bulletin.hazard or ""):  # nobody else has words for it
            return escape(plain_text.shorten(pages(bulletin).text, _SENTENCES))
        if is_declared(bulletin) and bulletin.lang != audience.language:
            return Html()
        whole = pages(bulletin)
        said = whole.text if is_declared(bulletin) else f"{whole.headline}\n{whole.text}"
        known = stated.split("\n")
        lines = [line for line in said.split("\n") if line.rstrip(". ") not in known]
        return escape(plain_text.shorten("\n".join(lines).strip(), _SENTENCES))


def _foot(view: IncidentView, voice: Voice) -> Html:
    first, *others = [*view.incident.sources] or [""]
    parts = [escape(plain_text.line(first))]
    if others and view.incident.closed_at is None:
        parts.append(voice.say("incident-confirmed", sources=", ".join(others)))
    if view.bulletin and has_id(view.incident.hazard):
        parts.append(link(view.bulletin.url, voice.label("link-source")) or Html())
    said = join(" · ", [*parts, _late(view.delay, voice)])
    return Html(f"<i>{said}</i>") if said else Html()


def _late(delay: timedelta | None, voice: Voice) -> Html:
    if delay is None or delay <= LATE:
        return Html()
    return voice.say("incident-late", late=_length(delay, voice))


def _sources(
    incident: Incident,
    audience: Audience,
    now: datetime,
    voice: Voice,
    heard: Mapping[str, datetime],
) -> Html:
    """Who says so, with when they were heard last."""
    told = []
    for name, word in incident.sources.items():
        at = max(word.at, heard.get(name, word.at))
        told.append(f"{name} {moment(at, audience.zone, now, voice)}")
    return escape(plain_text.line(", ".join(told)))


def _sign(incident: Incident) -> str:
    if incident.closed_at:
        return _OVER
    if incident.unknown_since:
        return _UNKNOWN
    return _LESS if incident.level in ("yellow", "warning") else _ON


def _end(incident: Incident) -> datetime | None:
    """When it ends, as its sources tell."""
    ends = [word.expires_at for word in incident.sources.values() if word.on and word.expires_at]
    return max(ends, default=None)


def _length(length: timedelta, voice: Voice) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    if minutes < 3:
        return voice.label("moment-seconds", seconds=minutes * 60 + seconds)
    hours, minutes = divmod(minutes, 60)
    return voice.label("moment-length", hours=hours, minutes=minutes)
