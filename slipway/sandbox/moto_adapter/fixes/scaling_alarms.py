"""Application Auto Scaling: a target tracking policy of a SageMaker variant has two alarms, which moto leaves out.

One rings after 3 minutes above the target, the other after 15 below 90 % of it. A policy that is put again keeps its
ARN and has new alarms. Predefined metrics that the sandbox does not publish are refused by name.
https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking.html
"""

import uuid
from collections.abc import Mapping
from typing import Any

from moto.applicationautoscaling.exceptions import AWSValidationException
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend, FakeApplicationAutoscalingPolicy
from moto.cloudwatch.models import Dimension, Metric, MetricDataQuery, MetricStat, cloudwatch_backends

from slipway.sandbox.moto_adapter.fixes.replacing import replace

PREDEFINED = "SageMakerVariantInvocationsPerInstance"
HIGH_PERIODS, LOW_PERIODS = 3, 15
LOW_SHARE = 0.9
MINUTE = 60


def apply() -> None:
    """Give SageMaker's policies their alarms."""
    create, put = FakeApplicationAutoscalingPolicy.create_alarms, ApplicationAutoscalingBackend.put_scaling_policy

    def create_alarms(self: Any) -> None:
        create(self)
        config = self.target_tracking_scaling_policy_configuration
        if self.service_namespace == "sagemaker" and config is not None and "/variant/" in self.resource_id:
            self.alarms.extend(_alarms(self, config))

    def put_scaling_policy(self: Any, **given: Any) -> Any:
        places = ("service_namespace", "resource_id", "scalable_dimension", "policy_name")
        key = FakeApplicationAutoscalingPolicy.formulate_key(*(given[name] for name in places))
        before = self.policies.get(key)
        policy = put(self, **given)
        if before is not None:
            before.delete_alarms(self.account_id, self.region_name)
            for alarm in policy.alarms:
                alarm.alarm_actions = [
                    before.policy_arn if each == policy.policy_arn else each for each in alarm.alarm_actions
                ]
            policy.policy_arn = before.policy_arn
        return policy

    replace(FakeApplicationAutoscalingPolicy, create_alarms=create_alarms)
    replace(ApplicationAutoscalingBackend, put_scaling_policy=put_scaling_policy)


def _alarms(policy: Any, config: Mapping[str, Any]) -> list[Any]:
    target, metric = float(config["TargetValue"]), _metric(policy.resource_id, config)
    kinds = [("AlarmHigh", "GreaterThanThreshold", HIGH_PERIODS, target)]
    if not config.get("DisableScaleIn"):
        kinds.append(("AlarmLow", "LessThanThreshold", LOW_PERIODS, target * LOW_SHARE))
    cloudwatch = cloudwatch_backends[policy.account_id][policy.region_name]
    return [
        cloudwatch.put_metric_alarm(
            name=f"TargetTracking-{policy.resource_id}-{kind}-{uuid.uuid4()}",
            description=f"DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {policy.policy_arn}",
            comparison_operator=comparison,
            evaluation_periods=periods,
            threshold=threshold,
            alarm_actions=[policy.policy_arn],
            **metric,
        )
        for kind, comparison, periods, threshold in kinds
    ]


def _metric(resource: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what moto's alarms are told of a policy's metric."""
    custom = config.get("CustomizedMetricSpecification")
    if custom is None:
        kind = config.get("PredefinedMetricSpecification", {}).get("PredefinedMetricType")
        if kind != PREDEFINED:
            raise AWSValidationException(
                f"the sandbox scales variants by {PREDEFINED} or a customized metric, got {kind}"
            )
        _, endpoint, _, variant = resource.split("/")
        dimensions = [{"Name": "EndpointName", "Value": endpoint}, {"Name": "VariantName", "Value": variant}]
        custom = {
            "Namespace": "AWS/SageMaker",
            "MetricName": "InvocationsPerInstance",
            "Dimensions": dimensions,
            "Statistic": "Sum",
        }
    if custom.get("Metrics"):
        none = dict.fromkeys(("namespace", "metric_name", "statistic", "period"))
        return none | {"dimensions": [], "metric_data_queries": [_query(each) for each in custom["Metrics"]]}
    return {
        "namespace": custom["Namespace"],
        "metric_name": custom["MetricName"],
        "dimensions": custom.get("Dimensions") or [],
        "statistic": custom["Statistic"],
        "unit": custom.get("Unit"),
        "period": MINUTE,
    }


def _query(query: Mapping[str, Any]) -> Any:
    stat, made = query.get("MetricStat"), None
    if stat is not None:
        metric = stat["Metric"]
        dimensions = [Dimension(each["Name"], each["Value"]) for each in metric.get("Dimensions", [])]
        measured: Any = Metric(metric["MetricName"], metric["Namespace"], dimensions)
        made = MetricStat(measured, str(MINUTE), stat["Stat"], stat.get("Unit"))
    label, returned = query.get("Label"), query.get("ReturnData", True)
    return MetricDataQuery(query["Id"], label, str(MINUTE), returned, query.get("Expression"), made)  # type: ignore[arg-type]
