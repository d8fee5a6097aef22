"""Opening the secrets manager that a state or a stack file names."""

from collections.abc import Callable, Mapping
from typing import Any

from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.secrets.awskms import SCHEME, KmsManager
from slipway.engine.secrets.manager import SecretsManager
from slipway.engine.secrets.passphrase import PassphraseManager

PASSPHRASE = ("passphrase", "default")
"""The names of the passphrase provider: on a file or bucket backend it is the default one."""
_FOREIGN = ("azurekeyvault", "gcpkms", "hashivault")
_WAY_OUT = f"use passphrase or {SCHEME}://KEY?region=REGION, or the real `pulumi`"


def check_provider(name: str) -> None:
    """Refuse the name of a secrets provider that the engine does not have."""
    scheme = name.partition(":")[0]
    if name in PASSPHRASE or name.startswith(f"{SCHEME}://"):
        return
    if scheme in _FOREIGN:
        raise UnsupportedError(f"secrets provider '{scheme}'", _WAY_OUT)
    raise EngineError(f"unknown secrets provider '{name}': passphrase or {SCHEME}://KEY?region=REGION", exit_code=2)


def open_manager(provider: Mapping[str, Any], passphrase: Callable[[], str], *, source: str = "") -> SecretsManager:
    """Return the manager of a `secrets_providers` object; `source` says where it stands, for a wrong passphrase."""
    kind = provider.get("type")
    if kind == "passphrase":
        return PassphraseManager(passphrase(), _text(provider, "salt"), source=source)
    if kind == "cloud":
        url = _text(provider, "url")
        check_provider(url)
        return KmsManager(url, _text(provider, "encryptedkey"))
    raise UnsupportedError(f"secrets provider '{kind}' of the state", _WAY_OUT)


def _text(provider: Mapping[str, Any], name: str) -> str:
    state = provider.get("state")
    found = state.get(name) if isinstance(state, Mapping) else None
    if not isinstance(found, str):
        raise EngineError(f"malformed secrets provider '{provider.get('type')}' of the state: it has no '{name}'")
    return found


def create_manager(name: str, passphrase: Callable[[], str]) -> SecretsManager:
    """Make a manager with a key of its own, for a provider that is named as on the command line."""
    check_provider(name)
    return PassphraseManager.create(passphrase()) if name in PASSPHRASE else KmsManager.create(name)
