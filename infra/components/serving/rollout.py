"""How traffic moves to a new release."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

_BOUNDS = {"CANARY": (1, 50), "LINEAR": (10, 50)}
"""Percent of the fleet that SageMaker takes as a share (botocore's text on CanarySize and LinearStepSize)."""


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """One of SageMaker's three ways from the old fleet to the new one, with both fleets whole in between."""

    type: Literal["ALL_AT_ONCE", "CANARY", "LINEAR"] = "ALL_AT_ONCE"
    """At once; a first share, then the rest; or in equal shares."""
    step_percent: int | None = None
    """Share of the fleet. Left out: all at once."""
    wait_seconds: int = 0
    """Seconds after each share in which an alarm takes it back."""

    def __post_init__(self) -> None:
        """Refuse a share where there is none, and none where there must be one."""
        if self.type == "ALL_AT_ONCE":
            if self.step_percent is not None:
                raise ValueError(f"step_percent is {self.step_percent}, and ALL_AT_ONCE has no shares; leave it out")
            return
        least, most = _BOUNDS[self.type]
        if self.step_percent is None or not least <= self.step_percent <= most:
            raise ValueError(f"step_percent is {self.step_percent}; {self.type} takes {least} to {most}")

    @property
    def share(self) -> int:
        """Share of the fleet that moves at a time, in percent."""
        return 100 if self.step_percent is None else self.step_percent
