"""A RegisterModel step: a new version in a model package group, which is made if it is not there."""

from typing import Any

from slipway.sandbox.sagemaker.pipelines.errors import StepFailedError
from slipway.sandbox.sagemaker.pipelines.steps.attempt import Attempt, Result


def run(arguments: dict[str, Any], attempt: Attempt) -> Result:
    """Register the version. Raises StepFailedError."""
    group = arguments.get("ModelPackageGroupName")
    if group is not None:
        try:
            attempt.call("DescribeModelPackageGroup", ModelPackageGroupName=group)
        except StepFailedError:
            attempt.call("CreateModelPackageGroup", ModelPackageGroupName=group)
    arn = attempt.call("CreateModelPackage", **arguments)["ModelPackageArn"]
    return Result(
        metadata={"RegisterModel": {"Arn": arn}},
        properties=attempt.call("DescribeModelPackage", ModelPackageName=arn),
    )
