"""A Tuning step: a tuning job."""

from dataclasses import replace
from typing import Any

from slipway.sandbox.sagemaker.jobs.tuning.engine import TUNING
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result
from slipway.sandbox.sagemaker.pipelines.steps.job import run_job

LONGEST = 32
"""Characters of a tuning job's name."""


def run(arguments: dict[str, Any], attempt: Attempt) -> Result:
    """Run the job. Raises StepFailedError and StepStoppedError."""
    name = attempt.name.removeprefix("pipelines-")[-LONGEST:].strip("-")
    return run_job(TUNING, arguments, replace(attempt, name=name))
