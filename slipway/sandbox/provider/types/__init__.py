"""The registry of resource types: a few files a service, loaded when a token of that service is first asked for."""

import importlib
from collections.abc import Mapping
from functools import cache

import grpc

from slipway.sandbox.provider.declaration import ResourceType
from slipway.sandbox.provider.problems import Problem

MODULES: Mapping[str, tuple[str, ...]] = {
    "appautoscaling": ("appautoscaling",),
    "athena": ("athena",),
    "budgets": ("budgets",),
    "cloudtrail": ("cloudtrail",),
    "cloudwatch": (
        "cloudwatch",
        "cloudwatch_composite",
        "events",
        "events_bus",
        "logs",
        "logs_filters",
        "logs_policies",
    ),
    "ec2": ("ec2_network", "ec2_addresses", "ec2_routes", "ec2_security", "ec2_endpoints"),
    "ecr": ("ecr",),
    "glue": ("glue",),
    "iam": ("iam", "iam_oidc"),
    "kms": ("kms",),
    "lakeformation": ("lakeformation",),
    "lambda": ("lambda_functions", "lambda_permissions"),
    "s3": ("s3_buckets", "s3_settings", "s3_objects"),
    "sagemaker": ("sagemaker", "sagemaker_endpoint", "sagemaker_kept"),
    "scheduler": ("scheduler",),
    "secretsmanager": ("secretsmanager",),
    "sns": ("sns", "sns_subscriptions"),
    "sqs": ("sqs",),
    "ssm": ("ssm",),
    "vpc": ("ec2_security",),
}
"""The part of a token before the slash -> modules beside this one, each with its TYPES."""


@cache
def _of_service(service: str) -> Mapping[str, ResourceType]:
    found: dict[str, ResourceType] = {}
    for name in MODULES.get(service, ()):
        module = importlib.import_module(f"{__name__}.{name}")
        found.update({kind.type: kind for kind in module.TYPES})
    return found


def supported() -> list[str]:
    """Every token that the provider knows, sorted."""
    return sorted({token for service in MODULES for token in _of_service(service)})


def find(token: str) -> ResourceType | None:
    """Give the declaration of a type, None when there is none."""
    return _of_service(token.removeprefix("aws:").split("/")[0]).get(token)


def declared(token: str) -> ResourceType:
    """Give the declaration of a type; an unknown one is refused by name."""
    kind = find(token)
    if kind is None:
        service = token.removeprefix("aws:").split("/")[0]
        near = sorted(_of_service(service)) or [f"aws:{name}/..." for name in sorted(MODULES)]
        raise Problem(
            grpc.StatusCode.UNIMPLEMENTED,
            f"resource type {token} is not supported by the sandbox's provider, which knows {', '.join(near)}: "
            "leave the resource out of this stack by a setting, or declare its type in slipway/sandbox/provider/types",
        )
    return kind
