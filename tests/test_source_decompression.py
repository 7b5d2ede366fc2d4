"""Bounded decompression: complete streams of every packing, within the limits."""

import gzip
import zlib
from collections.abc import AsyncIterator

import pytest

from bot.sources.core.errors import TooLarge, Unreachable, Unusable
from bot.sources.http.decompression import read_decompressed

BODY = b"Siren in Kyiv. " * 40
RAW = zlib.compressobj(wbits=-zlib.MAX_WBITS)
PACKED = {
    "one member": ("gzip", gzip.compress(BODY)),
    "two members": ("gzip", gzip.compress(BODY[:100]) + gzip.compress(BODY[100:])),
    "padded": ("gzip", gzip.compress(BODY) + bytes(100)),
    "padded members": ("gzip", gzip.compress(BODY[:9]) + bytes(2) + gzip.compress(BODY[9:])),
    "zlib": ("deflate", zlib.compress(BODY)),
    "raw": ("deflate", RAW.compress(BODY) + RAW.flush()),
    "plain": ("identity", BODY),
    "a file of gzip": ("", gzip.compress(BODY)),
    "plain with a header": ("gzip", b"<rss>" + BODY),
    "json with a header": ("gzip", b'{"a": "' + BODY),
    "one byte": ("", b"x"),
}


async def read(encoding: str, packed: bytes, *, step: int = 7, limit: int = 10_000) -> bytes:
    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(packed), step):
            yield packed[start : start + step]

    return await read_decompressed(chunks(), encoding, limit)


@pytest.mark.parametrize("step", [1, 7, 10_000])
@pytest.mark.parametrize("name", PACKED)
async def test_a_complete_stream_is_read_in_chunks_of_any_size(name: str, step: int) -> None:
    assert BODY in await read(*PACKED[name], step=step) or name == "one byte"


@pytest.mark.parametrize(
    "name",
    [name for name in PACKED if len(PACKED[name][1]) > 9 and not PACKED[name][1].endswith(BODY)],
)
async def test_a_truncated_stream_is_refused(name: str) -> None:
    encoding, packed = PACKED[name]

    with pytest.raises(Unreachable):
        await read(encoding, packed.rstrip(b"\0")[:-9])


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_bytes_after_the_end_are_refused(encoding: str) -> None:
    packed = gzip.compress(BODY) if encoding == "gzip" else zlib.compress(BODY)

    with pytest.raises(Unusable):
        await read(encoding, packed + b"more")


@pytest.mark.parametrize(
    ("encoding", "packed"),
    [
        ("gzip", gzip.compress(b"x" * 20_000)),
        ("gzip", gzip.compress(b"x" * 6_000) * 2),
        ("deflate", zlib.compress(b"x" * 20_000)),
        ("gzip", gzip.compress(BODY) + bytes(20_000)),
        ("gzip", gzip.compress(b"") * 1_000),
        ("identity", b"x" * 10_001),
    ],
    ids=["gzip", "members", "deflate", "padding", "empty members", "plain"],
)
async def test_the_limit_holds_for_the_packed_and_the_unpacked_body(
    encoding: str, packed: bytes
) -> None:
    with pytest.raises(Unusable, match="larger"):
        await read(encoding, packed)


@pytest.mark.parametrize(
    ("limit", "shown"),
    [
        (64 * 1024, "64 KB"),
        (256 * 1024, "256 KB"),
        (1024 * 1024, "1 MB"),
        (2 * 1024 * 1024, "2 MB"),
    ],
)
async def test_a_body_over_the_limit_is_refused_with_the_limit(limit: int, shown: str) -> None:
    """A limit below a megabyte used to be shown as 0 MB."""
    with pytest.raises(TooLarge, match=f"is larger than {shown}$"):
        await read("", bytes(limit + 1), step=limit, limit=limit)
