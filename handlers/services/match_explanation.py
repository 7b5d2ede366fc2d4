"""Which of the things somebody follows a report is about, with the words that show it."""

from collections.abc import Sequence

from handlers.framework.handler_context import Kit
from handlers.telegram.events import Request
from handlers.text import plain_text
from handlers.text.html import Html, join
from handlers.text.query_text import Wording
from handlers.text.schedule_text import say_when
from handlers.text.timezones import UTC
from matching.query.ast import Not, Query, TopicTerm, load
from matching.query.evaluator import evaluate, evidence, failing
from matching.reader import Reading
from matching.topics import highlights
from storage.subscribers.subscriptions import Subscription

_MOST = 8
"""Things followed that are gone into."""

_MOST_WORDS = 8
_LONGEST = 60


def say(
    followed: Sequence[Subscription], reading: Reading, text: str, kit: Kit, request: Request
) -> list[Html]:
    """Paragraphs. `text` is what was read: title, newline, text."""
    voice = kit.voice(request)
    if not followed:
        return [voice.say("why-nothing-followed")]
    queries = {each.id: load(each.query) for each in followed}
    wanted = [each for each in followed if evaluate(queries[each.id], reading)]
    wording = Wording(voice, kit.gazetteer, kit.topics)
    if wanted:
        lines = [
            _asks(each, queries[each.id], reading, text, kit, request) for each in wanted[:_MOST]
        ]
        return [join("\n", [voice.say("why-asked", count=len(wanted)), *lines])]
    lines = []
    for each in followed[:_MOST]:
        what = wording.describe(queries[each.id], each.written)
        lacking = failing(queries[each.id], reading)
        # Where something is missing, what is there and not wanted would not have mattered.
        if missing := [part for part in lacking if not isinstance(part, Not)]:
            said = join(", ", [wording.describe_part(part, each.written) for part in missing])
            lines.append(voice.say("why-missing", what=what, missing=said))
        else:
            out = [part.part for part in lacking if isinstance(part, Not)]
            said = join(", ", [wording.describe_part(part, each.written) for part in out])
            lines.append(voice.say("why-unwanted", what=what, unwanted=said))
    return [join("\n", [voice.say("why-not-asked"), *lines])]


def _asks(
    subscription: Subscription,
    query: Query,
    reading: Reading,
    text: str,
    kit: Kit,
    request: Request,
) -> Html:
    voice = kit.voice(request)
    wording = Wording(voice, kit.gazetteer, kit.topics)
    what = wording.describe(query, subscription.written)
    when = say_when(subscription.schedule, request.subscriber.zone or UTC, voice)
    quoted: dict[str, str] = {}  # each word once, as it stands first
    for start, end in _shown(query, reading, text, kit):
        word = plain_text.shorten(plain_text.line(text[start:end]), _LONGEST)
        quoted.setdefault(word.casefold(), word)
    shown = list(filter(None, quoted.values()))[:_MOST_WORDS]
    words = join(", ", [voice.say("why-word", word=word) for word in shown])
    if not words:
        return voice.say("why-asked-line", what=what, when=when)
    return voice.say("why-asked-because", what=what, when=when, words=words)


def _shown(query: Query, reading: Reading, text: str, kit: Kit) -> list[tuple[int, int]]:
    """Where the words stand that show it; of a topic those that made the text fall under it."""
    found: list[tuple[int, int]] = []
    for term, *span in evidence(query, reading):
        if not isinstance(term, TopicTerm):
            found.append((span[0], span[1]))
        elif term.name in kit.topics.queries:
            its = evidence(kit.topics.queries[term.name], reading)
            found += [(start, end) for _, start, end in its]
        else:
            found += highlights.shown(term.name, reading, text, kit.topics)
    return sorted(found)
