"""A deployment (version 3): what the checkpoint of a stack holds."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from slipway.engine.codec.state import StateCodec
from slipway.engine.state.resource import ResourceState

if TYPE_CHECKING:
    from slipway.engine.secrets import SecretsManager

ENGINE_VERSION = "v3.260.0"
"""The release of the real engine whose state, events and calls this one keeps to."""


@dataclass
class Operation:
    """Something begun whose end is not known; `type` is creating, updating, deleting, reading or importing."""

    resource: ResourceState
    type: str


@dataclass
class Snapshot:
    """The resources of a stack in an order in which each stands after what it needs."""

    resources: list[ResourceState] = field(default_factory=list)
    operations: list[Operation] = field(default_factory=list)
    metadata: dict[str, Any] = field(default_factory=dict)


def now() -> str:
    """Return the time as the state writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f000Z")


def load_snapshot(deployment: dict[str, Any] | None, codec: StateCodec) -> Snapshot:
    """Return what a stored deployment holds."""
    if not deployment:
        return Snapshot()
    resources = [ResourceState.from_json(raw, codec) for raw in deployment.get("resources") or []]
    operations = [
        Operation(ResourceState.from_json(raw["resource"], codec), raw["type"])
        for raw in deployment.get("pending_operations") or []
    ]
    return Snapshot(resources, operations, deployment.get("metadata") or {})


def ordered(resources: list[ResourceState]) -> list[ResourceState]:
    """Return the resources with each after what it needs, and otherwise as they stood."""
    first: dict[str, ResourceState] = {}
    for resource in resources:
        first.setdefault(resource.urn, resource)
    found: dict[int, ResourceState] = {}
    entered: set[str] = set()
    waiting = [(resource, False) for resource in reversed(resources)]
    while waiting:
        resource, ready = waiting.pop()
        if ready or id(resource) in found:
            found.setdefault(id(resource), resource)
            continue
        waiting.append((resource, True))
        missing = sorted(resource.needs() - entered, reverse=True)
        waiting += [(first[urn], False) for urn in missing if urn in first]
        entered.add(resource.urn)
    return list(found.values())


def render(
    resources: Iterable[ResourceState],
    operations: Iterable[Operation],
    metadata: dict[str, Any],
    secrets: "SecretsManager",
    codec: StateCodec,
) -> bytes:
    """Return the JSON text of a deployment."""
    manifest = {
        "time": now(),
        "magic": hashlib.sha256(ENGINE_VERSION.encode()).hexdigest(),
        "version": ENGINE_VERSION,
    }
    head = b'{"manifest":' + _json(manifest) + b',"secrets_providers":' + _json(secrets.state())
    pending = [
        b'{"resource":' + operation.resource.fragment(codec) + b',"type":' + _json(operation.type) + b"}"
        for operation in operations
    ]
    tail = b"".join([b',"pending_operations":[', b",".join(pending), b"]"]) if pending else b""
    tail += b',"metadata":' + _json(metadata) + b"}"
    fragments = [resource.fragment(codec) for resource in resources]
    if not fragments:
        return head + tail
    # megabytes, many times in an operation: they are copied once
    fragments[0] = head + b',"resources":[' + fragments[0]
    fragments[-1] += b"]" + tail
    return b",".join(fragments)


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
