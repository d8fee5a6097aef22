"""What the store keeps of an endpoint: DescribeEndpoint's own shape, its release beside it; the events it causes.

Source of the events: the developer guide's page "Events that Amazon SageMaker AI sends to Amazon EventBridge".
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from slipway.sandbox.sagemaker.announcements import announce, milliseconds
from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.fleet import Fleet
from slipway.sandbox.sagemaker.endpoints.model_files import images_of

KIND = "Endpoint"
RELEASE_KIND = "EndpointRelease"
"""Of the sandbox's own: the configuration and models that an endpoint serves, kept although they may be deleted."""
CONFIG_KIND = "EndpointConfig"
MODEL_KIND = "Model"
REASON_LIMIT = 1024
"""Characters of a FailureReason."""
IN_PROGRESS = frozenset({"Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting"})
UPDATABLE = frozenset({"InService", "UpdateRollbackFailed"})


def release_of(config: Mapping[str, Any], models: Mapping[str, Any], images: Mapping[str, Any]) -> dict[str, Any]:
    """Return a configuration with its models and DeployedImage by image: all that is needed to serve and tell it."""
    return {"config": dict(config), "models": dict(models), "images": dict(images)}


def planned_variants(release: Mapping[str, Any], part: str = "ProductionVariants") -> list[dict[str, Any]]:
    """Return the summaries of variants that do not serve yet."""
    return [_summary(each, release, None) for each in release["config"].get(part, [])]


def serving_variants(
    release: Mapping[str, Any], fleet: Fleet, part: str = "ProductionVariants"
) -> list[dict[str, Any]]:
    """Return the summaries of variants that serve."""
    return [_summary(each, release, fleet) for each in release["config"].get(part, [])]


def _summary(variant: Mapping[str, Any], release: Mapping[str, Any], fleet: Fleet | None) -> dict[str, Any]:
    name = variant["VariantName"]
    weight = float(variant.get("InitialVariantWeight", 1.0))
    model = release["models"].get(variant.get("ModelName"), {})
    deployed = release.get("images", {})  # a release of an older sandbox has none
    images = [deployed.get(name, {"SpecifiedImage": name}) for name in images_of(model)]
    summary: dict[str, Any] = {
        "VariantName": name,
        "DeployedImages": images,
        "DesiredWeight": weight,
        "CurrentWeight": weight if fleet is not None else 0.0,
    }
    if "ServerlessConfig" in variant:
        return summary | {
            "DesiredServerlessConfig": variant["ServerlessConfig"],
            **({"CurrentServerlessConfig": variant["ServerlessConfig"]} if fleet is not None else {}),
        }
    count = int(variant.get("InitialInstanceCount", 1))
    return summary | {"DesiredInstanceCount": count, "CurrentInstanceCount": count if fleet is not None else 0}


def capture_summary(config: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return DescribeEndpoint's DataCaptureConfig for an endpoint configuration, None when it has none."""
    capture = config.get("DataCaptureConfig")
    if capture is None:
        return None
    enabled = capture.get("EnableCapture", True)
    return {
        "EnableCapture": enabled,
        "CaptureStatus": "Started" if enabled else "Stopped",
        "CurrentSamplingPercentage": capture["InitialSamplingPercentage"],
        "DestinationS3Uri": capture["DestinationS3Uri"],
        "KmsKeyId": capture.get("KmsKeyId", ""),
    }


def serve_fields(release: Mapping[str, Any], fleet: Fleet) -> dict[str, Any]:
    """Return the fields of an endpoint that serves a release."""
    config = release["config"]
    return {
        "EndpointConfigName": config["EndpointConfigName"],
        "ProductionVariants": serving_variants(release, fleet),
        "ShadowProductionVariants": serving_variants(release, fleet, "ShadowProductionVariants") or None,
        "DataCaptureConfig": capture_summary(config),
        "PendingDeploymentSummary": None,
    }


def set_status(
    context: Context, name: str, status: str, check: Callable[[dict[str, Any]], None] | None = None, **fields: Any
) -> dict[str, Any] | None:
    """Change an endpoint's status, drop the fields given as None, and announce it; None when it is gone.

    What `check` raises leaves the endpoint as it is; nothing comes between the check and the change.
    """

    def change(record: dict[str, Any]) -> None:
        if check is not None:
            check(record)
        record["EndpointStatus"] = status
        record["LastModifiedTime"] = context.now()
        for key, value in fields.items():
            if value is None:
                record.pop(key, None)
            else:
                record[key] = value

    try:
        record = context.store.update(context.scope, KIND, name, change)
    except KeyError:
        return None
    tell(context, record)
    return record


def tell(context: Context, record: Mapping[str, Any]) -> None:
    """Announce an endpoint's state, and how far its deployment is while one is under way."""
    announce(context, "SageMaker Endpoint State Change", record["EndpointArn"], _detail(record))
    if record["EndpointStatus"] in IN_PROGRESS - {"Deleting"}:
        tell_progress(context, record)


def tell_progress(context: Context, record: Mapping[str, Any]) -> None:
    """Announce how far a deployment is: its VariantStatus, of the variants that are to come or of those that change."""
    detail = _detail(record)
    if "PendingDeploymentSummary" in record:
        detail["PendingDeploymentSummary"] = milliseconds(record["PendingDeploymentSummary"])
    announce(context, "SageMaker Endpoint Deployment State Change", record["EndpointArn"], detail)


def _detail(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event's detail, whose status is in upper snake case: IN_SERVICE."""
    detail = {name: value for name, value in record.items() if name not in {"Tags", "PendingDeploymentSummary"}}
    detail["EndpointStatus"] = re.sub(r"(?<!^)(?=[A-Z])", "_", record["EndpointStatus"]).upper()
    found: dict[str, Any] = milliseconds(detail)
    return found | {"Tags": {tag["Key"]: tag["Value"] for tag in record.get("Tags", [])}}
