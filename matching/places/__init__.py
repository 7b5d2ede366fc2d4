"""Places: gazetteer, toponym recognition and resolution, fuzzy lookup; no topics, no queries."""
