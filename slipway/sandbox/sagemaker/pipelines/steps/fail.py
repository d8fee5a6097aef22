"""A Fail step: ends the execution with a message."""

from typing import Any

from slipway.sandbox.sagemaker.pipelines.errors import StepFailedError
from slipway.sandbox.sagemaker.pipelines.references import as_text
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result


def run(arguments: dict[str, Any], _: Attempt) -> Result:
    """Raise StepFailedError with the message, always."""
    message = as_text(arguments["ErrorMessage"])
    raise StepFailedError(message, metadata={"Fail": {"ErrorMessage": message}})
