"""Declared hazards: the topics of a text that the hazards declared by its source leave open."""

from collections.abc import Sequence

from matching.query.phase_views import AIR_ALERT
from matching.topics.hazards import AIR, hazard_tree


def open_topics(topics: frozenset[str], hazards: Sequence[str]) -> frozenset[str]:
    """Return the topics of a text that do not contradict the declared hazards.

    These are the topics that are no hazard, and what is below the most specific declared ones: a
    flood in the text of a weather warning, but not in that of an earthquake.
    """
    tree = hazard_tree()
    declared = tree.most_specific(hazards)
    if not declared:
        return topics

    def is_open(topic: str) -> bool:
        if topic == AIR_ALERT:
            return any(tree.is_within(name, AIR) for name in declared)
        hazard = tree.get(topic)
        is_other = hazard is None or hazard.is_subject
        return is_other or any(tree.is_within(topic, name) for name in declared)

    return frozenset(filter(is_open, topics))
