"""Releases: what an endpoint serves and what it would fall back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIANT_NAME = "primary"
"""The one production variant. Its name never changes: SageMaker shifts traffic between variants of one name only."""

SHADOW_VARIANT_NAME = "shadow"
"""The variant that a candidate runs as; its captures and metrics are under this name."""


@dataclass(frozen=True, kw_only=True)
class Serverless:
    """What a serverless release has instead of instances."""

    memory_size_in_mb: int
    """Memory of one concurrent invocation."""
    max_concurrency: int
    """Requests at the same time."""
    provisioned_concurrency: int | None = None
    """Requests that never meet a cold start. Left out: none."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A model artifact with the code, image, instances and settings that serve it. It never changes."""

    digest: str
    """Eight hexadecimal digits over everything else; in the logical names of its model and configuration."""
    model_data: str
    """S3 URI of the model artifact, a `model.tar.gz`."""
    image: str
    """URI of the serving image."""
    code: str
    """S3 URI of the serving code package."""
    kind: Literal["realtime", "serverless", "async"] = "realtime"
    """How it answers: at once, without instances, or out of S3."""
    instance_type: str | None = None
    """Instance type behind the endpoint. Left out: it is serverless."""
    initial_instance_count: int | None = None
    """Instances that the release starts with. Left out: it is serverless."""
    inference_ami_version: str | None = None
    """Host image below the container. Left out: SageMaker's own, which has no driver for accelerators of today."""
    serverless: Serverless | None = None
    """Memory and concurrency of a serverless release. Left out: it has instances."""
    max_concurrent_invocations_per_instance: int | None = None
    """Requests that an instance of an asynchronous release works on at once. Left out: SageMaker chooses."""
    notify: bool = False
    """Whether a topic hears of every answer of an asynchronous release."""
    environment: Mapping[str, str]
    """Environment of the container."""
    capture_percentage: int
    """Share of requests and answers that are captured; 0 captures nothing."""
    container_startup_timeout_seconds: int | None
    """How long the container may take to answer its first health check; None for a serverless one."""

    def __post_init__(self) -> None:
        """Refuse what SageMaker would refuse later."""
        if not 0 <= self.capture_percentage <= 100:  # noqa: PLR2004 percent
            raise ValueError(f"capture_percentage is {self.capture_percentage}; use 0 to 100")
        serverless = self.kind == "serverless"
        if serverless != (self.serverless is not None):
            given = "missing" if self.serverless is None else "given"
            raise ValueError(f"release {self.digest} is {self.kind} and serverless is {given}; give both or none")
        if serverless != (self.instance_type is None) or serverless != (self.initial_instance_count is None):
            raise ValueError(
                f"release {self.digest} is {self.kind} on {self.initial_instance_count} of {self.instance_type}; "
                "serverless releases have no instances, all others need a type and a count"
            )
        if serverless and self.capture_percentage > 0:
            raise ValueError(f"release {self.digest} is serverless, which captures nothing; use capture_percentage 0")


@dataclass(frozen=True, kw_only=True)
class Shadow:
    """A candidate that gets copies of the current release's requests; its answers are measured and captured only."""

    release: Release
    """The candidate."""
    beside: str
    """Digest of the declared release whose requests it gets."""
    percentage: int
    """Share of the requests that it gets a copy of."""
    ended: bool = False
    """Whether the endpoint is without it again.

    What it ran with stays declared for a release longer: an update that SageMaker takes back finds it there.
    """

    def __post_init__(self) -> None:
        """Refuse what SageMaker would refuse later."""
        if not 1 <= self.percentage <= 100:  # noqa: PLR2004 percent
            raise ValueError(f"percentage is {self.percentage}; use 1 to 100")
        if self.release.kind != "realtime":
            raise ValueError(f"shadow {self.release.digest} is {self.release.kind}; only realtime releases can be one")


def declared_releases(current: Release, previous: Release | None) -> list[Release]:
    """Return the releases that a stack declares, the current one first; two equal ones are one."""
    if previous is None or previous.digest == current.digest:
        return [current]
    return [current, previous]
