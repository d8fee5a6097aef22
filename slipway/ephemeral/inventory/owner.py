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
    buckets: frozenset[str] = frozenset()
    """Buckets that the stack's state has or had: a kill between CreateBucket and PutBucketTagging leaves no tags."""
    names: OwnNames = field(init=False)

    def __post_init__(self) -> None:
        """Make the names."""
        object.__setattr__(self, "names", OwnNames(self.project, self.stack))

    def owns(self, name: str, tags: Mapping[str, str] | None = None) -> bool:
        """Tell whether a thing is the stack's: a tag `stack` decides where there is one, else the exact name."""
        if tags and "stack" in tags:
            return tags["stack"] == self.stack and tags.get("project") == self.project
        return self.names.has(name)


def buckets_of(state: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the buckets in a deployment, those of interrupted creations too."""
    pending = [one.get("resource") or {} for one in state.get("pending_operations") or []]
    found = {
        (one.get("inputs") or {}).get("bucket")
        for one in [*(state.get("resources") or []), *pending]
        if one.get("type") == "aws:s3/bucket:Bucket" and not one.get("external")
    }
    return frozenset(name for name in found if isinstance(name, str) and name)
