"""A Transform step: a transform job."""

from typing import Any

from slipway.sandbox.sagemaker.jobs.transform.engine import TRANSFORM
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result
from slipway.sandbox.sagemaker.pipelines.steps.job import run_job


def run(arguments: dict[str, Any], attempt: Attempt) -> Result:
    """Run the job. Raises StepFailedError and StepStoppedError."""
    return run_job(TRANSFORM, arguments, attempt)
