"""The passphrase secrets manager, byte-compatible with the real one.

Key: PBKDF2-HMAC-SHA256 of the passphrase, 1,000,000 rounds, 32 bytes, over an 8 byte salt. The manager's state is
`v1:SALT:CIPHERTEXT`, where the ciphertext is of the word `pulumi`: it proves that a passphrase is the right one.
"""

import base64
import binascii
import hashlib
import os
import threading
from typing import Any

from slipway.engine.errors import EngineError
from slipway.engine.secrets.sealing import seal, unseal

_ROUNDS = 1_000_000
_PROOF = "pulumi"


def derive_key(passphrase: str, salt: bytes) -> bytes:
    """Return the AES key of a passphrase; takes about half a second."""
    return hashlib.pbkdf2_hmac("sha256", passphrase.encode(), salt, _ROUNDS, 32)


class PassphraseManager:
    """Encrypts with a key derived from a passphrase and the salt of a stack.

    The derivation starts at once on a thread of its own (OpenSSL lets go of the interpreter meanwhile), so that it
    costs nothing where the rest of the start takes as long; the first use, or `verify`, waits for it.
    """

    def __init__(self, passphrase: str, salt_state: str, *, key: bytes | None = None, source: str = "") -> None:
        """Take the salt of a stack; `source` says where it stands, for the message when the passphrase is another."""
        self._source = source
        self.salt_state = salt_state
        self._proof, salt = _split(salt_state)
        self._key = key
        self._verified = key
        self._thread = threading.Thread(target=self._derive, args=(passphrase, salt), name="passphrase", daemon=True)
        if key is None:
            self._thread.start()

    def _derive(self, passphrase: str, salt: bytes) -> None:
        self._key = derive_key(passphrase, salt)

    @classmethod
    def create(cls, passphrase: str) -> "PassphraseManager":
        """Make the manager of a new stack, with a salt of its own."""
        salt = os.urandom(8)
        key = derive_key(passphrase, salt)
        return cls(passphrase, f"v1:{base64.b64encode(salt).decode()}:{seal(key, _PROOF)}", key=key)

    def verify(self) -> bytes:
        """Return the key; EngineError when the passphrase is not the one of the stack."""
        if self._verified is None:
            self._thread.join()
            if self._key is None:
                raise EngineError("the key could not be derived from the passphrase")
            key = self._key
            try:
                unseal(key, self._proof)
            except ValueError as error:
                where = f": {self._source}" if self._source else ""
                raise EngineError(f"incorrect passphrase{where}") from error
            self._verified = key
        return self._verified

    def encrypt(self, plaintext: str) -> str:
        """Return `v1:NONCE:SEALED`."""
        return seal(self.verify(), plaintext)

    def decrypt(self, ciphertext: str) -> str:
        """Return the plain text."""
        try:
            return unseal(self.verify(), ciphertext)
        except ValueError as error:
            raise EngineError(
                "failed to decrypt: the passphrase is the right one, so the ciphertext was changed or is another "
                "stack's; set the value anew, or go back to a copy of the file"
            ) from error

    def state(self) -> dict[str, Any]:
        """Return the `secrets_providers` object of a deployment."""
        return {"type": "passphrase", "state": {"salt": self.salt_state}}


def _split(salt_state: str) -> tuple[str, bytes]:
    version, _, rest = salt_state.partition(":")
    salt, _, proof = rest.partition(":")
    try:
        decoded = base64.b64decode(salt, validate=True)
    except binascii.Error as error:
        raise EngineError(f"malformed encryptionsalt {salt_state!r}: the salt is no base64") from error
    if version != "v1" or not proof:
        raise EngineError(f"malformed encryptionsalt {salt_state!r}: expected v1:SALT:v1:NONCE:CIPHERTEXT")
    return proof, decoded
