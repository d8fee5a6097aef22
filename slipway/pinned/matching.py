"""Which pinned release an endpoint serves: by everything that is deployed, and by its configuration's name; pure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from infra.release_digest import DEPLOYED, OPTIONS
from slipway.pinned.pin import CURRENT, PREVIOUS, SHADOW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.pinned.serving import Serving

# AWS knows where the artifact lies, not its digest: the configuration's name has the digest over everything
COMPARED = tuple(name for name in (*DEPLOYED, *OPTIONS) if name != "model_sha256")
# the program calls a release's configuration NAME-DIGEST, and Pulumi adds seven hexadecimal digits
_CONFIG = re.compile(r"-([0-9a-f]{8})-[0-9a-f]{7,}$")


def digest_of(config: str) -> str | None:
    """Return the release digest in the name of an endpoint configuration; None when it has none."""
    found = _CONFIG.search(config)
    return None if found is None else found[1]


def place_of(section: Mapping[str, Any], serving: Serving) -> str | None:
    """Tell where what serves is pinned: `current`, `previous`, or None when the stack file does not have it."""
    for place in (CURRENT, PREVIOUS):
        pinned = section.get(place)
        if pinned is not None and serving.release and not differences(pinned, serving, shadow=section.get(SHADOW)):
            return place
    return None


def differences(pinned: Mapping[str, Any], serving: Serving, *, shadow: Mapping[str, Any] | None = None) -> list[str]:
    """Say in what that which serves is not the pinned release; a shadow beside it is, where one is pinned."""
    found = [
        f"{name} is {serving.release.get(name)}, {pinned.get(name)} is pinned"
        for name in COMPARED
        if serving.release.get(name) != pinned.get(name)
    ]
    digest = digest_of(serving.config or "")
    if digest is not None and digest != pinned.get("digest"):
        found.append(
            f"its configuration {serving.config} belongs to release {digest}, {pinned.get('digest')} is pinned"
        )
    if serving.shadows and shadow is None:
        found.append(f"shadow variants run beside it: {', '.join(serving.shadows)}")
    return found + list(serving.strange)
