"""Values under a key of 32 bytes, byte-compatible with the real engine: `v1:NONCE:SEALED`.

AES-256-GCM with a random nonce of 12 bytes; nonce and sealed text (its tag at the end) are in base64.
"""

import base64
import os
from typing import Any


def _aes(key: bytes) -> Any:
    # Loaded late: most commands touch no secret.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

    return AESGCM(key)


def seal(key: bytes, plaintext: str) -> str:
    """Encrypt as `v1:NONCE:SEALED`."""
    nonce = os.urandom(12)
    sealed = _aes(key).encrypt(nonce, plaintext.encode(), None)
    return f"v1:{base64.b64encode(nonce).decode()}:{base64.b64encode(sealed).decode()}"


def unseal(key: bytes, ciphertext: str) -> str:
    """Decrypt `v1:NONCE:SEALED`; ValueError when it is not ours or the key is another."""
    from cryptography.exceptions import InvalidTag  # noqa: PLC0415

    version, _, rest = ciphertext.partition(":")
    nonce, colon, sealed = rest.partition(":")
    if version != "v1" or not colon:
        raise ValueError("bad value")
    try:
        plain: bytes = _aes(key).decrypt(base64.b64decode(nonce), base64.b64decode(sealed), None)
    except (InvalidTag, ValueError) as error:
        raise ValueError("bad value") from error
    return plain.decode()
