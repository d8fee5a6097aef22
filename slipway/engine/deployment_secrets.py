"""Secrets inside a stored deployment: shown, hidden, or encrypted anew for another stack."""

import json
from collections.abc import Callable
from typing import Any

from slipway.engine.secrets import SecretsManager

# Pulumi's marks: a mapping with SIGNATURE is special, and this value of it says secret.
SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a constant of the format


def is_secret(value: object) -> bool:
    """Say whether a stored value is a secret."""
    return isinstance(value, dict) and value.get(SIGNATURE) == SECRET


def has_secret(value: object) -> bool:
    """Say whether a secret stands anywhere in a stored value."""
    if is_secret(value):
        return True
    if isinstance(value, dict):
        return any(map(has_secret, value.values()))
    return isinstance(value, list) and any(map(has_secret, value))


def map_secrets(value: Any, change: Callable[[dict[str, Any]], Any]) -> Any:
    """Return the value with every secret replaced by what `change` makes of it."""
    if is_secret(value):
        return change(value)
    if isinstance(value, dict):
        return {key: map_secrets(item, change) for key, item in value.items()}
    return [map_secrets(item, change) for item in value] if isinstance(value, list) else value


def plaintext_of(secret: dict[str, Any], manager: SecretsManager) -> str:
    """Return the JSON text inside a secret, encrypted or exported in plain text."""
    return str(secret["plaintext"]) if "plaintext" in secret else manager.decrypt(secret["ciphertext"])


def shown(deployment: Any, manager: SecretsManager) -> Any:
    """Return the deployment as `stack export --show-secrets` prints it."""
    return map_secrets(deployment, lambda secret: {SIGNATURE: SECRET, "plaintext": plaintext_of(secret, manager)})


def values_of(outputs: Any, manager: SecretsManager | None) -> Any:
    """Return outputs as plain values: secrets opened by the manager, or as [secret] without one."""

    def change(secret: dict[str, Any]) -> Any:
        return values_of(json.loads(plaintext_of(secret, manager)), manager) if manager else "[secret]"

    return map_secrets(outputs, change)


def encrypted_anew(deployment: Any, old: SecretsManager | None, new: SecretsManager) -> Any:
    """Return the deployment with every secret under the new manager; `old` opens what is encrypted now."""

    def change(secret: dict[str, Any]) -> Any:
        return {SIGNATURE: SECRET, "ciphertext": new.encrypt(plaintext_of(secret, old or new))}

    return {**map_secrets(deployment, change), "secrets_providers": new.state()}
