"""What scaling policies want, after the examples of Application Auto Scaling's user guide."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.sandbox.clockwork.scaling.capacity import stepped, tracked

STEPS = [
    {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 10, "ScalingAdjustment": 0},
    {"MetricIntervalLowerBound": 10, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 10},
    {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 30},
]
DOWN = [
    {"MetricIntervalLowerBound": -10, "MetricIntervalUpperBound": 0, "ScalingAdjustment": -1},
    {"MetricIntervalUpperBound": -10, "ScalingAdjustment": -3},
]


@pytest.mark.parametrize(("beyond", "wanted"), [(0, 10), (9.9, 10), (10, 11), (19, 11), (20, 13), (500, 13)])
def test_the_step_that_the_metric_has_come_to_is_taken(beyond: float, wanted: int) -> None:
    assert stepped(10, beyond, {"AdjustmentType": "PercentChangeInCapacity", "StepAdjustments": STEPS}) == wanted


@pytest.mark.parametrize(("beyond", "wanted"), [(-1, 4), (-9.9, 4), (-10, 2), (-500, 2), (0, None), (3, None)])
def test_downwards_a_steps_inner_bound_belongs_to_it(beyond: float, wanted: int | None) -> None:
    assert stepped(5, beyond, {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": DOWN}) == wanted


def one(kind: str, adjustment: int, **more: Any) -> dict[str, Any]:
    return {"AdjustmentType": kind, "StepAdjustments": [{"ScalingAdjustment": adjustment}], **more}


@pytest.mark.parametrize(
    ("current", "config", "wanted"),
    [
        (4, one("ExactCapacity", 7), 7),
        (4, one("PercentChangeInCapacity", 25, MinAdjustmentMagnitude=2), 6),
        (10, one("PercentChangeInCapacity", 25), 12),
        (1, one("PercentChangeInCapacity", 10), 2),
        (10, one("PercentChangeInCapacity", -25), 8),
        (1, one("PercentChangeInCapacity", -10), 0),
        (1, one("ChangeInCapacity", -5), 0),
    ],
)
def test_adjustments_are_rounded_as_the_guide_says(current: int, config: dict[str, Any], wanted: int) -> None:
    assert stepped(current, 1, config) == wanted


TENTHS = st.integers(10, 10_000).map(lambda tenths: tenths / 10)


@given(st.integers(1, 50), st.one_of(st.just(0.0), TENTHS), TENTHS)
def test_what_is_tracked_is_the_least_count_that_brings_the_metric_to_its_target(
    current: int, metric: float, target: float
) -> None:
    wanted, load = tracked(current, metric, target), current * metric
    assert load <= wanted * target * (1 + 1e-9)
    assert wanted == 0 or load > (wanted - 1) * target * (1 - 1e-9)
