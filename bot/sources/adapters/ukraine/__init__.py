"""Adapters of Ukraine's air-alert services: alerts.in.ua, ukrainealarm.com and its proxy siren.

They list the active alerts; the diff of two such states lives in `bot.sources.core.state_diff`.
"""
