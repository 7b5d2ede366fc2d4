"""Payloads of all kinds of sources, made up from their descriptions: `fixtures/sources`.

Each kind of source has a file. Its first line is the content type; then come three answers, each
under a line `=== NAME`. `before`: two bulletins at the first poll. `after`: one more. `odd`: two,
with unknown fields and values.
"""

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "fixtures" / "sources"


def content_type(kind: str) -> str:
    """Return the content type of the kind's answers."""
    return _parts(kind)[0].decode().strip()


def payload(kind: str, name: str) -> bytes:
    """Return one of the answers."""
    head = f"{name}\n".encode()
    return next(part.removeprefix(head) for part in _parts(kind)[1:] if part.startswith(head))


def _parts(kind: str) -> list[bytes]:
    return (_FOLDER / f"{kind}.txt").read_bytes().split(b"=== ")
