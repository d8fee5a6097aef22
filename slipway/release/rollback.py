"""What `slipway rollback` does: current and previous change places in the stack file; nothing is made anew."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slipway.failure import Failure
from slipway.pinned import file as pinned_file
from slipway.pinned.pin import CURRENT, PREVIOUS, SHADOW, difference

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class RolledBack:
    """What a rollback did to the stack file."""

    current: dict[str, Any]
    """The release that is pinned now."""
    difference: list[str]


def rollback(path: Path) -> RolledBack:
    """Swap the current and the previous release of a stack file; Failure when there is none to go back to."""
    file = pinned_file.read(path)
    current, previous = file.section.get(CURRENT), file.section.get(PREVIOUS)
    if current is None:
        raise Failure(f"{path.name} pins no release: there is nothing to roll back; `slipway release` pins one")
    if previous is None:
        raise Failure(
            f"{path.name} pins release {current['digest']} and no previous one: nothing is declared to go back to; "
            "release another model package with `slipway release --model-package ARN`"
        )
    # What a shadow ran with stays declared: SageMaker goes back to it should it take this update back.
    shadow = file.section.get(SHADOW)
    beside = {} if shadow is None else {SHADOW: {**shadow, "ended": True}}
    file.pin({CURRENT: previous, PREVIOUS: current, **beside})
    return RolledBack(current=previous, difference=difference(current, previous))
