"""How long what a source says may be, in code points: the rest is cut."""

LONGEST_TITLE = 500
LONGEST_TEXT = 20_000
LONGEST_REGION = 200
LONGEST_LANG = 16  # the column of the database
