"""Spelling: what a word that no place or topic is called was probably meant to be.

Here: misspelt names, keyboard layouts, common words and parts of cities. Not
here: what a query does with them (`matching.query.doubts`).
"""
