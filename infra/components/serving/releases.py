"""Releases: what an endpoint serves and what it would fall back to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIANT_NAME = "primary"
"""The one production variant. Its name never changes: SageMaker shifts traffic between variants of one name only."""


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
    instance_type: str
    """Instance type behind the endpoint."""
    initial_instance_count: int
    """Instances that the release starts with."""
    environment: Mapping[str, str]
    """Environment of the container."""
    capture_percentage: int
    """Share of requests and answers that are captured; 0 captures nothing."""
    container_startup_timeout_seconds: int
    """How long the container may take to answer its first health check."""

    def __post_init__(self) -> None:
        """Refuse what SageMaker would refuse later."""
        if not 0 <= self.capture_percentage <= 100:  # noqa: PLR2004 percent
            raise ValueError(f"capture_percentage is {self.capture_percentage}; use 0 to 100")


def declared_releases(current: Release, previous: Release | None) -> list[Release]:
    """Return the releases that a stack declares, the current one first; two equal ones are one."""
    if previous is None or previous.digest == current.digest:
        return [current]
    return [current, previous]
