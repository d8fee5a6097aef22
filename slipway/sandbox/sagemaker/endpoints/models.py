"""The API of models."""

from collections.abc import Callable
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.model_files import containers_of
from slipway.sandbox.sagemaker.endpoints.record import MODEL_KIND
from slipway.sandbox.sagemaker.errors import could_not_find, validation
from slipway.sandbox.sagemaker.execution_roles import require_role

CONTAINER_LIMIT = 15
EXTRA_SOURCE_LIMIT = 5


def create_model(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Validate and remember a model; nothing is downloaded before an endpoint needs it."""
    _validate(params)
    name = params["ModelName"]
    arn = context.scope.arn(f"model/{name.lower()}")
    require_role(context, params.get("ExecutionRoleArn"), arn)
    record = {
        **params,
        "ModelArn": arn,
        "CreationTime": context.now(),
        "EnableNetworkIsolation": params.get("EnableNetworkIsolation", False),
    }
    if not context.store.create(context.scope, MODEL_KIND, name, record):
        raise validation(f'Cannot create already existing model "{arn}".')
    return {"ModelArn": arn}


def describe_model(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return everything about one model."""
    record = context.store.get(context.scope, MODEL_KIND, params["ModelName"])
    if record is None:
        raise could_not_find("model", context.scope.arn(f"model/{params['ModelName'].lower()}"))
    return {name: value for name, value in record.items() if name != "Tags" and value not in ({}, [], None)}


def delete_model(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Forget a model; endpoints that serve it go on."""
    if not context.store.delete(context.scope, MODEL_KIND, params["ModelName"]):
        raise could_not_find("model", context.scope.arn(f"model/{params['ModelName'].lower()}"))
    return {}


def _validate(params: dict[str, Any]) -> None:
    if "PrimaryContainer" in params and "Containers" in params:
        raise validation("Only one of PrimaryContainer and Containers can be specified")
    containers = containers_of(params)
    if not containers or len(containers) > CONTAINER_LIMIT:
        raise validation(f"a model has 1 to {CONTAINER_LIMIT} containers, got {len(containers)}")
    for container in containers:
        if "Image" not in container and "ModelPackageName" not in container:
            raise validation("Either Image or ModelPackageName must be specified for a container")
        if "ModelDataUrl" in container and "ModelDataSource" in container:
            raise validation("Only one of ModelDataUrl and ModelDataSource can be specified for a container")
        channels = [extra["ChannelName"] for extra in container.get("AdditionalModelDataSources", [])]
        if len(channels) > EXTRA_SOURCE_LIMIT or len(set(channels)) < len(channels):
            raise validation(
                f"AdditionalModelDataSources takes at most {EXTRA_SOURCE_LIMIT} different channels, got {channels}"
            )


OPERATIONS: dict[str, Callable[[dict[str, Any], Context], dict[str, Any]]] = {
    "CreateModel": create_model,
    "DescribeModel": describe_model,
    "DeleteModel": delete_model,
}
