"""Use cases that several commands share: subscribe, reschedule, search, explain, export.

Not here: a command's reply and buttons (`handlers.commands`), SQL (`storage`).
"""
