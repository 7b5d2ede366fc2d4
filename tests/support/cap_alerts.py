"""Builders of alerts in the Common Alerting Protocol (CAP), as XML."""


def alert(
    number: int = 1,
    *,
    version: str = "1.2",
    references: str = "",
    status: str = "Actual",
    type_: str = "Alert",
    infos: str | None = None,
    **fields: str,
) -> bytes:
    """Return an alert document."""
    before = f"<references>{references}</references>" if references else ""
    return (
        f'<?xml version="1.0"?><alert xmlns="urn:oasis:names:tc:emergency:cap:{version}">'
        f"<identifier>a{number}</identifier><sender>met@example.org</sender>"
        f"<sent>2026-03-05T09:0{number}:00+02:00</sent><status>{status}</status>"
        f"<msgType>{type_}</msgType><scope>Public</scope>{before}"
        f"{infos or info(**fields)}</alert>"
    ).encode()


def info(language: str = "en-GB", level: str = "", area: str = "Gdansk", **fields: str) -> str:
    """Return an info block. `fields` add or replace elements."""
    elements = {
        "category": "Met",
        "event": "Wind",
        "severity": "Severe",
        "onset": "2026-03-05T07:00:00Z",
        "expires": "2026-03-05T20:00:00Z",
        "headline": "Orange wind warning",
        "description": "Strong.",
        "instruction": "Stay inside.",
        **fields,
    }
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in elements.items())
    parameter = (
        f"<parameter><valueName>awareness_level</valueName><value>{level}</value></parameter>"
        if level
        else ""
    )
    return (
        f"<info><language>{language}</language>{inner}{parameter}"
        f"<area><areaDesc>{area}</areaDesc></area></info>"
    )


def reference_to(number: int) -> str:
    """Return the reference to an alert document by its number."""
    return f"met@example.org,a{number},2026-03-05T09:0{number}:00+02:00"
