"""Commands: one module a bot command, with the callback queries of its buttons; also inline mode.

Handlers parse arguments and return a `Reply`; they send nothing. Logic that several commands share
lives in `handlers.services`, rendering of bulletins and alerts in `handlers.messages`. The list of
commands and buttons is `handlers.registry`.
"""
