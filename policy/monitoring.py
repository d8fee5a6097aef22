"""Monitoring jobs and schedules: where SageMaker's networks are said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.rule import Asked

JOB_DEFINITIONS = (
    "aws:sagemaker/dataQualityJobDefinition:DataQualityJobDefinition",
    "aws-native:sagemaker:ModelBiasJobDefinition",
    "aws-native:sagemaker:ModelExplainabilityJobDefinition",
    "aws-native:sagemaker:ModelQualityJobDefinition",
)
SCHEDULE = "aws:sagemaker/monitoringSchedule:MonitoringSchedule"
_OWN_JOB = "monitoringScheduleConfig.monitoringJobDefinition"


def network_lacks(asked: Asked, switch: str) -> Iterator[str]:
    """Yield what to do when a switch of the network of a job, or of a schedule's own job, is not on.

    A schedule that names a definition has none of its own: the definition is judged.
    """
    job = ""
    if asked.it.type == SCHEDULE:
        if at(asked.it.properties, _OWN_JOB) is None:
            return
        job = f"{_OWN_JOB}."
    if at(asked.it.properties, f"{job}networkConfig.{switch}") is not True:
        yield f"{job}networkConfig.{switch} is not true: set it"
