"""Hazards: the names that senders of bulletins may use.

The tree is air > missile > ballistic, cruise; air > drone > recon; air > bombs, aviation; weather >
storm, wind, flood, heat, cold, snow, fog, avalanche; nuclear > radiation; and names without
children. A name may be followed by an id of the alert: `weather:2026-17`.
"""

HAZARDS = (
    "air_raid",
    "air_alert",
    "air",
    "missile",
    "ballistic",
    "cruise",
    "rocket",
    "drone",
    "recon",
    "bombs",
    "aviation",
    "artillery_shelling",
    "artillery",
    "urban_fights",
    "explosion",
    "chemical",
    "nuclear",
    "radiation",
    "weather",
    "storm",
    "wind",
    "flood",
    "heat",
    "cold",
    "snow",
    "fog",
    "avalanche",
    "cyclone",
    "drought",
    "fire",
    "wildfire",
    "earthquake",
    "quake",
    "tsunami",
    "volcano",
    "energy",
    "railway",
    "diplomacy",
    "sanctions",
    "casualties",
    "evacuation",
    "all_clear",
    "alert",
)
"""Accepted names, in lower case; `alert` is a hazard that has no name of its own."""
