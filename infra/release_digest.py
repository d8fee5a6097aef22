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
"""What every release is made of. Whatever else is pinned beside it and its options is there for people."""

OPTIONS = ("kind", "inference_ami_version", "serverless", "asynchronous")
"""What a release may be made of, too. Left out of the digest where it is the default: older pins keep theirs."""

_DEFAULT_KIND = "realtime"


def release_digest(pinned: Mapping[str, object]) -> str:
    """Return the first eight hexadecimal digits of the SHA-256 over the deployed values of a pin, as canonical JSON."""
    values = [pinned.get(name) for name in DEPLOYED]
    options = {name: _given(pinned.get(name)) for name in OPTIONS if pinned.get(name) not in (None, _DEFAULT_KIND)}
    text = json.dumps([*values, options] if options else values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:8]


def _given(value: object) -> object:
    """Leave out what is None in a nested section: a stack file does not say it."""
    return {key: one for key, one in value.items() if one is not None} if isinstance(value, dict) else value
