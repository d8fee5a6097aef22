"""Scaling policies: a variant's own metric rings an alarm, and the policy changes the instance count within bounds."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from slipway.sandbox.clockwork.alarms.watch import Alarms
from slipway.sandbox.clockwork.clock import Clock, system_time
from slipway.sandbox.clockwork.scalable_targets import DIMENSION, NAMESPACE
from slipway.sandbox.clockwork.scaling.policies import Policies
from slipway.sandbox.clockwork.timeline import Timeline
from slipway.sandbox.moto_adapter.alarm_history import record_action
from slipway.sandbox.moto_adapter.now import keep_time_by
from slipway.sandbox.sagemaker.context import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

SCOPE = Scope("123456789012", "us-east-1")
MINUTE = timedelta(minutes=1)
TRACKING = {
    "TargetValue": 100.0,
    "PredefinedMetricSpecification": {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"},
}


class Scaled:
    """An endpoint with a scalable target of 1 to 3 instances, on a timeline of its own."""

    def __init__(self, world: Any, context: Any) -> None:
        self.world, self.clock = world, Clock()
        keep_time_by(self.clock)
        self._parts = Alarms(context, self.clock, record_action), Policies(context, self.clock)
        self._timeline = Timeline(self.clock, self._parts)
        self.endpoint = world.deploy(world.config({"who": "a"}))
        self.resource = {
            "ServiceNamespace": NAMESPACE,
            "ResourceId": f"endpoint/{self.endpoint}/variant/AllTraffic",
            "ScalableDimension": DIMENSION,
        }
        self.scaling = world.client("application-autoscaling")
        self.scaling.register_scalable_target(**self.resource, MinCapacity=1, MaxCapacity=3)
        self.to_next_minute()

    def put(self, kind: str, **config: Any) -> dict[str, Any]:
        made: dict[str, Any] = self.scaling.put_scaling_policy(
            PolicyName="p", PolicyType=kind, **self.resource, **config
        )
        for part in self._parts:
            part.notice(SCOPE)
        return made

    def to_next_minute(self) -> None:
        """Set the clock to just after the next whole minute, however long the last step took."""
        now = self.clock()
        self.clock.advance(now.replace(second=2, microsecond=0) + MINUTE - now)
        self._timeline.look()

    def minutes(self, count: int, load: float) -> int:
        """Let minutes pass in which every instance is invoked so often; return how many instances there are then."""
        for _ in range(count):
            dimensions = [
                {"Name": "EndpointName", "Value": self.endpoint},
                {"Name": "VariantName", "Value": "AllTraffic"},
            ]
            datum = {"MetricName": "InvocationsPerInstance", "Value": load, "Dimensions": dimensions}
            self.world.client("cloudwatch").put_metric_data(Namespace="AWS/SageMaker", MetricData=[datum])
            self.to_next_minute()
        return int(self.world.settled(self.endpoint)["ProductionVariants"][0]["CurrentInstanceCount"])


@pytest.fixture
def scaled(inside: Any) -> Iterator[Scaled]:
    made = Scaled(inside.world, inside.context)
    yield made
    for policy in made.scaling.describe_scaling_policies(ServiceNamespace=NAMESPACE)["ScalingPolicies"]:
        made.scaling.delete_scaling_policy(PolicyName=policy["PolicyName"], **made.resource)
    made.scaling.deregister_scalable_target(**made.resource)
    made.world.delete(made.endpoint)
    keep_time_by(system_time)


def test_a_tracking_policy_scales_out_after_three_minutes_and_in_after_fifteen(scaled: Scaled) -> None:
    made = scaled.put("TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=TRACKING)
    names = [alarm["AlarmName"] for alarm in made["Alarms"]]
    assert [name.split("-")[-6] for name in names] == ["AlarmHigh", "AlarmLow"]
    assert scaled.minutes(2, 180) == 1
    assert scaled.minutes(2, 180) == 2
    assert scaled.minutes(14, 40) == 2
    assert scaled.minutes(3, 40) == 1
    scaled.scaling.delete_scaling_policy(PolicyName="p", **scaled.resource)
    assert scaled.world.client("cloudwatch").describe_alarms(AlarmNames=names)["MetricAlarms"] == []


def test_a_tracking_policy_stays_within_the_bounds_and_scales_in_only_if_it_may(scaled: Scaled) -> None:
    config = TRACKING | {"DisableScaleIn": True}
    assert len(scaled.put("TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=config)["Alarms"]) == 1
    assert scaled.minutes(4, 5000) == 3
    assert scaled.minutes(17, 1) == 3


def test_a_policy_that_is_put_again_keeps_its_arn_and_has_new_alarms(scaled: Scaled) -> None:
    first = scaled.put("TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=TRACKING)
    again = scaled.put("TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=TRACKING)
    assert first["PolicyARN"] == again["PolicyARN"]
    cloudwatch = scaled.world.client("cloudwatch")
    alarms = cloudwatch.describe_alarms(ActionPrefix=again["PolicyARN"])["MetricAlarms"]
    assert sorted(alarm["AlarmName"] for alarm in alarms) == sorted(each["AlarmName"] for each in again["Alarms"])


def test_a_step_policy_takes_the_step_of_its_own_alarm_and_rests_after_it(scaled: Scaled) -> None:
    steps = [{"MetricIntervalLowerBound": 0, "ScalingAdjustment": 1}]
    config = {"AdjustmentType": "ChangeInCapacity", "StepAdjustments": steps, "Cooldown": 240}
    arn = scaled.put("StepScaling", StepScalingPolicyConfiguration=config)["PolicyARN"]
    scaled.world.client("cloudwatch").put_metric_alarm(
        AlarmName=scaled.endpoint,
        Namespace="AWS/SageMaker",
        MetricName="InvocationsPerInstance",
        Dimensions=[
            {"Name": "EndpointName", "Value": scaled.endpoint},
            {"Name": "VariantName", "Value": "AllTraffic"},
        ],
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=50,
        ComparisonOperator="GreaterThanThreshold",
        AlarmActions=[arn],
    )
    assert scaled.minutes(2, 60) == 2
    assert scaled.minutes(2, 60) == 2
    assert scaled.minutes(4, 60) == 3


def test_a_predefined_metric_that_is_not_published_is_refused_by_name(scaled: Scaled) -> None:
    kind = "SageMakerVariantProvisionedConcurrencyUtilization"
    config = {"TargetValue": 1.0, "PredefinedMetricSpecification": {"PredefinedMetricType": kind}}
    with pytest.raises(ClientError, match=kind):
        scaled.put("TargetTrackingScaling", TargetTrackingScalingPolicyConfiguration=config)
