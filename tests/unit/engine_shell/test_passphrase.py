"""Passphrase encryption against values that the real engine made.

The salts are test vectors of pulumi/pulumi (Apache-2.0): pkg/secrets/passphrase/manager_test.go.
"""

import pytest

from slipway.engine.errors import EngineError
from slipway.engine.secrets import PassphraseManager

REAL = "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ=="
REAL_EMPTY = "v1:LVuDkcjhUns=:v1:WPbL+tmbxnqWswQ2:lebZxStyHT3IZkmbN+3xCx9zqtoPog=="


@pytest.mark.parametrize(("passphrase", "salt"), [("password", REAL), ("", REAL_EMPTY)])
def test_the_salt_of_the_real_engine_accepts_its_passphrase(passphrase: str, salt: str) -> None:
    manager = PassphraseManager(passphrase, salt)
    assert manager.decrypt(salt.split(":", 2)[2]) == "pulumi"
    assert manager.state() == {"type": "passphrase", "state": {"salt": salt}}


def test_another_passphrase_is_refused_before_anything_is_decrypted() -> None:
    with pytest.raises(EngineError, match="incorrect passphrase"):
        PassphraseManager("passw0rd", REAL).verify()


def test_what_is_encrypted_is_decrypted_by_a_manager_of_the_same_salt() -> None:
    made = PassphraseManager.create("ünïcode")
    sealed = made.encrypt("geheim ✓")
    assert sealed.startswith("v1:")
    assert sealed != made.encrypt("geheim ✓")
    assert PassphraseManager("ünïcode", made.salt_state).decrypt(sealed) == "geheim ✓"


def test_a_changed_ciphertext_is_noticed() -> None:
    manager = PassphraseManager("password", REAL)
    sealed = manager.encrypt("a")
    with pytest.raises(EngineError, match="failed to decrypt"):
        manager.decrypt(sealed[:-4] + "AAA=")


@pytest.mark.parametrize("salt", ["v1:nobase64!:v1:a:b", "v2:fozI5u6B030=:v1:a:b", "v1:fozI5u6B030="])
def test_a_malformed_salt_is_named(salt: str) -> None:
    with pytest.raises(EngineError, match="malformed encryptionsalt"):
        PassphraseManager("", salt)
