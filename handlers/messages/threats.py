"""Threat names: what the text of a declared alert names more exactly than its topics. Pure."""

import re
from collections.abc import Iterable

from handlers.text.i18n import Translator
from matching.topics.topics import Topics

# A pattern in the languages of the sources, the text key, and the topic that it makes exact.
_EXACT = (
    (r"балл?[иі]стич|баліст|ballisti|balistic", "threat-ballistic", "missile"),
    (
        (r"кр[иы]лат\w*\s+ракет|cruise\s+missile|missil\w+\s+da\s+crociera"),
        "threat-cruise",
        "missile",
    ),
    (
        (
            r"ав[иі]а(?:ц[иі]\w+\s+)?бомб|\bкаб(?:[иыіу]|[ои]в|ів|ами|ам)?\b"
            r"|(?:guided|glide|gliding|aerial)\s+bomb|bomb\w+\s+(?:guidat|plananti|aere)"
        ),
        "threat-bombs",
        None,
    ),
    (
        (
            r"(?:разведыват|розв[иі]д)\w*\s+(?:бпла|дрон|безп[иі]лот|беспилот)"
            r"|recon\w*\s+(?:drone|uav)|dron\w\s+(?:da\s+ricognizione|spia)"
        ),
        "threat-recon",
        "drone",
    ),
    (
        (
            r"(?:тактичн|тактич|стратег)\w*\s+ав[иі]ац|акт[иі]вн\w+\s+ав[иі]ац|м[иі]г-?31"
            r"|(?:tactical|strategic)\s+(?:aviation|aircraft)|aviazione\s+(?:tattica|strategica)"
        ),
        "threat-aviation",
        None,
    ),
)
_PATTERNS = tuple((re.compile(pattern), key, topic) for pattern, key, topic in _EXACT)


def name_threats(
    topic_names: Iterable[str], text: str, topics: Topics, translator: Translator
) -> list[str]:
    """Return the threats in the reader's language: those the text names, and other topics."""
    folded = text.casefold()
    exact = [(key, topic) for pattern, key, topic in _PATTERNS if pattern.search(folded)]
    replaced = {topic for _, topic in exact}
    titles = [
        topics.title(name, translator.language) for name in topic_names if name not in replaced
    ]
    return [*(translator.text(key) for key, _ in exact), *titles]
