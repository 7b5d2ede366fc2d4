"""File identity: detects that a SQLite file was deleted or replaced under the running process.

SQLite continues to write to a deleted file without an error, and everything is lost at exit.
"""

import os


class FileReplaced(Exception):  # noqa: N818 - names the state of the file
    """The file is not the one that the process has opened. Nothing was written."""


class FileIdentity:
    """Device and inode of a file, as at the first check."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._identity: tuple[int, int] | None = None

    def check(self) -> None:
        """Raise FileReplaced if the path leads to another file than before, or to none."""
        try:
            status = os.stat(self._path)  # noqa: PTH116 - pathlib takes five times as long
        except FileNotFoundError:
            raise FileReplaced(
                f"{self._path} was deleted while it was in use; restart the bot to create a new one"
            ) from None
        identity = status.st_dev, status.st_ino
        if self._identity is None:
            self._identity = identity
        elif identity != self._identity:
            raise FileReplaced(
                f"{self._path} was replaced while it was in use; restart the bot to use it"
            )
