"""`slipway:serving`: the shape that the next release pins, and how the endpoint behaves."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from infra.setting_types import (
    ContainerEnvironment,
    HostingInstanceType,
    InferenceAmiVersion,
    InstanceCount,
    LogRetentionDays,
    Percentage,
    Section,
    ServingKind,
    StartupTimeoutSeconds,
)


class ServerlessSection(Section):
    """What a serverless endpoint has instead of instances; pinned by a release."""

    memory_size_in_mb: Literal[1024, 2048, 3072, 4096, 5120, 6144]
    """Memory of one concurrent invocation; CPU grows with it."""
    max_concurrency: Annotated[int, Field(ge=1, le=200)]
    """Requests at the same time; one more is answered with 429."""
    provisioned_concurrency: Annotated[int, Field(ge=1, le=200)] | None = None
    """Requests that never meet a cold start; they cost by the hour. Left out: every idle endpoint starts cold."""


class AsynchronousSection(Section):
    """What an asynchronous endpoint does with requests that wait in S3; pinned by a release."""

    max_concurrent_invocations_per_instance: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Requests that one instance works on at the same time. Left out: SageMaker chooses."""
    notify: bool = False
    """Whether the stack's topic hears of every answer and every failure."""


class AutoscalingSection(Section):
    """How the endpoint's instance count follows its load; belongs to the stack, so it changes without a release."""

    min_capacity: Annotated[int, Field(ge=0, le=1000)]
    """Fewest instances; 0 lets an asynchronous endpoint sleep while nothing waits."""
    max_capacity: InstanceCount
    """Most instances."""
    target_invocations_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Requests a minute that one instance of a real-time endpoint should have."""
    target_backlog_per_instance: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    """Requests that should wait for each instance of an asynchronous endpoint."""
    scale_in_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 300
    """Seconds after a change before instances go."""
    scale_out_cooldown_seconds: Annotated[int, Field(ge=0, le=3600)] = 60
    """Seconds after a change before more instances come."""


class RolloutSection(Section):
    """How traffic moves to a new release; belongs to the stack."""

    type: Literal["ALL_AT_ONCE", "CANARY", "LINEAR"] = "ALL_AT_ONCE"
    """At once; a first share, then the rest; or in equal shares."""
    step_percent: Annotated[int, Field(ge=1, le=50)] | None = None
    """The canary's share of the fleet, or each share of a linear rollout (10 or more)."""
    wait_seconds: Annotated[int, Field(ge=0, le=3600)] = 0
    """Seconds after each share in which a ringing alarm brings the old release back."""


class ServingSection(Section):
    """`slipway:serving`: the shape that the next `slipway release` pins, and how the endpoint behaves.

    What belongs to a release (kind, instances, host, capture, startup timeout, environment) changes with the next
    release only.
    """

    kind: ServingKind = "realtime"
    """realtime answers at once, serverless has no instances, async takes requests from S3; pinned by a release."""
    instance_type: HostingInstanceType | None = None
    """Instance type that endpoints accept; pinned by a release. Left out: kind is serverless."""
    initial_instance_count: InstanceCount | None = None
    """Instances of a new release; pinned by it. Left out: kind is serverless."""
    inference_ami_version: InferenceAmiVersion | None = None
    """Host image below the container, which brings the driver: GPU and Inferentia need one; pinned by a release."""
    serverless: ServerlessSection | None = None
    """Memory and concurrency of kind serverless; pinned by a release. Left out for other kinds."""
    asynchronous: AsynchronousSection | None = None
    """Options of kind async; pinned by a release. Left out: SageMaker's defaults, or another kind."""
    capture_percentage: Percentage
    """Share of requests and answers kept in the captures bucket; 0 captures nothing. Pinned by a release."""
    container_startup_timeout_seconds: StartupTimeoutSeconds = 600
    """How long a container may take to answer its first health check; pinned by a release, but for serverless ones."""
    autoscaling: AutoscalingSection | None = None
    """How the instance count follows the load. Left out: it stays as the release says."""
    rollout: RolloutSection = Field(default_factory=RolloutSection)
    """How traffic moves to a new release. Left out: all at once."""
    bake_seconds: Annotated[int, Field(ge=0, le=1800)] = 0
    """Seconds after a rollout in which the old release still runs and a ringing alarm brings it back; 0: none.

    SageMaker takes an hour, but the provider waits one hour for the whole rollout, starting the new instances included.
    """
    environment: ContainerEnvironment = Field(default_factory=lambda: {"OMP_NUM_THREADS": "1"})
    """Environment of the serving container; pinned by a release. Never a secret: stack files are read by many."""
    log_retention_days: LogRetentionDays
    """Days that logs of the endpoint are kept."""
