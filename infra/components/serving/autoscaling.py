"""Instances that come and go with the load of an endpoint."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

_NAMESPACE = "sagemaker"
_DIMENSION = "sagemaker:variant:DesiredInstanceCount"
_METRICS = "AWS/SageMaker"
_PERIOD_SECONDS = 60
_MINUTES_OF_BACKLOG = 2


@dataclass(frozen=True, kw_only=True)
class AutoscalingArgs:
    """What Autoscaling is made from."""

    endpoint_name: pulumi.Input[str]
    """Endpoint that is scaled; it must be in service before."""
    variant_name: str
    """Its production variant."""
    min_capacity: int
    """Fewest instances; 0 for asynchronous endpoints only."""
    max_capacity: int
    """Most instances."""
    target_invocations_per_minute: int | None = None
    """Requests a minute that an instance should have. Left out: it scales by backlog."""
    target_backlog_per_instance: int | None = None
    """Requests that should wait for an instance of an asynchronous endpoint. Left out: it scales by requests."""
    scale_in_cooldown_seconds: int
    """Seconds after a change before instances go."""
    scale_out_cooldown_seconds: int
    """Seconds after a change before more instances come."""

    def __post_init__(self) -> None:
        """Refuse two targets, none, and bounds that SageMaker refuses."""
        if (self.target_invocations_per_minute is None) == (self.target_backlog_per_instance is None):
            raise ValueError(
                f"target_invocations_per_minute is {self.target_invocations_per_minute}, target_backlog_per_instance "
                f"{self.target_backlog_per_instance}; give one of them"
            )
        least = 0 if self.target_backlog_per_instance is not None else 1
        if not least <= self.min_capacity <= self.max_capacity:
            raise ValueError(
                f"min_capacity is {self.min_capacity} and max_capacity {self.max_capacity}; use {least} or more, and "
                "no more than max_capacity: only endpoints with a backlog can sleep"
            )


class Autoscaling(pulumi.ComponentResource):
    """A target within bounds, a policy that follows the load, and, from zero, an alarm that wakes the endpoint.

    The scaler owns the endpoint's instance count. Nothing has to be ignored for it: a release's configuration says how
    many instances it starts with and never changes, and the Endpoint itself has no count.
    """

    resource_id: pulumi.Output[str]
    """What Application Auto Scaling calls the variant."""

    def __init__(self, name: str, args: AutoscalingArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:Autoscaling", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        target = aws.appautoscaling.Target(
            name,
            service_namespace=_NAMESPACE,
            scalable_dimension=_DIMENSION,
            resource_id=pulumi.Output.concat("endpoint/", args.endpoint_name, "/variant/", args.variant_name),
            min_capacity=args.min_capacity,
            max_capacity=args.max_capacity,
            opts=child,
        )
        aws.appautoscaling.Policy(
            f"{name}-load",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            policy_type="TargetTrackingScaling",
            target_tracking_scaling_policy_configuration=_tracking(args),
            opts=child,
        )
        if args.min_capacity == 0:
            self._wake(name, args, target)

        self.resource_id = target.resource_id
        self.register_outputs({"resource_id": self.resource_id})

    def _wake(self, name: str, args: AutoscalingArgs, target: aws.appautoscaling.Target) -> None:
        """Declare what brings the first instance: without one there is no backlog per instance to follow."""
        child = pulumi.ResourceOptions(parent=self)
        wake = aws.appautoscaling.Policy(
            f"{name}-wake",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            policy_type="StepScaling",
            step_scaling_policy_configuration={
                "adjustment_type": "ChangeInCapacity",
                "metric_aggregation_type": "Average",
                "cooldown": args.scale_in_cooldown_seconds,
                "step_adjustments": [{"metric_interval_lower_bound": "0", "scaling_adjustment": 1}],
            },
            opts=child,
        )
        aws.cloudwatch.MetricAlarm(
            f"{name}-wake",
            namespace=_METRICS,
            metric_name="HasBacklogWithoutCapacity",
            dimensions={"EndpointName": args.endpoint_name},
            statistic="Average",
            period=_PERIOD_SECONDS,
            evaluation_periods=_MINUTES_OF_BACKLOG,
            datapoints_to_alarm=_MINUTES_OF_BACKLOG,
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=1,
            treat_missing_data="missing",
            alarm_description="requests wait and no instance runs: the first one is started",
            alarm_actions=[wake.arn],
            opts=child,
        )


def _tracking(args: AutoscalingArgs) -> aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgsDict:
    """Return what the count follows: requests an instance, or for asynchronous endpoints what waits for one."""
    tracking: aws.appautoscaling.PolicyTargetTrackingScalingPolicyConfigurationArgsDict = {
        "target_value": 0,
        "scale_in_cooldown": args.scale_in_cooldown_seconds,
        "scale_out_cooldown": args.scale_out_cooldown_seconds,
    }
    if args.target_invocations_per_minute is not None:
        predefined = "SageMakerVariantInvocationsPerInstance"
        tracking["target_value"] = args.target_invocations_per_minute
        tracking["predefined_metric_specification"] = {"predefined_metric_type": predefined}
    if args.target_backlog_per_instance is not None:
        tracking["target_value"] = args.target_backlog_per_instance
        tracking["customized_metric_specification"] = {
            "namespace": _METRICS,
            "metric_name": "ApproximateBacklogSizePerInstance",
            "statistic": "Average",
            "dimensions": [{"name": "EndpointName", "value": args.endpoint_name}],
        }
    return tracking
