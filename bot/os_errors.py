"""Operating system errors in words, for operators."""

import os


def describe_os_error(error: OSError) -> str:
    """Return the system's words for an error: asyncio's own also repeat the address."""
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or type(error).__name__  # a failed look-up of a name
