"""What services of every kind say, as made up from their descriptions: `fixtures/sources`.

A file is a kind of source. Its first line is the content type; then come three answers, each under
a line `=== NAME`. `before`: two bulletins at the first poll. `after`: one more. `odd`: two, with
fields and values nobody has heard of.
"""

from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "fixtures" / "sources"


def content_type(kind: str) -> str:
    return _parts(kind)[0].decode().strip()


def said(kind: str, when: str) -> bytes:
    """One of the answers."""
    head = f"{when}\n".encode()
    return next(part.removeprefix(head) for part in _parts(kind)[1:] if part.startswith(head))


def _parts(kind: str) -> list[bytes]:
    return (_FOLDER / f"{kind}.txt").read_bytes().split(b"=== ")
