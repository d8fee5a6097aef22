"""What every secrets manager does."""

from typing import Any, Protocol


class SecretsManager(Protocol):
    """What encrypts and decrypts the secrets of one stack."""

    def verify(self) -> bytes:
        """Return the key of 32 bytes, fetched or derived once; EngineError when it can't be had."""
        ...

    def encrypt(self, plaintext: str) -> str:
        """Return the ciphertext as it stands in a state or stack file."""
        ...

    def decrypt(self, ciphertext: str) -> str:
        """Return the plain text of a ciphertext of a state or stack file."""
        ...

    def state(self) -> dict[str, Any]:
        """Return the `secrets_providers` object of a deployment."""
        ...
