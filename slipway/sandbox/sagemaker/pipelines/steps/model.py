"""A Model step: makes a model that Transform steps and endpoints may use."""

from typing import Any

from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result


def run(arguments: dict[str, Any], attempt: Attempt) -> Result:
    """Create the model. Raises StepFailedError."""
    given = {"ExecutionRoleArn": attempt.role, **arguments, "ModelName": attempt.name}
    arn = attempt.call("CreateModel", **given)["ModelArn"]
    return Result(metadata={"Model": {"Arn": arn}}, properties=attempt.call("DescribeModel", ModelName=attempt.name))
