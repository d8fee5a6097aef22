"""What the pack takes from the stack's configuration: environment, waivers, and what rules may need to know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from policy.rule import ENVIRONMENTS, Environment
from policy.waivers import Waiver, read_waivers


@dataclass(frozen=True, kw_only=True)
class StackValues:
    """The stack's own values."""

    environment: Environment
    """Of `slipway:stack`; prod, the strictest, where a stack says none that we know."""
    waivers: tuple[Waiver, ...]
    settings: Mapping[str, Any]
    """Everything else of `slipway:policy`; each rule takes the keys among its own settings."""


def stack_values(config: Mapping[str, str]) -> StackValues:
    """Read a stack's configuration as an engine hands it to a pack: full keys, structured values as JSON text."""
    said = _section(config, "slipway:stack").get("environment")
    section = _section(config, "slipway:policy")
    return StackValues(
        environment=cast("Environment", said) if said in ENVIRONMENTS else "prod",
        waivers=read_waivers(section),
        settings={key: value for key, value in section.items() if key != "waivers"},
    )


def _section(config: Mapping[str, str], key: str) -> Mapping[str, Any]:
    try:
        found = json.loads(config.get(key, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, Mapping) else {}
