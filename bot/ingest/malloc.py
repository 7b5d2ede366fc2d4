"""How the process keeps memory it has done with."""

import ctypes

_MMAP_THRESHOLD = -3  # M_MMAP_THRESHOLD in glibc's malloc.h
_LARGE = 1 << 20


def give_large_blocks_back() -> None:
    """Lets what is larger than a megabyte go back to the system when it is freed.

    Otherwise glibc takes such sizes for usual after the first one and keeps their memory, and the
    process stays some times larger than the index whose making took it: see mallopt(3). Where the
    C library knows no such setting nothing is done.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(_MMAP_THRESHOLD, _LARGE)
