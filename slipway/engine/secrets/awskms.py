"""The secrets manager whose key is kept by AWS KMS, byte-compatible with the real one's `cloud` provider.

A data key of 32 random bytes encrypts the values (sealing.py). The state and the stack file hold it encrypted by a key
of KMS, in base64, beside the URL `awskms://KEY?region=...` of that key: id, `alias/NAME`, or `awskms:///ARN`.
"""

import base64
import binascii
import os
import threading
from collections.abc import Mapping
from typing import Any

from slipway.engine.aws.address import COMMON, Address, read_address
from slipway.engine.aws.clients import Connection
from slipway.engine.aws.refusals import refused
from slipway.engine.errors import EngineError, UnsupportedError
from slipway.engine.secrets.sealing import seal, unseal

SCHEME = "awskms"
_KEY_LENGTH = 32
_OVERRIDE = "PULUMI_CLOUD_SECRET_OVERRIDE"


class KmsManager:
    """Encrypts with a data key that KMS decrypts once, when it is first needed."""

    def __init__(self, url: str, encrypted_key: str, *, key: bytes | None = None) -> None:
        """Take URL and data key as a state or stack file has them; `key` is the data key when it is known already."""
        self._url = url
        self._address = _address(url)
        self._encrypted = encrypted_key
        try:
            self._blob = base64.b64decode(encrypted_key, validate=True)
        except binascii.Error as error:
            raise EngineError(f"malformed encryptedkey {encrypted_key!r} of {url}: it is no base64") from error
        self._key = key
        self._fetching = threading.Lock()

    @classmethod
    def create(cls, url: str) -> "KmsManager":
        """Make the manager of a stack with a data key of its own, encrypted by the key that the URL names."""
        key = os.urandom(_KEY_LENGTH)
        address = _address(url)
        connection = Connection(address)
        client = connection.client("kms")
        with refused(f"encrypt the stack's data key with {url}", address, _reasons(connection)):
            answer = client.encrypt(KeyId=_key_id(address), Plaintext=key, EncryptionContext=dict(address.context))
        return cls(url, base64.b64encode(answer["CiphertextBlob"]).decode(), key=key)

    def verify(self) -> bytes:
        """Return the data key; EngineError when KMS does not give it."""
        with self._fetching:
            if self._key is None:
                self._key = self._fetch()
            return self._key

    def _fetch(self) -> bytes:
        connection = Connection(self._address)
        client = connection.client("kms")
        with refused(f"decrypt the stack's data key with {self._url}", self._address, _reasons(connection)):
            # Without KeyId, as the real engine asks: the blob names its key, also when the alias has moved on.
            answer = client.decrypt(CiphertextBlob=self._blob, EncryptionContext=dict(self._address.context))
        key: bytes = answer["Plaintext"]
        if len(key) != _KEY_LENGTH:
            raise EngineError(f"the data key of {self._url} has {len(key)} bytes instead of {_KEY_LENGTH}")
        return key

    def encrypt(self, plaintext: str) -> str:
        """Return `v1:NONCE:SEALED`."""
        return seal(self.verify(), plaintext)

    def decrypt(self, ciphertext: str) -> str:
        """Return the plain text."""
        try:
            return unseal(self.verify(), ciphertext)
        except ValueError as error:
            raise EngineError(
                f"failed to decrypt: the value was not encrypted under the data key of {self._url} that stands beside "
                "it; is encryptedkey another stack's, or an older one?"
            ) from error

    def state(self) -> dict[str, Any]:
        """Return the `secrets_providers` object of a deployment."""
        return {"type": "cloud", "state": {"url": self._url, "encryptedkey": self._encrypted}}


def _address(url: str) -> Address:
    if os.environ.get(_OVERRIDE):
        raise UnsupportedError(_OVERRIDE, "unset it, or `pulumi stack change-secrets-provider` to that URL")
    address = read_address(url, COMMON, context=True)
    if ":" in address.host:
        raise EngineError(f"unable to open {url}: the ARN of a key goes behind three slashes: {SCHEME}:///ARN")
    if not _key_id(address):
        raise EngineError(
            f"unable to open {url}: it names no key: {SCHEME}://KEY-ID, {SCHEME}://alias/NAME or {SCHEME}:///ARN"
        )
    return address


def _key_id(address: Address) -> str:
    return "/".join(part for part in (address.host, address.path) if part)


def _reasons(connection: Connection) -> Mapping[str, str]:
    key, region = _key_id(connection.address), connection.region
    called = f"--key-id {key} --region {region}"
    missing = (
        f"there is no key '{key}' in {region}; `aws kms list-aliases --region {region}` lists those that there are"
    )
    foreign = (
        f"no key of this account in {region} made this data key, or not with this encryption context; "
        "correct region and context_NAME in the URL, or the credentials"
    )
    busy = "the key can't be used just now; try again"
    return {
        "NotFoundException": missing,
        "InvalidArnException": missing,
        "DisabledException": f"the key is disabled; `aws kms enable-key {called}`",
        "KMSInvalidStateException": (
            f"the key is about to be deleted, or not ready; while it waits, `aws kms cancel-key-deletion {called}` and "
            "`aws kms enable-key` bring it back; once it is gone, so is every secret under it"
        ),
        "AccessDeniedException": (
            f"access denied; the credentials must be allowed kms:Encrypt and kms:Decrypt on the key '{key}', by their "
            "own policy and by the key's"
        ),
        "InvalidCiphertextException": foreign,
        "IncorrectKeyException": foreign,
        "InvalidKeyUsageException": "the key does not encrypt; name a symmetric key with the usage ENCRYPT_DECRYPT",
        "KeyUnavailableException": busy,
        "KMSInternalException": busy,
        "DependencyTimeoutException": busy,
    }
