"""A trained model in the SageMaker Model Registry: all that a release needs, in one model package."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from slipway.artifact import split

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sagemaker import SageMakerClient
    from mypy_boto3_sagemaker.literals import ProductionVariantInstanceTypeType

    from slipway.artifact import Artifact
    from slipway.outputs import Outputs

CONTENT_TYPES = ("application/json", "text/csv", "application/x-npy")


def register(
    sagemaker: SageMakerClient,
    s3: S3Client,
    outputs: Outputs,
    artifact: Artifact,
    *,
    training_job: str,
    train: str,
    validation: str,
) -> str:
    """Register the artifact as a new version of the stack's model package group; return its ARN.

    The version waits for approval. What AWS's own fields have no place for is kept as customer metadata: the serving
    code, the artifact's digest, the data it was trained on, the job that made it.
    """
    answer = sagemaker.create_model_package(
        ModelPackageGroupName=outputs.model_package_group,
        ModelPackageDescription=f"trained by {training_job}",
        InferenceSpecification={
            "Containers": [{"Image": outputs.serving.image, "ModelDataUrl": artifact.uri}],
            "SupportedContentTypes": list(CONTENT_TYPES),
            "SupportedResponseMIMETypes": list(CONTENT_TYPES),
            "SupportedRealtimeInferenceInstanceTypes": [
                cast("ProductionVariantInstanceTypeType", one)
                for one in (outputs.serving.instance_type,)
                if one is not None
            ],
        },
        ModelMetrics={
            "ModelQuality": {
                "Statistics": {"ContentType": "application/json", "S3Uri": _put_metrics(s3, outputs, artifact)}
            }
        },
        ModelApprovalStatus="PendingManualApproval",
        CustomerMetadataProperties={
            "model_sha256": artifact.sha256,
            "serving_code": outputs.serving.code_uri,
            "train_data": train,
            "validation_data": validation,
            "training_job": training_job,
            "training_code": outputs.training.code_uri,
        },
    )
    return answer["ModelPackageArn"]


def approve(sagemaker: SageMakerClient, package_arn: str, reason: str) -> None:
    """Approve a model package."""
    sagemaker.update_model_package(
        ModelPackageArn=package_arn, ModelApprovalStatus="Approved", ApprovalDescription=reason
    )


def _put_metrics(s3: S3Client, outputs: Outputs, artifact: Artifact) -> str:
    bucket, key = split(artifact.uri)
    key = f"{key.rsplit('/', 1)[0]}/metrics.json"
    report = {name: artifact.manifest.get(name) for name in ("metrics", "baseline", "data")}
    s3.put_object(
        Bucket=bucket,
        Key=key,
        Body=json.dumps(report, indent=1, sort_keys=True).encode(),
        ContentType="application/json",
        ServerSideEncryption="aws:kms",
        SSEKMSKeyId=outputs.key_arn,
    )
    return f"s3://{bucket}/{key}"
