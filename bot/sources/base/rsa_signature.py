"""Signatures of senders: RSA with SHA-256, PKCS #1 v1.5 (RFC 8017, 8.2.2).

To check one takes a power and a comparison of public values; a library for it would be the largest
dependency there is.
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from hashlib import sha256

_PEM = re.compile(rb"-----BEGIN PUBLIC KEY-----(.*?)-----END PUBLIC KEY-----", re.DOTALL)
_SHA256 = bytes.fromhex("3031300d060960864801650304020105000420")  # RFC 8017, 9.2, note 1
_SEQUENCE, _INTEGER, _BITS = 0x30, 0x02, 0x03
_LEAST_BITS = 2048


@dataclass(frozen=True)
class PublicKey:
    """Of a sender."""

    modulus: int
    exponent: int

    def signed(self, message: bytes, signature: bytes) -> bool:
        """Whether who has the private key signed it."""
        size = (self.modulus.bit_length() + 7) // 8
        if len(signature) != size:
            return False
        opened = pow(int.from_bytes(signature), self.exponent, self.modulus).to_bytes(size)
        digest = _SHA256 + sha256(message).digest()
        padding = b"\xff" * (size - len(digest) - 3)
        return hmac.compare_digest(opened, b"\0\1" + padding + b"\0" + digest)


def read_key(pem: bytes) -> PublicKey:
    """From the text between BEGIN PUBLIC KEY and END. Raises ValueError."""
    found = _PEM.search(pem)
    try:
        der = base64.b64decode(b"".join(found[1].split()), validate=True) if found else b""
        _, key = _pair(_part(der, _SEQUENCE))  # the algorithm, then the key
        modulus, exponent = _pair(_part(_part(key, _BITS, whole=True)[1:], _SEQUENCE))
        read = PublicKey(_number(modulus), _number(exponent))
    except (binascii.Error, IndexError):
        raise ValueError("a public RSA key as PEM") from None
    if read.modulus.bit_length() < _LEAST_BITS:
        raise ValueError(f"a public RSA key of {_LEAST_BITS} bits or more")
    return read


def _part(der: bytes, kind: int, *, whole: bool = False) -> bytes:
    """What a value of that kind holds (X.690); IndexError when it is another."""
    if der[0] != kind:
        raise IndexError
    start, end = _bounds(der)
    if whole and end != len(der):
        raise IndexError
    return der[start:end]


def _pair(der: bytes) -> tuple[bytes, bytes]:
    """The first value and what comes after it."""
    _, end = _bounds(der)
    return der[:end], der[end:]


def _bounds(der: bytes) -> tuple[int, int]:
    """Where the content of the first value begins and ends."""
    size, start = der[1], 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(der[2:start])
    if start + size > len(der):
        raise IndexError
    return start, start + size


def _number(der: bytes) -> int:
    return int.from_bytes(_part(der, _INTEGER))
