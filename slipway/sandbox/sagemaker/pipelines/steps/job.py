"""What the steps that create a job have in common: created, awaited, stopped with the execution, described."""

from typing import Any

from slipway.sandbox.sagemaker.jobs import running
from slipway.sandbox.sagemaker.jobs.kind import JobKind
from slipway.sandbox.sagemaker.pipelines.errors import StepFailedError, StepStoppedError
from slipway.sandbox.sagemaker.pipelines.retrying import kind_of_job_failure
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result

_LOOK_SECONDS = 0.1
"""Between two looks at whether the execution is to stop."""


def run_job(kind: JobKind, arguments: dict[str, Any], attempt: Attempt) -> Result:
    """Create a job and return what Describe says at its end. Raises StepFailedError and StepStoppedError."""
    given = {**arguments, kind.name_member: attempt.name}
    arn = attempt.call(f"Create{kind.noun}", **given)[kind.arn_member]
    metadata = {kind.noun: {"Arn": arn}}
    attempt.note(metadata)
    _await(kind, attempt)
    described = attempt.call(f"Describe{kind.noun}", **{kind.name_member: attempt.name})
    status = described[kind.status_member]
    if status == "Completed":
        return Result(metadata=metadata, properties=described)
    if attempt.stopping.is_set():
        raise StepStoppedError
    reason = described.get("FailureReason") or f"ClientError: {kind.words} {attempt.name} was stopped"
    raise StepFailedError(reason, kind_of_job_failure(reason), metadata)


def _await(kind: JobKind, attempt: Attempt) -> None:
    run = running.find(attempt.context, kind.noun, attempt.name)
    if run is None:
        return
    asked = False
    while not run.ended.wait(_LOOK_SECONDS):
        if attempt.stopping.is_set() and not asked:
            asked = True
            try:
                attempt.call(f"Stop{kind.noun}", **{kind.name_member: attempt.name})
            except StepFailedError:
                continue  # it ended just now
