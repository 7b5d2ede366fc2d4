"""Source errors: the tree of `SourceError`. It imports nothing else, as parser workers raise them.

SourceError
├── Unreachable   no complete answer
├── Refused       an answer with an error status
└── Unusable      an answer that cannot be read
    ├── TooLarge  an answer over the size limit
    └── Outdated  an answer from before the previous one
"""

from datetime import timedelta


class SourceError(Exception):
    """Root of all source errors. The message is for an operator: no secret, no query string."""

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after  # pause that the source asked for


class Unreachable(SourceError):  # noqa: N818 - the root of the tree is named an error
    """No complete answer: unknown host, no connection, timeout, or a broken stream."""


class Refused(SourceError):  # noqa: N818
    """An answer with an error status."""

    def __init__(
        self, status: int, *, retry_after: timedelta | None = None, reason: str = ""
    ) -> None:
        super().__init__(f"answered {status} {reason}".rstrip(), retry_after=retry_after)
        self.status = status


class Unusable(SourceError):  # noqa: N818
    """An answer that cannot be read: too large, empty or of the wrong type."""


class TooLarge(Unusable):
    """An answer over the size limit, packed or unpacked."""


class Outdated(Unusable):
    """An answer from before the previous one. The service works, so there is no backoff."""

    def __init__(self) -> None:
        super().__init__("is older than the previous state")
