"""Takes a body out of its compression, in bounded steps and only as a whole.

The HTTP library's own way takes half a gzip stream for a whole one: half a page would pass for all
of it, and what a state no longer lists would be over.
"""

import zlib
from collections.abc import AsyncIterable

from bot.sources.core.source import Unreachable, Unusable

_GZIP = 16 + zlib.MAX_WBITS  # as zlib's inflateInit2 has it: a gzip header is expected


async def whole_body(chunks: AsyncIterable[bytes], encoding: str, limit: int) -> bytes:
    """All of it; `encoding` is the header Content-Encoding, `limit` is in bytes when unpacked.

    Raises Unusable for what is larger or packed otherwise, Unreachable for a part of a stream.
    """
    if encoding not in {"", "identity", "gzip", "x-gzip"}:
        raise Unusable(f"is packed as {encoding[:20]}, which nobody asked for")
    body = bytearray()
    unpacker = zlib.decompressobj(_GZIP) if encoding.endswith("gzip") else None
    async for chunk in chunks:
        try:
            body += unpacker.decompress(chunk, limit + 1 - len(body)) if unpacker else chunk
        except zlib.error:
            raise Unusable("is not packed as it says") from None
        if len(body) > limit:
            raise Unusable(f"is larger than {limit // (1024 * 1024)} MB")
    if unpacker and (not unpacker.eof or unpacker.unused_data):
        raise Unreachable("broke off in the middle of its answer")
    return bytes(body)
