"""Finds the model package that is to be released and holds it to what it claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_sagemaker import SageMakerClient

    from slipway.outputs import Outputs


def find(sagemaker: SageMakerClient, outputs: Outputs, *, arn: str | None, job: str | None) -> dict[str, Any]:
    """Return DescribeModelPackage of the package with this ARN, or of this job, or of the newest approved one.

    Raises Failure when there is none, when it is not approved, or when it belongs to another group, account or region.
    """
    if arn is not None:
        package = _describe(sagemaker, arn, outputs)
    elif job is not None:
        package = _of_job(sagemaker, outputs, job)
    else:
        package = _newest_approved(sagemaker, outputs)
    status = package.get("ModelApprovalStatus")
    if status != "Approved":
        name = package["ModelPackageArn"]
        raise Failure(
            f"model package {name} is {status}, only Approved ones are released: approve it with `aws sagemaker "
            f"update-model-package --model-package-arn {name} --model-approval-status Approved`"
        )
    return package


def _describe(sagemaker: SageMakerClient, arn: str, outputs: Outputs) -> dict[str, Any]:
    home, given = outputs.key_arn.split(":"), arn.split(":")
    if len(given) < 6 or given[2] != "sagemaker":  # noqa: PLR2004 - arn:partition:service:region:account:resource
        raise Failure(
            f"{arn!r} is no model package's ARN: arn:aws:sagemaker:REGION:ACCOUNT:model-package/GROUP/VERSION"
        )
    if given[3:5] != home[3:5]:
        raise Failure(
            f"model package {arn} is of account {given[4]} in {given[3]}, this stack is of account {home[4]} in "
            f"{home[3]}: register the artifact there and release that package"
        )
    try:
        package: dict[str, Any] = dict(sagemaker.describe_model_package(ModelPackageName=arn))
    except ClientError as error:
        raise Failure(f"model package {arn} is not there: {error.response['Error']['Message']}") from error
    group = package.get("ModelPackageGroupName")
    if group != outputs.model_package_group:
        raise Failure(f"model package {arn} is of group {group}, this stack's group is {outputs.model_package_group}")
    return package


def _of_job(sagemaker: SageMakerClient, outputs: Outputs, job: str) -> dict[str, Any]:
    for arn in _arns(sagemaker, outputs):
        package = _describe(sagemaker, arn, outputs)
        if package.get("CustomerMetadataProperties", {}).get("training_job") == job:
            return package
    raise Failure(f"no model package of group {outputs.model_package_group} comes from training job {job!r}")


def _newest_approved(sagemaker: SageMakerClient, outputs: Outputs) -> dict[str, Any]:
    newest = next(_arns(sagemaker, outputs, ModelApprovalStatus="Approved"), None)
    if newest is None:
        raise Failure(
            f"no approved model package in group {outputs.model_package_group}: train one with `slipway train "
            "--approve`, or approve one with `aws sagemaker update-model-package`"
        )
    return _describe(sagemaker, newest, outputs)


def _arns(sagemaker: SageMakerClient, outputs: Outputs, **only: Any) -> Iterator[str]:
    """Give the group's packages, newest first, page by page."""
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=outputs.model_package_group, SortBy="CreationTime", SortOrder="Descending", **only
    )
    return (item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"])


@dataclass(frozen=True, kw_only=True)
class Registered:
    """What a model package says of a release."""

    arn: str
    model_data: str
    model_sha256: str
    image: str
    code: str

    def require_bucket(self, bucket: str) -> None:
        """Raise Failure when the artifact or the code lies where the stack's endpoint may not read."""
        for uri in (self.model_data, self.code):
            if not uri.startswith(f"s3://{bucket}/"):
                raise Failure(
                    f"{uri} of {self.arn} is not in the stack's artifacts bucket {bucket}, the only one that its "
                    "endpoint may read: copy it there and register that"
                )

    def require_digest(self, found: str) -> None:
        """Raise Failure when the artifact is not the one that was registered."""
        if found != self.model_sha256:
            raise Failure(
                f"{self.model_data} has digest {found}, but {self.model_sha256} was registered with {self.arn}: the "
                "object was overwritten after its registration, train again"
            )


def registered(package: dict[str, Any]) -> Registered:
    """Read DescribeModelPackage; Failure when the package lacks what a release needs."""
    container = package.get("InferenceSpecification", {}).get("Containers", [{}])[0]
    notes = package.get("CustomerMetadataProperties", {})
    found = {
        "ModelDataUrl": container.get("ModelDataUrl"),
        "Image": container.get("Image"),
        "model_sha256": notes.get("model_sha256"),
        "serving_code": notes.get("serving_code"),
    }
    missing = [name for name, value in found.items() if not value]
    if missing:
        raise Failure(
            f"model package {package['ModelPackageArn']} lacks {', '.join(missing)}: register it with `slipway train`"
        )
    return Registered(
        arn=package["ModelPackageArn"],
        model_data=found["ModelDataUrl"],
        model_sha256=found["model_sha256"],
        image=found["Image"],
        code=found["serving_code"],
    )
