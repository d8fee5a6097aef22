"""The API of endpoint configurations."""

from collections.abc import Callable
from typing import Any

from slipway.sandbox.sagemaker.context import Context
from slipway.sandbox.sagemaker.endpoints.record import CONFIG_KIND, MODEL_KIND
from slipway.sandbox.sagemaker.errors import could_not_find, validation


def create_endpoint_config(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Validate and remember a configuration, which never changes."""
    _validate(params, context)
    name = params["EndpointConfigName"]
    arn = _arn(name, context)
    variants = {part: [_with_defaults(each) for each in params[part]] for part in _PARTS if part in params}
    record = {**params, **variants, "EndpointConfigArn": arn, "CreationTime": context.now()}
    if not context.store.create(context.scope, CONFIG_KIND, name, record):
        raise validation(f'Cannot create already existing endpoint configuration "{arn}".')
    return {"EndpointConfigArn": arn}


def describe_endpoint_config(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Return everything about one configuration."""
    record = context.store.get(context.scope, CONFIG_KIND, params["EndpointConfigName"])
    if record is None:
        raise could_not_find("endpoint configuration", _arn(params["EndpointConfigName"], context))
    return {name: value for name, value in record.items() if name != "Tags" and value not in ({}, [], None)}


def delete_endpoint_config(params: dict[str, Any], context: Context) -> dict[str, Any]:
    """Forget a configuration; endpoints that serve it go on."""
    if not context.store.delete(context.scope, CONFIG_KIND, params["EndpointConfigName"]):
        raise could_not_find("endpoint configuration", _arn(params["EndpointConfigName"], context))
    return {}


_PARTS = ("ProductionVariants", "ShadowProductionVariants")
_MISSING = {"AsyncInferenceConfig": "asynchronous inference", "ExplainerConfig": "online explanation"}


def _with_defaults(variant: dict[str, Any]) -> dict[str, Any]:
    """Return a variant as AWS describes it: the weight is always there."""
    return {"InitialVariantWeight": 1.0, **variant}


def _validate(params: dict[str, Any], context: Context) -> None:
    variants = [each for part in _PARTS for each in params.get(part, [])]
    names = [each["VariantName"] for each in variants]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise validation(f"Variant names must be unique, got {', '.join(twice)} more than once")
    for member, what in _MISSING.items():
        if member in params:
            raise validation(f"{member}: {what} is not in the sandbox")
    for variant in variants:
        if "ModelName" not in variant:
            raise validation(
                f"variant {variant['VariantName']} has no ModelName: inference components are not in the sandbox"
            )
        if "ServerlessConfig" not in variant and "InitialInstanceCount" not in variant:
            raise validation(f"InitialInstanceCount is required for variant {variant['VariantName']}")
        model = context.scope.arn(f"model/{variant['ModelName'].lower()}")
        if context.store.get(context.scope, MODEL_KIND, variant["ModelName"]) is None:
            raise could_not_find("model", model)
    if "ShadowProductionVariants" in params and len(params["ProductionVariants"]) != 1:
        raise validation("a shadow variant needs exactly one production variant")


def _arn(name: str, context: Context) -> str:
    return context.scope.arn(f"endpoint-config/{name.lower()}")


OPERATIONS: dict[str, Callable[[dict[str, Any], Context], dict[str, Any]]] = {
    "CreateEndpointConfig": create_endpoint_config,
    "DescribeEndpointConfig": describe_endpoint_config,
    "DeleteEndpointConfig": delete_endpoint_config,
}
