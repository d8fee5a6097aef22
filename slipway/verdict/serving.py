"""What an endpoint really serves: from the endpoint over its configuration to the model, as AWS describes them now."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sagemaker import SageMakerClient

MISSING = "Missing"
"""Our own word beside SageMaker's statuses: there is no such endpoint."""
_NOT_FOUND = "Could not find"
_CAPTURES_NOTHING = 0


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What DescribeEndpoint, DescribeEndpointConfig and DescribeModel say."""

    endpoint: str
    status: str
    """EndpointStatus, or `Missing`."""
    config: str | None = None
    """Name of the endpoint configuration that serves."""
    reason: str | None = None
    """FailureReason; SageMaker keeps that of an update which it rolled back until the next one."""
    release: Mapping[str, Any] = field(default_factory=dict)
    """What is deployed, in the words of a pin; empty when it cannot be told, and `gone` says why."""
    gone: str | None = None


def look(sagemaker: SageMakerClient, endpoint: str) -> Serving:
    """Ask what an endpoint serves. Errors other than "not found" are the caller's."""
    try:
        found = sagemaker.describe_endpoint(EndpointName=endpoint)
    except ClientError as error:
        if _is_missing(error):
            return Serving(endpoint=endpoint, status=MISSING)
        raise
    config_name = found["EndpointConfigName"]
    told = Serving(
        endpoint=endpoint, status=found["EndpointStatus"], config=config_name, reason=found.get("FailureReason")
    )
    try:
        config = sagemaker.describe_endpoint_config(EndpointConfigName=config_name)
        variant = config["ProductionVariants"][0]
        model = sagemaker.describe_model(ModelName=variant["ModelName"])
    except ClientError as error:
        if not _is_missing(error):
            raise
        # SageMaker lets a configuration go that still serves; nothing could be started from it again
        return _with(told, gone=error.response["Error"]["Message"])
    return _with(told, release=release_of(config, variant, model))


def release_of(config: Mapping[str, Any], variant: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is deployed in the words of a pin, without the model's digest, which AWS does not know."""
    container = model.get("PrimaryContainer") or {}
    sources = container.get("AdditionalModelDataSources") or [{}]
    capture = config.get("DataCaptureConfig") or {}
    percentage = capture.get("InitialSamplingPercentage", _CAPTURES_NOTHING)
    return {
        "model_data": container.get("ModelDataUrl"),
        "image": container.get("Image"),
        "code": sources[0].get("S3DataSource", {}).get("S3Uri"),
        "instance_type": variant.get("InstanceType"),
        "initial_instance_count": variant.get("InitialInstanceCount"),
        "environment": dict(container.get("Environment") or {}),
        "capture_percentage": percentage if capture.get("EnableCapture") else _CAPTURES_NOTHING,
        "container_startup_timeout_seconds": variant.get("ContainerStartupHealthCheckTimeoutInSeconds"),
    }


def _with(told: Serving, *, release: Mapping[str, Any] | None = None, gone: str | None = None) -> Serving:
    return Serving(
        endpoint=told.endpoint,
        status=told.status,
        config=told.config,
        reason=told.reason,
        release=release or {},
        gone=gone,
    )


def _is_missing(error: ClientError) -> bool:
    """Tell SageMaker's answer for a name that it does not have; its code alone is shared with other refusals."""
    told = error.response["Error"]
    return told.get("Code") == "ValidationException" and str(told.get("Message", "")).startswith(_NOT_FOUND)
