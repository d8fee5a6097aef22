"""A Condition step: decides which of its inner steps run."""

from typing import Any

from slipway.sandbox.sagemaker.pipelines.conditions import holds
from slipway.sandbox.sagemaker.pipelines.errors import StepFailedError, UnresolvedError
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result


def run(arguments: dict[str, Any], _: Attempt) -> Result:
    """Judge the conditions: all of them must hold. Raises StepFailedError for values that cannot be compared."""
    try:
        outcome = all(holds(condition) for condition in arguments["Conditions"])
    except UnresolvedError as error:
        raise StepFailedError(f"ClientError: {error}") from error
    return Result(metadata={"Condition": {"Outcome": str(outcome)}}, properties={"Outcome": outcome})
