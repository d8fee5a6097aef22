"""Alarms on metrics that nobody publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.endpoints import ENDPOINT, METRIC_ALARM, configurations, dimensions, same_endpoint, variants
from policy.rule import Asked, Rule
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMESPACES = ("AWS/SageMaker", "/aws/sagemaker/Endpoints")
# Metrics of endpoints: SageMaker's developer guide, invocation metrics and instance metrics.
_METRICS = {
    "AWS/SageMaker": {
        "Invocations",
        "InvocationsPerInstance",
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "InvocationModelErrors",
        "ModelLatency",
        "OverheadLatency",
        "ModelSetupTime",
    },
    "/aws/sagemaker/Endpoints": {
        "CPUUtilization",
        "CPUUtilizationNormalized",
        "MemoryUtilization",
        "DiskUtilization",
        "GPUUtilization",
        "GPUMemoryUtilization",
    },
}


def check(asked: Asked) -> Iterator[str]:
    """An alarm on nothing stays INSUFFICIENT_DATA, which looks like silence."""
    alarm = asked.it
    namespace = at(alarm.properties, "namespace")
    metric = at(alarm.properties, "metricName")
    if namespace not in _NAMESPACES or metric not in _METRICS[namespace]:
        return
    given = dimensions(alarm)
    missing = [key for key in ("EndpointName", "VariantName") if key not in given]
    if missing:
        yield f"{metric} of {namespace} has no dimension {' and '.join(missing)}: give both, else it never rings"
        return
    endpoints = [one for one in asked.stack if one.type == ENDPOINT and same_endpoint(alarm, one)]
    if not endpoints:
        yield "its dimension EndpointName names no endpoint of the stack: it never rings"
        return
    known = variants(configurations(endpoints[0], asked.stack))
    if known and at(given, "VariantName") not in known:
        yield f"its dimension VariantName is {at(given, 'VariantName')}; the endpoint has {', '.join(sorted(known))}"


RULE = Rule(
    name="alarms-that-cannot-fire",
    description="An alarm on an endpoint's metric has the dimensions under which SageMaker publishes it.",
    severity="high",
    controls=(),
    link="https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html",
    looks_at=(METRIC_ALARM,),
    check=check,
    whole_stack=True,
    met_by=("slipway:monitoring:EndpointAlarms",),
)
