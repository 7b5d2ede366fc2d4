"""Bounded decompression: unpacks a response body in limited steps and rejects a partial one.

aiohttp's own decompression accepts a truncated gzip stream. Half a page would then pass for the
complete one, and alerts missing from it would count as ended.
"""

import zlib
from collections.abc import AsyncIterable
from typing import Protocol

from bot.sources.core.errors import TooLarge, Unreachable, Unusable

_GZIP = 16 + zlib.MAX_WBITS  # zlib's inflateInit2: expect a gzip header
_GZIP_SIGNATURE = b"\x1f\x8b"
_PLAIN = (b"<", b"{", b"[", b"\xef\xbb\xbf")  # beginnings of XML, HTML and JSON
_CODINGS = {"": "", "identity": "", "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class _Unpacker(Protocol):
    """Incremental decoder of one content coding."""

    def unpack(self, chunk: bytes, max_bytes: int) -> bytes:
        """Return up to `max_bytes` of output. Raise zlib.error."""
        ...

    @property
    def is_complete(self) -> bool:
        """True if the stream has ended."""
        ...


async def read_decompressed(
    chunks: AsyncIterable[bytes], encoding: str, max_bytes: int, *, is_exact: bool = False
) -> bytes:
    """Return the complete body of at most `max_bytes`, packed and after decompression.

    `encoding` is the header Content-Encoding; `is_exact`: a body that it does not describe is an
    error. Raises TooLarge for a larger body, Unusable for another encoding, and Unreachable for a
    truncated stream.
    """
    if not is_known_encoding(encoding):
        raise Unusable(f"has content encoding {encoding[:20]}, which was not requested")
    coding = _CODINGS[encoding]
    unpacker = _unpacker(coding) if is_exact else _DetectingUnpacker(coding)
    body = bytearray()
    received = 0
    async for chunk in chunks:
        received += len(chunk)
        try:
            body += unpacker.unpack(chunk, max_bytes + 1 - len(body))
        except zlib.error:
            raise Unusable("does not match its content encoding") from None
        if len(body) > max_bytes or received > max_bytes:
            raise TooLarge(f"is larger than {_describe_size(max_bytes)}")
    if isinstance(unpacker, _DetectingUnpacker):
        body += unpacker.flush()
    if not unpacker.is_complete:
        raise Unreachable("closed the connection before its answer was complete")
    return bytes(body)


def _describe_size(size: int) -> str:
    megabytes = size // (1024 * 1024)
    return f"{megabytes} MB" if megabytes else f"{size // 1024} KB"


def is_known_encoding(encoding: str) -> bool:
    """Return whether bodies of a Content-Encoding can be unpacked."""
    return encoding in _CODINGS


class _DetectingUnpacker:
    """Unpacker that waits for the first bytes, because servers mistake their coding.

    Some send a gzip file without the header, some send the header with a plain page.
    """

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._head = b""  # bytes before the unpacker is chosen
        self._unpacker: _Unpacker | None = None

    @property
    def is_complete(self) -> bool:
        if self._unpacker is None:
            return not self._coding  # less than two bytes, all held in the head
        return self._unpacker.is_complete

    def unpack(self, chunk: bytes, max_bytes: int) -> bytes:
        if self._unpacker is None:
            self._head += chunk
            if len(self._head) < len(_GZIP_SIGNATURE):
                return b""
            chunk = self._head
            self._unpacker = _unpacker(_detect_coding(self._coding, chunk))
        return self._unpacker.unpack(chunk, max_bytes)

    def flush(self) -> bytes:
        """Return the bytes of a body too short to decide; nothing otherwise."""
        return self._head if self._unpacker is None else b""


def _unpacker(coding: str) -> _Unpacker:
    if coding == "deflate":
        return _DeflateUnpacker()
    return _GzipUnpacker() if coding else _Identity()


def _detect_coding(coding: str, head: bytes) -> str:
    """Return the coding of a body that begins with `head`, although its header says `coding`."""
    if coding == "deflate":
        return coding
    if head.startswith(_GZIP_SIGNATURE):
        return "gzip"
    return "" if head.lstrip().startswith(_PLAIN) else coding


class _Identity:
    is_complete = True

    def unpack(self, chunk: bytes, _max_bytes: int) -> bytes:
        return chunk


class _GzipUnpacker:
    """Unpacker of gzip: one member or several (RFC 1952, 2.2), and zero bytes after them."""

    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._pending = b""  # bytes after a member, too few to recognise

    @property
    def is_complete(self) -> bool:
        return self._member.eof and not self._pending

    def unpack(self, chunk: bytes, max_bytes: int) -> bytes:
        output = bytearray()
        data = self._pending + chunk
        self._pending = b""
        while data:
            if self._member.eof:
                data = data.lstrip(b"\0")
                if len(data) < len(_GZIP_SIGNATURE):
                    self._pending = data
                    break
                if not data.startswith(_GZIP_SIGNATURE):
                    raise zlib.error("no gzip member")
                self._member = zlib.decompressobj(_GZIP)
            output += self._member.decompress(data, max_bytes - len(output))
            if len(output) >= max_bytes:
                break
            data = self._member.unused_data
        return bytes(output)


class _DeflateUnpacker:
    """Unpacker of `deflate`: a zlib stream (RFC 9110, 8.4.1.2), or raw as some servers send it."""

    def __init__(self) -> None:
        self._stream: zlib._Decompress | None = None
        self._head = b""  # bytes before the kind of the stream is known

    @property
    def is_complete(self) -> bool:
        return self._stream is not None and self._stream.eof

    def unpack(self, chunk: bytes, max_bytes: int) -> bytes:
        if self._stream is None:
            self._head += chunk
            if len(self._head) < 2:
                return b""
            chunk = self._head
            self._stream = zlib.decompressobj(_deflate_window(chunk))
        output = self._stream.decompress(chunk, max_bytes)
        if self._stream.unused_data.strip(b"\0"):
            raise zlib.error("data after the end")
        return output


def _deflate_window(head: bytes) -> int:
    """Return zlib's window size: negative for a stream without zlib's header (RFC 1950, 2.2)."""
    has_header = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
    return zlib.MAX_WBITS if has_header else -zlib.MAX_WBITS
