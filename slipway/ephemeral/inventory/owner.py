"""Whether a thing on AWS belongs to a stack: its tags say so, or its name is exactly one of the stack's. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from slipway.ephemeral.naming import OwnNames

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Owner:
    """A stack, and what is known to be its own."""

    project: str
    stack: str
    account: str
    region: str
    known: frozenset[str] = frozenset()
    """Ids, names and ARNs that the stack's state had before it was destroyed."""
    names: OwnNames = field(init=False)

    def __post_init__(self) -> None:
        """Make the names."""
        object.__setattr__(self, "names", OwnNames(self.project, self.stack))

    def owns(self, name: str, tags: Mapping[str, str] | None = None) -> bool:
        """Tell whether a thing is the stack's: a tag `stack` decides where there is one, else the exact name."""
        if tags and "stack" in tags:
            return tags["stack"] == self.stack and tags.get("project") == self.project
        return name in self.known or self.names.has(name)


def known_of(state: Mapping[str, Any]) -> frozenset[str]:
    """Return the ids, names and ARNs of AWS's resources in a deployment, those of interrupted creations too."""
    found: set[str] = set()
    pending = [one.get("resource") or {} for one in state.get("pending_operations") or []]
    for resource in [*(state.get("resources") or []), *pending]:
        if str(resource.get("type", "")).startswith("aws:"):
            outputs = resource.get("outputs") or {}
            inputs = resource.get("inputs") or {}
            candidates = (
                resource.get("id"),
                outputs.get("arn"),
                *(place.get(key) for place in (outputs, inputs) for key in ("name", "bucket")),
            )
            found |= {one for one in candidates if isinstance(one, str) and one}
    return frozenset(found)
