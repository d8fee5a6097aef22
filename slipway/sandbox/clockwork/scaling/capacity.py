"""How many instances a policy wants, of what it has and what its metric says.

https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-step-scaling-policies.html
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
"""

from collections.abc import Mapping
from math import ceil, floor, inf
from typing import Any


def tracked(current: int, metric: float, target: float) -> int:
    """Return the count at which the metric, which falls as instances are added, comes down to its target."""
    return ceil(current * metric / target)


def stepped(current: int, beyond: float, config: Mapping[str, Any]) -> int | None:
    """Return the count of the step that the metric has come to, None where no step is for it.

    `beyond` is the metric less the alarm's threshold; a step's inner bound belongs to it, its outer one does not.
    """
    for step in config["StepAdjustments"]:
        lower, upper = step.get("MetricIntervalLowerBound", -inf), step.get("MetricIntervalUpperBound", inf)
        if lower <= beyond < upper if beyond >= 0 else lower < beyond <= upper:
            return max(0, _adjusted(current, int(step["ScalingAdjustment"]), config))
    return None


def _adjusted(current: int, adjustment: int, config: Mapping[str, Any]) -> int:
    kind = config["AdjustmentType"]
    if kind == "ExactCapacity":
        return adjustment
    if kind == "ChangeInCapacity":
        return current + adjustment
    change = current * adjustment / 100
    # "values greater than 1 are rounded down, values between 0 and 1 are rounded to 1", and likewise below 0
    whole = max(1, floor(change)) if change > 0 else min(-1, ceil(change)) if change < 0 else 0
    least = int(config.get("MinAdjustmentMagnitude") or 0)
    if whole and abs(whole) < least:
        whole = least if whole > 0 else -least
    return current + whole
