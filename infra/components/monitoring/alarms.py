"""When an endpoint needs somebody: pure descriptions of its alarms.

Metrics and units: SageMaker's endpoint invocation metrics, namespace AWS/SageMaker. They exist only with both
dimensions EndpointName and VariantName; an alarm without them never leaves INSUFFICIENT_DATA. Latencies are
microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NAMESPACE = "AWS/SageMaker"
PERIOD_SECONDS = 60
"""SageMaker publishes these metrics once a minute."""

_MICROSECONDS_PER_MILLISECOND = 1000


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """One alarm in CloudWatch's words."""

    role: str
    """Which of the endpoint's alarms it is."""
    metric_name: str
    """Metric of AWS/SageMaker."""
    comparison_operator: Literal["GreaterThanThreshold", "GreaterThanOrEqualToThreshold", "LessThanThreshold"]
    """How the metric is compared with the threshold."""
    threshold: float
    """In the metric's own unit."""
    evaluation_periods: int
    """Minutes in a row."""
    description: str
    """What it means, for whoever is woken."""
    statistic: Literal["Sum"] | None = None
    """Statistic, or None where a percentile stands in its place."""
    extended_statistic: Literal["p90"] | None = None
    """Percentile, or None where a statistic stands in its place."""
    rolls_back: bool = True
    """Whether a rollout that makes it ring is taken back. Silence is not the fault of a new release."""
    treat_missing_data: Literal["notBreaching", "breaching"] = "notBreaching"
    """What a minute without requests means: SageMaker publishes nothing then."""


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
