"""Encryption of secret values in stack files and deployments."""

from typing import Any, Protocol

from slipway.engine.secrets.passphrase import PassphraseManager

__all__ = ["PassphraseManager", "SecretsManager"]


class SecretsManager(Protocol):
    """What encrypts and decrypts the secrets of one stack."""

    def encrypt(self, plaintext: str) -> str:
        """Return the ciphertext as it stands in a state or stack file."""
        ...

    def decrypt(self, ciphertext: str) -> str:
        """Return the plain text of a ciphertext of a state or stack file."""
        ...

    def state(self) -> dict[str, Any]:
        """Return the `secrets_providers` object of a deployment."""
        ...
