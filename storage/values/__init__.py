"""Value types that storage shares with all layers: lanes, schedules, quiet hours, messages.

No module here reads or writes the database.
"""
