"""Property values in the state: JSON in both directions, secrets encrypted."""

import json
from collections.abc import Callable
from typing import Any

from slipway.engine.codec import ARCHIVE, ASSET, RESOURCE, SECRET, SIGNATURE, UNKNOWN_MARKERS, UNKNOWN_STRING
from slipway.engine.errors import EngineError
from slipway.engine.values import UNKNOWN, Archive, Asset, OutputValue, ResourceReference, Secret, Unknown


class StateCodec:
    """Encodes and decodes values with one stack's secrets manager.

    A secret that did not change keeps its ciphertext: so the state file stays the same, and nothing is encrypted twice.
    """

    def __init__(self, encrypt: Callable[[str], str], decrypt: Callable[[str], str]) -> None:
        self._encrypt = encrypt
        self._decrypt = decrypt
        self._known: dict[tuple[str, str], str] = {}

    def decode(self, value: Any, scope: str = "") -> Any:
        """Return the value of some JSON; `scope` names the place, so that equal secrets elsewhere look different."""
        if isinstance(value, str):
            return UNKNOWN if value in UNKNOWN_MARKERS else value
        if isinstance(value, list):
            return [self.decode(item, scope) for item in value]
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if not isinstance(value, dict):
            return value
        signature = value.get(SIGNATURE)
        if signature is None:
            return {key: self.decode(item, scope) for key, item in value.items()}
        return self._special(signature, value, scope)

    def _special(self, signature: str, value: dict[str, Any], scope: str) -> Any:
        if signature == SECRET:
            ciphertext = value.get("ciphertext")
            if ciphertext:
                try:
                    text = self._decrypt(ciphertext)
                except EngineError as error:
                    raise EngineError(f"{scope}: {error}" if scope else str(error)) from error
                self._known[scope, text] = ciphertext
            else:
                text = value.get("plaintext") or "null"
            return Secret(self.decode(json.loads(text), scope))
        if signature == RESOURCE:
            id_ = value.get("id")
            return ResourceReference(value["urn"], UNKNOWN if id_ == "" else id_, value.get("packageVersion") or "")
        if signature == ASSET:
            return Asset(value.get("hash") or "", value.get("text"), value.get("path"), value.get("uri"))
        if signature == ARCHIVE:
            assets = self.decode(value["assets"], scope) if value.get("assets") is not None else None
            return Archive(value.get("hash") or "", value.get("path"), value.get("uri"), assets)
        raise EngineError(f"the state has a value of a kind that is not known, in {scope}: signature {signature!r}")

    def encode(self, value: Any, scope: str = "") -> Any:
        """Return the JSON form of a value."""
        return encode_with(value, lambda text: {"ciphertext": self._cipher(scope, text)})

    def _cipher(self, scope: str, text: str) -> str:
        ciphertext = self._known.get((scope, text))
        if ciphertext is None:
            ciphertext = self._known[scope, text] = self._encrypt(text)
        return ciphertext


def encode_with(value: Any, secret: Callable[[str], dict[str, Any]]) -> Any:  # noqa: PLR0911 - a return a kind
    """Return the JSON form of a value; `secret` gives what stands for a secret's JSON text."""
    if isinstance(value, dict):
        return {key: encode_with(item, secret) for key, item in value.items()}
    if isinstance(value, list):
        return [encode_with(item, secret) for item in value]
    if isinstance(value, Unknown):
        return UNKNOWN_STRING
    if isinstance(value, Secret):
        text = json.dumps(encode_with(value.value, secret), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
        return {SIGNATURE: SECRET} | secret(text)
    if isinstance(value, OutputValue):
        inner = value.value if value.known else UNKNOWN
        return encode_with(Secret(inner) if value.secret else inner, secret)
    if isinstance(value, ResourceReference):
        fields = {SIGNATURE: RESOURCE, "urn": value.urn, "packageVersion": value.package_version or None}
        if value.id is not None:
            fields["id"] = "" if value.id is UNKNOWN else value.id
        return _present(fields)
    if isinstance(value, Asset):
        return _present(
            {SIGNATURE: ASSET, "hash": value.hash, "text": value.text, "path": value.path, "uri": value.uri}
        )
    if isinstance(value, Archive):
        assets = None if value.assets is None else encode_with(value.assets, secret)
        return _present(
            {SIGNATURE: ARCHIVE, "hash": value.hash, "path": value.path, "uri": value.uri, "assets": assets}
        )
    return value


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


SHOWN_SECRET = "[secret]"  # noqa: S105 - what stands for one


def masked(value: Any) -> Any:
    """Return the JSON form in which a value may be shown: nothing of a secret is left."""
    return encode_with(value, lambda _: {"ciphertext": SHOWN_SECRET})


def revealed(value: Any) -> Any:
    """Return the JSON form with the plain text of secrets in it."""
    return encode_with(value, lambda text: {"plaintext": text})
