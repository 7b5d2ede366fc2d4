"""Threat names: the threats of an incident and its hazard, in the reader's language. Pure."""

from handlers.text.i18n import Translator
from matching.topics.hazards import hazard_tree
from storage.inbound.incidents import Incident

_KEYS = {
    "air_raid": "incident-air-raid",
    "artillery_shelling": "incident-shelling",
    "urban_fights": "incident-fights",
    "chemical": "incident-chemical",
    "nuclear": "incident-radiation",
    "weather": "incident-weather",
    "earthquake": "incident-quake",
}
_TREE = hazard_tree()


def hazard_title(hazard: str, translator: Translator) -> str:
    """Return the title of an incident's hazard, which may have an id."""
    kind = hazard.partition(":")[0]
    name = _TREE.find_name(kind)
    if key := _KEYS.get(kind) or _KEYS.get(name or ""):
        return translator.text(key)
    if name is None:
        return translator.text("incident-other")
    return _TREE.title(name, translator.language)


def name_threats(incident: Incident, translator: Translator) -> list[str]:
    """Return the titles of the threats as in the middle of a sentence, without the hazard's own."""
    own = _TREE.find_name(incident.hazard)
    names = (name for name in _TREE.most_specific(incident.threats) if name != own)
    titles = (_TREE.title(name, translator.language) for name in names)
    return [title[0].lower() + title[1:] for title in titles]
