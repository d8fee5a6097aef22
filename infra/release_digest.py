"""The digest that names a release: eight hexadecimal digits over everything that is deployed of it."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DEPLOYED = (
    "model_data",
    "model_sha256",
    "image",
    "code",
    "instance_type",
    "initial_instance_count",
    "environment",
    "capture_percentage",
    "container_startup_timeout_seconds",
)
"""What a release is made of. Whatever else is pinned beside it is there for people."""


def release_digest(pinned: Mapping[str, object]) -> str:
    """Return the first eight hexadecimal digits of the SHA-256 over the deployed values of a pin, as canonical JSON."""
    text = json.dumps([pinned[name] for name in DEPLOYED], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]
