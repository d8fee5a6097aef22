"""Releases: what an endpoint serves, and the digest that names it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIANT_NAME = "primary"
"""The one production variant. Its name never changes: SageMaker shifts traffic between variants of one name only."""


@dataclass(frozen=True, kw_only=True)
class Release:
    """A model artifact with the code, image and instances that serve it. It never changes."""

    model_data: str
    """S3 URI of the model artifact, a `model.tar.gz`."""
    model_sha256: str
    """SHA-256 of the model artifact."""
    image: str
    """URI of the serving image."""
    code: str
    """S3 URI of the serving code package."""
    instance_type: str
    """Instance type behind the endpoint."""
    initial_instance_count: int
    """Instances that the release starts with."""


@dataclass(frozen=True, kw_only=True)
class ServingShape:
    """How releases are served. It is part of every release, since SageMaker cannot change it on what exists.

    Another shape therefore makes both declared releases anew, and the old configurations go once the endpoint has
    moved: for that one `up` SageMaker has nothing to fall back to. Do not change shape and release at once.
    """

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


def release_digest(release: Release, shape: ServingShape) -> str:
    """Return eight hexadecimal digits of the SHA-256 over everything that a release is made of."""
    text = json.dumps([asdict(release), asdict(shape)], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


def declared_releases(current: Release, previous: Release | None, shape: ServingShape) -> dict[str, Release]:
    """Return the releases that a stack declares, by digest, the current one first; two equal ones are one."""
    releases = {release_digest(current, shape): current}
    if previous is not None:
        releases.setdefault(release_digest(previous, shape), previous)
    return releases
