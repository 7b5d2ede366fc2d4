"""Morphology: inflection, declension of names, demonyms and the phrase matcher; no place data."""
