"""What an endpoint really serves: from the endpoint over its configuration to the model, as AWS describes them now."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_sagemaker import SageMakerClient

MISSING = "Missing"
"""Our own word beside SageMaker's statuses: there is no such endpoint."""
SERVES = "InService"
IN_PROGRESS = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
MIXED = "UpdateRollbackFailed"
"""In service "with a mix of the old and new endpoint configurations" (botocore's text on EndpointStatus)."""
CODE_CHANNEL = "code"
_NOT_FOUND = "Could not find"


@dataclass(frozen=True, kw_only=True)
class Serving:
    """What DescribeEndpoint, DescribeEndpointConfig and DescribeModel say."""

    endpoint: str
    status: str
    """EndpointStatus, or `Missing`."""
    config: str | None = None
    """Name of the endpoint configuration that serves."""
    reason: str | None = None
    """FailureReason: documented for `Failed`; after an update that was taken back it may be there or not."""
    release: Mapping[str, Any] = field(default_factory=dict)
    """What is deployed, in the words of a pin; empty when it cannot be told, and `gone` says why."""
    strange: tuple[str, ...] = ()
    """What the configuration has that no release of ours has, so that the release above is not all that answers."""
    shadows: tuple[str, ...] = ()
    """Names of the shadow variants beside it."""
    gone: str | None = None
    """Why the release cannot be told: what serves was deleted under the endpoint."""


def look(sagemaker: SageMakerClient, endpoint: str) -> Serving:
    """Ask what an endpoint serves. Errors other than "not found" are the caller's."""
    try:
        found = sagemaker.describe_endpoint(EndpointName=endpoint)
    except ClientError as error:
        if _is_missing(error):
            return Serving(endpoint=endpoint, status=MISSING)
        raise
    told = Serving(
        endpoint=endpoint,
        status=found["EndpointStatus"],
        # an endpoint that failed while it was made may have none
        config=found.get("EndpointConfigName"),
        reason=found.get("FailureReason"),
    )
    if told.config is None:
        return told
    try:
        config = sagemaker.describe_endpoint_config(EndpointConfigName=told.config)
        variant = config["ProductionVariants"][0]
        # a variant without a model is one of inference components
        model = dict(sagemaker.describe_model(ModelName=variant["ModelName"])) if "ModelName" in variant else {}
    except ClientError as error:
        if not _is_missing(error):
            raise
        # SageMaker lets a configuration go that still serves; nothing could be started from it again
        return replace(told, gone=error.response["Error"]["Message"])
    return replace(
        told,
        release=release_of(config, variant, model),
        strange=strange_in(config, model),
        shadows=tuple(each["VariantName"] for each in config.get("ShadowProductionVariants") or []),
    )


def release_of(config: Mapping[str, Any], variant: Mapping[str, Any], model: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is deployed in the words of a pin, without the model's digest, which AWS does not know."""
    container = model.get("PrimaryContainer") or {}
    sources = container.get("AdditionalModelDataSources") or [{}]
    capture = config.get("DataCaptureConfig") or {}
    return {
        "model_data": container.get("ModelDataUrl"),
        "image": container.get("Image"),
        "code": sources[0].get("S3DataSource", {}).get("S3Uri"),
        "instance_type": variant.get("InstanceType"),
        "initial_instance_count": variant.get("InitialInstanceCount"),
        "environment": dict(container.get("Environment") or {}),
        "capture_percentage": capture.get("InitialSamplingPercentage", 0) if capture.get("EnableCapture") else 0,
        "container_startup_timeout_seconds": variant.get("ContainerStartupHealthCheckTimeoutInSeconds"),
        **_options_of(config, variant),
    }


def _options_of(config: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a pin says only of other than plain real-time releases."""
    found: dict[str, Any] = {}
    if (host := variant.get("InferenceAmiVersion")) is not None:
        found["inference_ami_version"] = host
    if (serverless := variant.get("ServerlessConfig")) is not None:
        names = {
            "memory_size_in_mb": "MemorySizeInMB",
            "max_concurrency": "MaxConcurrency",
            "provisioned_concurrency": "ProvisionedConcurrency",
        }
        found["kind"] = "serverless"
        found["serverless"] = {ours: serverless[theirs] for ours, theirs in names.items() if theirs in serverless}
    if (asynchronous := config.get("AsyncInferenceConfig")) is not None:
        found["kind"] = "async"
        most = (asynchronous.get("ClientConfig") or {}).get("MaxConcurrentInvocationsPerInstance")
        notify = bool((asynchronous.get("OutputConfig") or {}).get("NotificationConfig"))
        found["asynchronous"] = {
            **({} if most is None else {"max_concurrent_invocations_per_instance": most}),
            "notify": notify,
        }
    return found


def strange_in(config: Mapping[str, Any], model: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what a configuration and its model have beyond one variant with one model and one code package."""
    container = model.get("PrimaryContainer") or {}
    variants = [each["VariantName"] for each in config["ProductionVariants"]]
    channels = [each.get("ChannelName") for each in container.get("AdditionalModelDataSources") or []]
    found = []
    if len(variants) != 1:
        found.append(f"{len(variants)} production variants answer: {', '.join(variants)}")
    if model.get("Containers") or not container:
        found.append("its model is not one container")
    if container.get("Mode") == "MultiModel":
        found.append("its container holds many models")
    if container and channels != [CODE_CHANNEL]:
        found.append(f"its model has the additional sources {channels}, a release has one, `{CODE_CHANNEL}`")
    return tuple(found)


def _is_missing(error: ClientError) -> bool:
    """Tell SageMaker's answer for a name that it does not have; its code alone is shared with other refusals."""
    told = error.response["Error"]
    return told.get("Code") == "ValidationException" and str(told.get("Message", "")).startswith(_NOT_FOUND)
