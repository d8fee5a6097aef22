"""Endpoints whose errors ring nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.endpoints import ENDPOINT, METRIC_ALARM, configurations, variants, watches
from policy.rule import Asked, Rule
from policy.seen import CannotJudgeError, at

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """SageMaker publishes these metrics by endpoint and variant; an alarm without both dimensions never rings."""
    found = configurations(asked.it, asked.stack)
    if not found:
        raise CannotJudgeError("its endpoint configuration is none of the stack's")
    alarms = [one for one in asked.stack if one.type == METRIC_ALARM]
    for variant in variants(found):
        if not any(watches(alarm, asked.it, variant) and _may_ring(alarm.properties) for alarm in alarms):
            yield (
                f"no alarm with the dimensions EndpointName and VariantName watches variant {variant}: declare one on "
                "Invocation5XXErrors or ModelLatency of AWS/SageMaker"
            )


def _may_ring(alarm: object) -> bool:
    return at(alarm, "actionsEnabled") is not False


RULE = Rule(
    name="endpoints-without-alarm",
    description="Every variant of an endpoint has an alarm that can fire.",
    severity="high",
    controls=(),
    link="https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html",
    looks_at=(ENDPOINT,),
    check=check,
    whole_stack=True,
    met_by=("slipway:monitoring:EndpointAlarms",),
)
