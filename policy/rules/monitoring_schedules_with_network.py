"""Monitoring schedules whose own jobs reach a network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOB = "monitoringScheduleConfig.monitoringJobDefinition"


def check(asked: Asked) -> Iterator[str]:
    """A schedule that names a definition has that judged, by monitoring-jobs-with-network."""
    if at(asked.it.properties, _JOB) is None:
        return
    if at(asked.it.properties, f"{_JOB}.networkConfig.enableNetworkIsolation") is not True:
        yield f"{_JOB}.networkConfig.enableNetworkIsolation is not true: set it"


RULE = Rule(
    name="monitoring-schedules-with-network",
    description="The jobs of a monitoring schedule run isolated from every network.",
    severity="high",
    controls=("SageMaker.14",),
    link=security_hub("SageMaker.14"),
    looks_at=("aws:sagemaker/monitoringSchedule:MonitoringSchedule",),
    check=check,
)
