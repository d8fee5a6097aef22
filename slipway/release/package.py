"""Finds the model package that is to be released and holds it to what it claims."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from slipway import artifact as artifacts
from slipway.failure import Failure
from slipway.release.pin import Pin

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient

    from slipway.outputs import Outputs

DECIMALS = 6


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
    approved = _arns(sagemaker, outputs, ModelApprovalStatus="Approved")
    if not approved:
        raise Failure(
            f"no approved model package in group {outputs.model_package_group}: train one with `slipway train "
            "--approve`, or approve one with `aws sagemaker update-model-package`"
        )
    return _describe(sagemaker, approved[0], outputs)


def _arns(sagemaker: SageMakerClient, outputs: Outputs, **only: Any) -> list[str]:
    pages = sagemaker.get_paginator("list_model_packages").paginate(
        ModelPackageGroupName=outputs.model_package_group, SortBy="CreationTime", SortOrder="Descending", **only
    )
    return [item["ModelPackageArn"] for page in pages for item in page["ModelPackageSummaryList"]]


def pin_of(package: dict[str, Any], outputs: Outputs, s3: S3Client, *, current_code: bool = False) -> Pin:
    """Return the whole release of a package, its artifact downloaded and its digest checked.

    With `current_code` it is served by the stack's code and image of today, else by those it was registered with.
    Raises Failure when the package lacks what a release needs, or when the artifact is not the registered one.
    """
    arn = package["ModelPackageArn"]
    container = package.get("InferenceSpecification", {}).get("Containers", [{}])[0]
    notes = package.get("CustomerMetadataProperties", {})
    uri, image = container.get("ModelDataUrl"), container.get("Image")
    wanted, code = notes.get("model_sha256"), notes.get("serving_code")
    missing = [
        name
        for name, value in (("ModelDataUrl", uri), ("Image", image), ("model_sha256", wanted), ("serving_code", code))
        if not value
    ]
    if missing:
        raise Failure(f"model package {arn} lacks {', '.join(missing)}: register it with `slipway train`")
    if current_code:
        image, code = outputs.serving.image, outputs.serving.code_uri
    with tempfile.TemporaryDirectory(prefix="slipway-release-") as folder:
        artifact = artifacts.fetch(s3, uri, Path(folder))
    if artifact.sha256 != wanted:
        raise Failure(
            f"{uri} has digest {artifact.sha256}, but {wanted} was registered with {arn}: the object was overwritten "
            "after its registration, train again"
        )
    return Pin(
        model_package_arn=arn,
        model_data=uri,
        model_sha256=artifact.sha256,
        image=image,
        code=code,
        instance_type=outputs.serving.instance_type,
        initial_instance_count=outputs.serving.initial_instance_count,
        metrics={name: round(value, DECIMALS) for name, value in sorted(artifact.metrics().items())},
    )
