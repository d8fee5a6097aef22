"""Monitoring schedules whose own jobs talk to each other in plain text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOB = "monitoringScheduleConfig.monitoringJobDefinition"


def check(asked: Asked) -> Iterator[str]:
    """A schedule that names a definition has that judged, by monitoring-jobs-with-plain-traffic."""
    if at(asked.it.properties, _JOB) is None:
        return
    if at(asked.it.properties, f"{_JOB}.networkConfig.enableInterContainerTrafficEncryption") is not True:
        yield f"{_JOB}.networkConfig.enableInterContainerTrafficEncryption is not true: set it"


RULE = Rule(
    name="monitoring-schedules-with-plain-traffic",
    description="The instances of a schedule's jobs encrypt what they tell each other.",
    severity="medium",
    controls=("SageMaker.22",),
    link=security_hub("SageMaker.22"),
    looks_at=("aws:sagemaker/monitoringSchedule:MonitoringSchedule",),
    check=check,
)
