"""Automatic names.

`<resource name>-<7 hexadecimal digits>`, drawn from the engine's random seed, within each type's limits.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slipway.sandbox.provider.protocol import provider_pb2

SUFFIX_DIGITS = 7

Mode = provider_pb2.CheckRequest.AutonamingOptions


@dataclass(frozen=True, kw_only=True)
class AutoName:
    """How a type names itself when the program does not."""

    property: str = "name"
    limit: int = 255
    lower: bool = False
    prefix: str = ""
    prefix_property: str = "namePrefix"

    def shaped(self, raw: str) -> str:
        """Give a raw name within the type's rules (case, fixed prefix, length)."""
        text = raw.lower() if self.lower else raw
        if self.prefix and not text.startswith(self.prefix):
            text = self.prefix + text
        return text[: self.limit]

    def drawn(self, urn_name: str, seed: bytes, *, given_prefix: str | None = None) -> str:
        """Give a new name; the same seed gives the same name."""
        digits = hashlib.sha256(seed + urn_name.encode()).hexdigest()[:SUFFIX_DIGITS]
        if given_prefix is not None:
            return given_prefix[: self.limit - SUFFIX_DIGITS] + digits
        # the limit cuts before the suffix, or two long names would differ in nothing
        stem = self.shaped(urn_name)[: self.limit - SUFFIX_DIGITS - 1]
        return f"{stem}-{digits}"


def automatic_name(
    rule: AutoName,
    news: Mapping[str, Any],
    olds: Mapping[str, Any],
    *,
    urn_name: str,
    seed: bytes,
    options: Mode | None,
) -> str | None:
    """Give the name to fill in, the old one while it was automatic too.

    None when the stack forbids automatic names (`autonaming.mode: disabled`).
    """
    was_automatic = rule.property in olds.get("__defaults", ())
    if was_automatic and rule.property in olds:
        old = olds[rule.property]
        return old if isinstance(old, str) else None
    if options is not None and options.mode == Mode.DISABLE:
        return None
    if options is not None and options.proposed_name:
        return rule.shaped(options.proposed_name)
    prefix = news.get(rule.prefix_property)
    return rule.drawn(urn_name, seed, given_prefix=prefix if isinstance(prefix, str) else None)


def name_of(urn: str) -> str:
    """Give the resource's own name, the last part of its URN."""
    return re.split("::", urn, maxsplit=3)[-1]
