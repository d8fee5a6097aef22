"""Acting as an execution role: what SageMaker does with a role that a job or a model names.

Without enforced permissions everything acts as the account, so roles need not even exist.
https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Protocol

from slipway.sandbox.sagemaker.errors import validation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from slipway.sandbox.gateway.clients import AwsClients
    from slipway.sandbox.sagemaker.context import Context, Scope

SAGEMAKER = "sagemaker.amazonaws.com"
IMAGE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.(?P<suffix>amazonaws\.[a-z.]+)/(?P<name>[^:@]+).*"
)
PULL = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")


class RoleNotAssumableError(Exception):
    """SageMaker may not take a role; the message is AWS's."""


class Roles(Protocol):
    """Where sessions of roles come from."""

    def clients(self, scope: Scope, role: str, source: str, service: str) -> AwsClients:
        """Return clients with which a service acts as a role for a resource; raises RoleNotAssumableError."""

    def refusal(
        self, clients: AwsClients, scope: Scope, action: str, resource: str, keys: Mapping[str, str]
    ) -> str | None:
        """Return AWS's words where the clients' role may not do what makes no request of its own here."""


def as_role(context: Context, role: str | None, source: str, service: str = SAGEMAKER) -> Context:
    """Return a context in which a service acts as a role for the resource `source`. Raises RoleNotAssumableError."""
    if context.roles is None or role is None:
        return context
    return dataclasses.replace(context, aws=context.roles.clients(context.scope, role, source, service))


def require_role(context: Context, role: str | None, source: str) -> None:
    """Refuse a request that names a role which SageMaker may not take. Raises ApiError."""
    try:
        as_role(context, role, source)
    except RoleNotAssumableError as error:
        raise validation(str(error)) from error


def refused_pull(context: Context, image: str) -> str | None:
    """Return why the context's role may not pull an image of the account's registry, None when it may."""
    found = IMAGE.fullmatch(image)
    if context.roles is None or found is None or found["account"] != context.scope.account:
        return None
    repository = dataclasses.replace(context.scope, region=found["region"]).arn(f"repository/{found['name']}", "ecr")
    needs = [("GetAuthorizationToken", "*"), *((action, repository) for action in PULL)]
    for action, resource in needs:
        refusal = context.roles.refusal(context.aws, context.scope, f"ecr:{action}", resource, {})
        if refusal is not None:
            return refusal
    return None


def refused_volume(context: Context, key: str | None) -> str | None:
    """Return why the context's role may not have a volume encrypted with a key, None when it may."""
    if context.roles is None or not key:
        return None
    arn = key if key.startswith("arn:") else context.scope.arn(f"key/{key}", "kms")
    keys = {"kms:GrantIsForAWSResource": "true", "kms:ViaService": f"sagemaker.{context.scope.region}.amazonaws.com"}
    return context.roles.refusal(context.aws, context.scope, "kms:CreateGrant", arn, keys)
