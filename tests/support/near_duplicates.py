"""Near-duplicates: whether two texts of news report one event."""

from matching.near_duplicates import compare, fingerprint
from support.shared_resources import reader


def are_duplicates(*texts: str) -> bool:
    """Return whether two texts are duplicates, in either order."""
    first, second = (
        fingerprint(reader().read("", text, is_alert=False), None, text) for text in texts
    )
    assert first
    assert second
    reason = compare(first, second)
    assert reason == compare(second, first)
    return reason is not None
