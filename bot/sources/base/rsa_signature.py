"""RSA signatures of webhook senders: PKCS #1 v1.5 with SHA-256 (RFC 8017, 8.2.2).

The only module that imports `cryptography`.
"""

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

MIN_KEY_BITS = 2048

PublicKey = RSAPublicKey
"""Public RSA key of a sender."""


def load_public_key(pem: bytes) -> PublicKey:
    """Return the RSA key in PEM text. Raise ValueError for anything else and for a short key."""
    key = _load_any_key(pem)
    if not isinstance(key, RSAPublicKey):
        raise ValueError("an RSA public key in PEM format")  # noqa: TRY004 - the text is wrong, not its type
    if key.key_size < MIN_KEY_BITS:
        raise ValueError(f"an RSA public key of {MIN_KEY_BITS} bits or more")
    return key


def _load_any_key(pem: bytes) -> PublicKeyTypes | None:
    try:
        return load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return None


def is_signed(message: bytes, signature: bytes, key: PublicKey) -> bool:
    """Return True if the owner of `key` signed exactly this message."""
    try:
        key.verify(signature, message, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
