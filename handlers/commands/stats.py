"""/stats, for those who run the bot: who listens, for what, and how much is on its way."""

from collections import Counter
from collections.abc import Iterable

from handlers.framework.handler_context import Kit
from handlers.framework.replies import Reply, reply
from handlers.telegram.events import Request
from handlers.text.dates import moment
from handlers.text.html import Html, bold, join
from handlers.text.i18n import LANGUAGES
from handlers.text.query_text import Wording
from matching.query.ast import PlaceTerm, load, terms
from storage.engine.database import Transaction
from storage.maintenance import statistics
from storage.maintenance.statistics import Statistics
from storage.values.lanes import Lane

_PLACES = 10

LANES = {
    Lane.REPLY: "lane-reply",
    Lane.ALERT: "lane-alert",
    Lane.NEWS: "lane-news",
    Lane.EDIT: "lane-edit",
    Lane.DIGEST: "lane-digest",
    Lane.ANNOUNCEMENT: "lane-announcement",
}


async def show(request: Request, transaction: Transaction, kit: Kit) -> Reply:
    """/stats"""
    counted = await statistics.count(transaction, request.now)
    parts = [_people(counted, request, kit), _owed(counted, request, kit)]
    return reply(join("\n\n", parts))


def _people(counted: Statistics, request: Request, kit: Kit) -> Html:
    voice = kit.voice(request)
    names = {language.code: language.name for language in LANGUAGES}
    languages = ", ".join(
        f"{names.get(code, code)} {count}" for code, count in counted.by_language.items()
    )
    wording = Wording(voice, kit.gazetteer, kit.topics)
    places = ", ".join(
        f"{wording.place(code)} {count}" for code, count in _places(counted.queries, kit)
    )
    people = sum(counted.by_language.values())
    lines = [voice.say("stats-people", count=people, suspended=counted.suspended)]
    if languages:
        lines.append(voice.say("stats-languages", languages=languages))
    lines.append(voice.say("stats-subscriptions", count=counted.subscriptions))
    if places:
        lines.append(voice.say("stats-places", places=places))
    return join("\n", lines)


def _owed(counted: Statistics, request: Request, kit: Kit) -> Html:
    voice = kit.voice(request)
    lines = [voice.say("stats-reports", hour=counted.last_hour, day=counted.last_day)]
    waiting = ", ".join(
        f"{voice.label(LANES[lane])} {count}" for lane, count in sorted(counted.waiting.items())
    )
    if counted.since is None and not counted.announcements:
        lines.append(voice.say("stats-nothing-waits"))
    if counted.since is not None:
        since = moment(counted.since, request.subscriber.zone, request.now, voice)
        lines.append(voice.say("stats-waits", count=counted.broadcasts, since=since))
    if counted.announcements:
        lines.append(voice.say("stats-announcements", count=counted.announcements))
    if waiting:
        lines.append(voice.say("stats-lanes", lanes=waiting))
    if counted.failed:
        lines.append(bold(voice.label("stats-failed", count=counted.failed)))
    return join("\n", lines)


def _places(queries: Iterable[tuple[str, int]], kit: Kit) -> list[tuple[str, int]]:
    """The places that are followed most, with how often."""
    counter: Counter[str] = Counter()
    for query, count in queries:
        for code in {term.code for term in terms(load(query)) if isinstance(term, PlaceTerm)}:
            if kit.gazetteer.get(code):
                counter[code] += count
    return counter.most_common(_PLACES)
