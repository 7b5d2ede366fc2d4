"""Adapters of worldwide disaster feeds: earthquakes (USGS) and disasters of all kinds (GDACS).

National warnings in CAP live in `bot.sources.adapters.cap`.
"""
