"""Hazards: the names that senders of bulletins may use.

They are those of the tree in `matching.topics.hazards` and their synonyms. A name may be followed
by an id of the alert: `weather:2026-17`.
"""

from matching.topics.hazards import hazard_tree

_TREE = hazard_tree()
_SYNONYMS = tuple(name for name in _TREE.accepted_names if name not in _TREE.names)

HAZARDS = (*_SYNONYMS, "urban_fights", *_TREE.names, "all_clear", "alert")
"""Accepted names, in lower case; `alert` is a hazard that has no name of its own."""
