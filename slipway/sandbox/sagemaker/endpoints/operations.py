"""The API of endpoints, and the table of this room's operations.

Sources: botocore's documentation of the operations; what is refused while an endpoint is in progress, and in which
words, is seen in public reports. That an update needs the configuration that serves, too, to exist is in
hashicorp/terraform-provider-aws#48997.
"""

from collections.abc import Callable
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints import configurations, deployment, guardrails, models
from slipway.sandbox.sagemaker.endpoints.progress import LAUNCHING, pending_summary
from slipway.sandbox.sagemaker.endpoints.record import (
    CONFIG_KIND,
    IN_PROGRESS,
    KIND,
    MODEL_KIND,
    UPDATABLE,
    capture_summary,
    planned_variants,
    release_of,
    set_status,
    tell,
)
from slipway.sandbox.sagemaker.endpoints.rescaling import updating_variants
from slipway.sandbox.sagemaker.endpoints.resolving import resolved_images
from slipway.sandbox.sagemaker.endpoints.traffic import effective, instances_of, stages_of
from slipway.sandbox.sagemaker.errors import could_not_find, validation


def create_endpoint(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Remember an endpoint and begin to bring it up."""
    name = params["EndpointName"]
    arn = _arn(name, context)
    release = _release(params["EndpointConfigName"], context)
    guardrails.check(params.get("DeploymentConfig"), release["config"]["ProductionVariants"], None)
    record = {
        "EndpointName": name,
        "EndpointArn": arn,
        "EndpointConfigName": params["EndpointConfigName"],
        "EndpointStatus": "Creating",
        "CreationTime": context.now(),
        "LastModifiedTime": context.now(),
        "ProductionVariants": planned_variants(release),
        "PendingDeploymentSummary": pending_summary(release, context.now(), LAUNCHING),
        "Tags": params.get("Tags", []),
    }
    capture = capture_summary(release["config"])
    if capture is not None:
        record["DataCaptureConfig"] = capture
    if "DeploymentConfig" in params:
        record["LastDeploymentConfig"] = params["DeploymentConfig"]
    if not context.store.create(context.scope, KIND, name, record):
        raise validation(f'Cannot create already existing endpoint "{arn}".')
    tell(context, record)
    deployment.create(context, name, release)
    return {"EndpointArn": arn}


def describe_endpoint(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return everything about one endpoint."""
    record = _existing(params, context)
    return {name: value for name, value in record.items() if name != "Tags" and value not in ({}, [], None)}


def update_endpoint(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Begin an update to another configuration."""
    name = params["EndpointName"]
    release = _release(params["EndpointConfigName"], context)
    record = _existing(params, context)
    _require_updatable(record, context)
    _require_config(record["EndpointConfigName"], context)
    if params.get("RetainAllVariantProperties", False):
        excluded = {each["VariantPropertyType"] for each in params.get("ExcludeRetainedVariantProperties", [])}
        _retain(release, record, excluded)
    config = params.get("DeploymentConfig")
    if config is None and params.get("RetainDeploymentConfig", False):
        config = record.get("LastDeploymentConfig")
    variants = release["config"]["ProductionVariants"]
    guardrails.check(config, variants, record["ProductionVariants"])
    stages = stages_of(effective(config, variants), instances_of(variants))
    fields = {
        "PendingDeploymentSummary": pending_summary(release, context.now(), stages[0]),
        "LastDeploymentConfig": config,
        "FailureReason": None,
    }
    _claim(name, context, "Updating", fields)
    deployment.update(context, name, release, config)
    return {"EndpointArn": record["EndpointArn"]}


def update_endpoint_weights_and_capacities(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Begin to give variants new weights and instance counts."""
    name = params["EndpointName"]
    record = _existing(params, context)
    _require_updatable(record, context)
    known = {each["VariantName"] for each in record["ProductionVariants"]}
    wanted = params["DesiredWeightsAndCapacities"]
    for change in wanted:
        if change["VariantName"] not in known:
            raise validation(f'Variant "{change["VariantName"]}" is not one of {", ".join(sorted(known))}')
        if change.get("DesiredInstanceCount", 1) < 1:
            raise validation(f'DesiredInstanceCount of variant "{change["VariantName"]}" must be at least 1, got 0')
    changing = updating_variants(record["ProductionVariants"], wanted, context.now())
    _claim(name, context, "Updating", {"FailureReason": None, "ProductionVariants": changing})
    deployment.reweigh(context, name, wanted)
    return {"EndpointArn": record["EndpointArn"]}


def delete_endpoint(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Begin to take an endpoint down."""
    record = _existing(params, context)
    if record["EndpointStatus"] == "Deleting":
        return {}
    _claim(params["EndpointName"], context, "Deleting", {})
    deployment.delete(context, params["EndpointName"])
    return {}


def _claim(name: str, context: Context, status: str, fields: dict[str, Any]) -> None:
    """Become Updating or Deleting unless another request was faster."""

    def check(record: dict[str, Any]) -> None:
        if status == "Deleting":
            _refuse_in_progress(record)
        else:
            _require_updatable(record, context)

    if set_status(context, name, status, check, **fields) is None:
        raise could_not_find("endpoint", _arn(name, context))


def _existing(params: dict[str, Any], context: Context) -> dict[str, Any]:
    record = context.store.get(context.scope, KIND, params["EndpointName"])
    if record is None:
        raise could_not_find("endpoint", _arn(params["EndpointName"], context))
    return record


def _refuse_in_progress(record: dict[str, Any]) -> None:
    if record["EndpointStatus"] in IN_PROGRESS:
        raise validation(f'Cannot update in-progress endpoint "{record["EndpointArn"]}".')


def _require_updatable(record: dict[str, Any], context: Context) -> None:
    _refuse_in_progress(record)
    if record["EndpointStatus"] not in UPDATABLE:
        arn = _arn(record["EndpointName"], context)
        raise validation(
            f'Cannot update endpoint "{arn}" in status {record["EndpointStatus"]}; delete it and create it again'
        )


def _release(config_name: str, context: Context) -> dict[str, Any]:
    """Return a configuration with its models, as they are now. Raises as SageMaker does when one is missing."""
    config = _require_config(config_name, context)
    found = {}
    for variant in [*config["ProductionVariants"], *config.get("ShadowProductionVariants", [])]:
        model = context.store.get(context.scope, MODEL_KIND, variant["ModelName"])
        if model is None:
            raise could_not_find("model", context.scope.arn(f"model/{variant['ModelName'].lower()}"))
        found[variant["ModelName"]] = model
    return release_of(config, found, resolved_images(found.values(), context))


def _require_config(name: str, context: Context) -> dict[str, Any]:
    config = context.store.get(context.scope, CONFIG_KIND, name)
    if config is None:
        raise could_not_find("endpoint configuration", context.scope.arn(f"endpoint-config/{name.lower()}"))
    return config


def _retain(release: dict[str, Any], record: dict[str, Any], excluded: set[str]) -> None:
    """Keep weights and instance counts of variants that go on, except the properties that are excluded."""
    current = {each["VariantName"]: each for each in record["ProductionVariants"]}
    for variant in release["config"]["ProductionVariants"]:
        old = current.get(variant["VariantName"], {})
        if "DesiredWeight" not in excluded and "DesiredWeight" in old:
            variant["InitialVariantWeight"] = old["DesiredWeight"]
        if "DesiredInstanceCount" not in excluded and "DesiredInstanceCount" in old:
            variant["InitialInstanceCount"] = old["DesiredInstanceCount"]


def _arn(name: str, context: Context) -> str:
    return context.scope.arn(f"endpoint/{name.lower()}")


OPERATIONS: dict[str, Callable[[dict[str, Any], Context], dict[str, Any]]] = {
    **models.OPERATIONS,
    **configurations.OPERATIONS,
    "CreateEndpoint": create_endpoint,
    "DescribeEndpoint": describe_endpoint,
    "UpdateEndpoint": update_endpoint,
    "UpdateEndpointWeightsAndCapacities": update_endpoint_weights_and_capacities,
    "DeleteEndpoint": delete_endpoint,
}
