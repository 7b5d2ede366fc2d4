"""Strong secrets: validation of secrets that an operator chooses."""

from pydantic import SecretStr

MIN_LENGTH = 16
_EXAMPLES = frozenset({"change me", "changeme", "secret", "password"})


def strong_secret(secret: SecretStr) -> SecretStr:
    """Return the secret; raise ValueError, which never contains it, if it is too easy to guess."""
    text = secret.get_secret_value()
    if text.strip().lower() in _EXAMPLES:
        raise ValueError(f"a secret of your own, not the example: {MIN_LENGTH} characters or more")
    if len(text) < MIN_LENGTH:
        raise ValueError(f"a secret of {MIN_LENGTH} characters or more")
    return secret
