"""Instances that follow the load."""

from __future__ import annotations

from typing import Any

import pytest

from infra.components.serving.autoscaling import Autoscaling, AutoscalingArgs

TARGET = "aws:appautoscaling/target:Target"
POLICY = "aws:appautoscaling/policy:Policy"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def args(**changes: Any) -> AutoscalingArgs:
    given: dict[str, Any] = {
        "endpoint_name": "slipway-dev",
        "variant_name": "primary",
        "min_capacity": 1,
        "max_capacity": 4,
        "scale_in_cooldown_seconds": 300,
        "scale_out_cooldown_seconds": 60,
        **changes,
    }
    return AutoscalingArgs(**given)


def test_a_real_time_endpoint_follows_its_requests(run_program: Any) -> None:
    graph = run_program(lambda: Autoscaling("scaling", args(target_invocations_per_minute=600)))
    target = graph.one(TARGET, "scaling").inputs
    assert target["resourceId"] == "endpoint/slipway-dev/variant/primary"
    assert (target["minCapacity"], target["maxCapacity"]) == (1, 4)
    (policy,) = graph.of_type(POLICY)
    tracking = policy.inputs["targetTrackingScalingPolicyConfiguration"]
    assert tracking["targetValue"] == 600
    assert tracking["predefinedMetricSpecification"] == {
        "predefinedMetricType": "SageMakerVariantInvocationsPerInstance"
    }
    assert graph.of_type(ALARM) == []


def test_an_asynchronous_endpoint_sleeps_and_is_woken_by_what_waits(run_program: Any) -> None:
    graph = run_program(lambda: Autoscaling("scaling", args(min_capacity=0, target_backlog_per_instance=5)))
    assert graph.one(TARGET, "scaling").inputs["minCapacity"] == 0
    load, wake = graph.of_type(POLICY)
    metric = load.inputs["targetTrackingScalingPolicyConfiguration"]["customizedMetricSpecification"]
    assert metric["metricName"] == "ApproximateBacklogSizePerInstance"
    assert wake.inputs["stepScalingPolicyConfiguration"]["stepAdjustments"] == [
        {"metricIntervalLowerBound": "0", "scalingAdjustment": 1}
    ]
    (alarm,) = graph.of_type(ALARM)
    assert alarm.inputs["metricName"] == "HasBacklogWithoutCapacity"
    assert alarm.inputs["dimensions"] == {"EndpointName": "slipway-dev"}
    assert alarm.inputs["alarmActions"] == [f"arn:of:{POLICY}:scaling-wake"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "give one of them"),
        ({"target_invocations_per_minute": 1, "target_backlog_per_instance": 1}, "give one of them"),
        ({"target_invocations_per_minute": 1, "min_capacity": 0}, "use 1 or more"),
        ({"target_backlog_per_instance": 1, "min_capacity": 5}, "max_capacity 4"),
    ],
)
def test_bounds_and_targets_that_cannot_work_are_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        args(**changes)
