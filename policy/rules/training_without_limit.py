"""Training jobs that may run for ever."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from policy.jobs import declared_jobs
from policy.rule import Asked, Rule
from policy.seen import at

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(asked: Asked) -> Iterator[str]:
    """SageMaker's own limit, where none is given, is a day."""
    for label, job in declared_jobs(asked.it):
        if not _limit(job):
            yield f"{label} has no limit: give maxRuntimeInSeconds in its stopping condition"


def _limit(job: Any) -> bool:
    return any(
        at(job, path) for path in ("stoppingCondition.maxRuntimeInSeconds", "StoppingCondition.MaxRuntimeInSeconds")
    )


RULE = Rule(
    name="training-without-limit",
    description="Every training, tuning and processing job has a limit on its time.",
    severity="medium",
    controls=(),
    link="https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html",
    looks_at=(
        "aws:sagemaker/trainingJob:TrainingJob",
        "aws:sagemaker/hyperParameterTuningJob:HyperParameterTuningJob",
        "aws:sagemaker/pipeline:Pipeline",
    ),
    check=check,
    remark="of pipelines the definition in the program; one in S3 cannot be judged",
)
