"""What a stack exports, typed: the only thing that the tool's verbs know about the program."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeVar

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True)
class Lake:
    """Bucket names."""

    raw: str
    curated: str
    artifacts: str
    captures: str


@dataclass(frozen=True, kw_only=True)
class Training:
    """What a training job needs."""

    role_arn: str
    image: str
    code_uri: str
    log_group: str
    instance_type: str
    instance_count: int
    volume_size_gib: int
    max_runtime_seconds: int
    max_wait_seconds: int | None
    """How long a spot job may take; None for jobs on demand."""
    checkpoint_path: str
    output_path: str


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What a release is served with, and where."""

    role_arn: str
    image: str
    code_uri: str
    instance_type: str | None
    """None where the next release is serverless."""
    endpoint_name: str
    """Name that the endpoint has once there is a release."""
    events_log_group: str
    """Where the endpoint's state changes are kept."""


@dataclass(frozen=True, kw_only=True)
class Network:
    """Where jobs join the stack's network."""

    subnet_ids: tuple[str, ...]
    security_group_ids: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Outputs:
    """Everything that a stack exports."""

    lake: Lake
    key_arn: str
    training: Training
    serving: Serving
    network: Network | None
    """None where the stack has no network: jobs are then in SageMaker's own."""
    model_package_group: str
    endpoint: str | None
    """The endpoint's name, or None while there is no release."""
    rolled_out: str | None
    """Digest of the release that the last `up` rolled out; None when there was none."""
    dashboard: str

    @property
    def region(self) -> str:
        """The stack's region, whatever the AWS profile of the person who asks says."""
        return self.key_arn.split(":")[3]

    @property
    def account(self) -> str:
        """The stack's account."""
        return self.key_arn.split(":")[4]


Section = TypeVar("Section", Lake, Training, Serving)


def read(stack: str, found: Mapping[str, Any]) -> Outputs:
    """Read `stack output --json`; a missing piece is a Failure that names it."""
    if not found:
        raise Failure(f"stack {stack} has no outputs: run `pulumi up -s {stack}` (or the embedded engine) first")
    endpoint = _get(stack, found, "endpoint", optional=True)
    return Outputs(
        lake=_section(stack, found, "lake", Lake),
        key_arn=_get(stack, found, "key_arn"),
        training=_section(stack, found, "training", Training),
        serving=_section(stack, found, "serving", Serving),
        network=_network(stack, found),
        model_package_group=_get(stack, found, "registry.model_package_group_name"),
        endpoint=None if endpoint is None else _get(stack, found, "endpoint.name"),
        rolled_out=None if endpoint is None else _get(stack, found, "endpoint.release"),
        dashboard=_get(stack, found, "dashboard.name"),
    )


def _section(stack: str, found: Mapping[str, Any], name: str, kind: type[Section]) -> Section:
    # numbers cross Pulumi's wire as doubles: 1 may come back as 1.0
    values: dict[str, Any] = {}
    for item in fields(kind):
        value = _get(stack, found, f"{name}.{item.name}", optional="None" in str(item.type))
        values[item.name] = int(value) if value is not None and str(item.type).startswith("int") else value
    return kind(**values)


def _network(stack: str, found: Mapping[str, Any]) -> Network | None:
    if found.get("network") is None:
        return None
    return Network(
        subnet_ids=tuple(_get(stack, found, "network.subnet_ids")),
        security_group_ids=tuple(_get(stack, found, "network.security_group_ids")),
    )


def _get(stack: str, found: Mapping[str, Any], path: str, *, optional: bool = False) -> Any:
    value: Any = found
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if value is None and not optional:
        raise Failure(
            f"stack {stack} has no output `{path}`: its last `up` was with an older program or did not finish"
        )
    return value
