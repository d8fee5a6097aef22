"""What the provider of a resource gives to everything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policy.seen import at


def default_tags(provider: Mapping[str, Any] | None) -> Mapping[str, str]:
    """Return the tags that a provider gives to everything; an engine hands structured settings over as JSON text."""
    found = at(provider, "defaultTags")
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except ValueError:
            return {}
    tags = at(found, "tags")
    return {str(key): str(tags[key]) for key in tags} if isinstance(tags, Mapping) else {}
