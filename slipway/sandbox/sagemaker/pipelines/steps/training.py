"""A Training step: a training job."""

from typing import Any

from slipway.sandbox.sagemaker.jobs.training.record import TRAINING
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result
from slipway.sandbox.sagemaker.pipelines.steps.job import run_job


def run(arguments: dict[str, Any], attempt: Attempt) -> Result:
    """Run the job. Raises StepFailedError and StepStoppedError."""
    return run_job(TRAINING, arguments, attempt)
