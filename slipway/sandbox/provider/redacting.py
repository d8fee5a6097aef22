"""Keeps what is secret out of texts: AWS quotes the values that it refuses."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from slipway.sandbox.provider.wire import Path

MASK: Final = "[secret]"
SHORTEST: Final = 3
"""Characters; what is shorter stands in too many texts by chance, and says too little."""


def secret_texts(values: Mapping[str, Any], secrets: Iterable[Path]) -> frozenset[str]:
    """Give every text and number below the secret paths, as it would be written."""
    found: set[str] = set()
    for path in secrets:
        value: Any = values
        for part in path:
            inside = value.get(part) if isinstance(value, Mapping) and isinstance(part, str) else None
            if isinstance(value, list) and isinstance(part, int) and part < len(value):
                inside = value[part]
            value = inside
        found.update(_texts(value))
    return frozenset(text for text in found if len(text) >= SHORTEST)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def redacted(text: str, secrets: Iterable[str]) -> str:
    """Give a text without the secrets, the longest first: one may be a part of another."""
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text
