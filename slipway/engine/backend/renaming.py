"""A deployment under another stack name: the stack is part of every URN."""

import json
from typing import Any

from slipway.engine.backend.stacks import StackRef

_STACK_TYPE = "pulumi:pulumi:Stack"
_URN_FIELDS = (
    "urn",
    "parent",
    "provider",
    "deletedWith",
    "viewOf",
    "dependencies",
    "propertyDependencies",
    "aliases",
    "replaceWith",
    "resource",
    "resources",
    "pending_operations",
)


def renamed(deployment: dict[str, Any], old: StackRef, new: StackRef) -> bytes:
    """Return the deployment (JSON) with its URNs in the new stack."""
    prefix, replacement = f"urn:pulumi:{old.name}::{old.project}::", f"urn:pulumi:{new.name}::{new.project}::"
    root = f"{prefix}{_STACK_TYPE}::{old.project}-{old.name}"
    new_root = f"{replacement}{_STACK_TYPE}::{new.project}-{new.name}"

    def urns(value: Any) -> Any:
        if isinstance(value, str):
            if value == root:
                return new_root
            return replacement + value.removeprefix(prefix) if value.startswith(prefix) else value
        if isinstance(value, list):
            return [urns(item) for item in value]
        if isinstance(value, dict):
            # A property whose value happens to look like a URN is the user's; only the engine's fields are touched.
            names = value.keys() if not value.keys() & {"urn", "resource"} else set(_URN_FIELDS)
            return {key: urns(item) if key in names else item for key, item in value.items()}
        return value

    fields = {
        key: urns(item) if key in ("resources", "pending_operations") else item for key, item in deployment.items()
    }
    return json.dumps(fields, separators=(",", ":"), ensure_ascii=False).encode()
