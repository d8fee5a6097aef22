"""When an endpoint needs somebody: pure descriptions of its alarms.

Metrics and units: SageMaker's endpoint invocation metrics, namespace AWS/SageMaker. They exist only with both
dimensions EndpointName and VariantName; an alarm without them never leaves INSUFFICIENT_DATA. Latencies are
microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

NAMESPACE = "AWS/SageMaker"
INSTANCES_NAMESPACE = "/aws/sagemaker/Endpoints"
"""Where the load of the instances is published, with the same two dimensions."""
PERIOD_SECONDS = 60
"""SageMaker publishes these metrics once a minute."""

_MICROSECONDS_PER_MILLISECOND = 1000


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm in CloudWatch's words."""

    role: str
    """Which of the endpoint's alarms it is."""
    metric_name: str
    """Metric of the namespace."""
    comparison_operator: Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"]
    """How the metric is compared with the threshold."""
    threshold: float
    """In the metric's own unit."""
    evaluation_periods: int
    """Minutes in a row."""
    description: str
    """What it means, for whoever is woken."""
    namespace: str = NAMESPACE
    """Namespace of the metric."""
    statistic: Literal["Sum", "Maximum"] | None = None
    """Statistic, or None where a percentile stands in its place."""
    extended_statistic: Literal["p90"] | None = None
    """Percentile, or None where a statistic stands in its place."""
    rolls_back: bool = True
    """Whether a rollout that makes it ring is taken back. Silence is not the fault of a new release."""
    treat_missing_data: Literal["notBreaching", "breaching"] = "notBreaching"
    """What a minute without requests means: SageMaker publishes nothing then."""


@dataclass(frozen=True, kw_only=True)
class Saturation:
    """How full an instance may be, in percent; what is None is not watched.

    CPU and GPU are sums over an instance's cores and GPUs: four cores go to 400 (SageMaker's CloudWatch metrics).
    """

    cpu_percent: int | None = None
    """CPU, all cores together."""
    memory_percent: int | None = None
    """Memory."""
    gpu_percent: int | None = None
    """GPU, all GPUs together."""
    gpu_memory_percent: int | None = None
    """Memory of the GPUs, all together."""


def saturation_alarms(limits: Saturation, evaluation_periods: int) -> list[Alarm]:
    """Return the alarms about the instances behind an endpoint. A full instance is no fault of a release."""
    watched = {
        "cpu": ("CPUUtilization", limits.cpu_percent),
        "memory": ("MemoryUtilization", limits.memory_percent),
        "gpu": ("GPUUtilization", limits.gpu_percent),
        "gpu-memory": ("GPUMemoryUtilization", limits.gpu_memory_percent),
    }
    return [
        Alarm(
            role=role,
            namespace=INSTANCES_NAMESPACE,
            metric_name=metric_name,
            statistic="Maximum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=limit,
            evaluation_periods=evaluation_periods,
            description=f"an instance of the endpoint is at {limit} % {role}: add instances or larger ones",
            rolls_back=False,
        )
        for role, (metric_name, limit) in watched.items()
        if limit is not None
    ]


def any_of(alarm_names: Sequence[str]) -> str:
    """Return the rule of a composite alarm that rings while one of these alarms does."""
    return " OR ".join(f'ALARM("{name}")' for name in alarm_names)


def endpoint_alarms(
    *,
    server_errors_threshold: int,
    model_errors_threshold: int,
    latency_p90_ms: int,
    evaluation_periods: int,
    no_traffic_minutes: int | None,
) -> list[Alarm]:
    """Return the alarms of an endpoint; with `no_traffic_minutes` None silence is fine."""
    alarms = [
        Alarm(
            role="server-errors",
            metric_name="Invocation5XXErrors",
            statistic="Sum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=server_errors_threshold,
            evaluation_periods=evaluation_periods,
            description="the endpoint answers with status 5xx: look at its log group",
        ),
        Alarm(
            role="model-errors",
            metric_name="InvocationModelErrors",
            statistic="Sum",
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=model_errors_threshold,
            evaluation_periods=evaluation_periods,
            description="the container does not answer requests with 2xx: look at what clients send, then at the logs",
        ),
        Alarm(
            role="latency",
            metric_name="ModelLatency",
            extended_statistic="p90",
            comparison_operator="GreaterThanThreshold",
            threshold=latency_p90_ms * _MICROSECONDS_PER_MILLISECOND,
            evaluation_periods=evaluation_periods,
            description=f"one request in ten takes the model more than {latency_p90_ms} ms: add instances",
        ),
    ]
    if no_traffic_minutes is not None:
        alarms.append(
            Alarm(
                role="no-traffic",
                rolls_back=False,
                metric_name="Invocations",
                statistic="Sum",
                comparison_operator="LessThanThreshold",
                threshold=1,
                evaluation_periods=no_traffic_minutes,
                description=f"nobody called the endpoint for {no_traffic_minutes} minutes: look at its clients",
                treat_missing_data="breaching",
            )
        )
    return alarms
