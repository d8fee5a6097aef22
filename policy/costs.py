"""The resources of a stack as the estimate of `prices/` takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pulumi_policy.proxy import UnknownValueError

from prices.estimate import NOT_KNOWN, Declared

if TYPE_CHECKING:
    from policy.seen import Seen


def declared(stack: Sequence[Seen]) -> list[Declared]:
    """Return every resource with plain values."""
    return [
        Declared(
            key=one.urn,
            type=one.type,
            name=one.name,
            properties=_plain(one.properties),
            needs={key: [needed.urn for needed in found] for key, found in one.needs.items()},
        )
        for one in stack
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _looked_up(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        return [_looked_up(value, index) for index in range(len(value))]
    return value


def _looked_up(holder: Any, key: Any) -> Any:
    try:
        return _plain(holder[key])
    except UnknownValueError:
        return NOT_KNOWN
