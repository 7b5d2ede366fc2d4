"""Bounded decompression: unpacks a response body in limited steps and rejects a partial one.

aiohttp's own decompression accepts a truncated gzip stream. Half a page would then pass for the
complete one, and alerts missing from it would count as ended.
"""

import zlib
from collections.abc import AsyncIterable

from bot.sources.core.source import Unreachable, Unusable

_GZIP = 16 + zlib.MAX_WBITS  # zlib's inflateInit2: expect a gzip header


async def read_decompressed(chunks: AsyncIterable[bytes], encoding: str, max_bytes: int) -> bytes:
    """Return the complete body of at most `max_bytes` after decompression.

    `encoding` is the header Content-Encoding. Raises Unusable for a larger body or another
    encoding, Unreachable for a truncated stream.
    """
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise Unusable(f"has content encoding {encoding[:20]}, which was not requested")
    body = bytearray()
    unpacker = zlib.decompressobj(_GZIP) if encoding.endswith("gzip") else None
    async for chunk in chunks:
        try:
            body += unpacker.decompress(chunk, max_bytes + 1 - len(body)) if unpacker else chunk
        except zlib.error:
            raise Unusable("does not match its content encoding") from None
        if len(body) > max_bytes:
            raise Unusable(f"is larger than {max_bytes // (1024 * 1024)} MB")
    if unpacker and (not unpacker.eof or unpacker.unused_data):
        raise Unreachable("closed the connection before the end of its answer")
    return bytes(body)
