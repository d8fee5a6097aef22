"""A candidate beside the current release: pinned as its shadow, or ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slipway.failure import Failure
from slipway.pinned import file as pinned_file
from slipway.pinned.pin import CURRENT, SHADOW

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from slipway.pinned.pin import Pin


def beside(
    section: Mapping[str, Any], new: Pin, *, serves: Mapping[str, Any] | None, percentage: int
) -> dict[str, Any]:
    """Return the section with a release as the shadow of the current one; Failure where that does not serve."""
    current = section.get(CURRENT)
    if current is None or serves is None or serves.get("digest") != current.get("digest"):
        raise Failure(
            "a shadow is beside what serves, and the pinned current release does not serve: `slipway release` and "
            "`slipway up` first"
        )
    running = section.get(SHADOW)
    if running is not None and not running.get("ended") and not _same(running, new, percentage):
        raise Failure(
            f"shadow {running['release']['digest']} still runs, with {running['percentage']} %: "
            "end it with `slipway release --end-shadow` and "
            "`slipway up`, so that an update that is taken back finds what it goes back to"
        )
    shadow = {"release": new.as_settings(), "beside": current["digest"], "percentage": percentage}
    return {**section, SHADOW: shadow}


def _same(running: Mapping[str, Any], new: Pin, percentage: int) -> bool:
    """Say whether a shadow is asked for as it runs: another share would replace the configuration that serves."""
    return (running["release"]["digest"], running["percentage"]) == (new.digest, percentage)


def end_shadow(path: Path) -> str:
    """End the shadow of a stack file; return its digest. Failure where none runs."""
    file = pinned_file.read(path)
    shadow = file.section.get(SHADOW)
    if shadow is None or shadow.get("ended"):
        raise Failure(f"{path.name} pins no shadow that runs: `slipway release --shadow PERCENT` pins one")
    file.pin({**file.section, SHADOW: {**shadow, "ended": True}})
    return str(shadow["release"]["digest"])
