"""Encryption of secret values in stack files and deployments."""

from slipway.engine.secrets.manager import SecretsManager
from slipway.engine.secrets.passphrase import PassphraseManager

__all__ = ["PassphraseManager", "SecretsManager"]
