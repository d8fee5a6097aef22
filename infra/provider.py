"""The one AWS provider of a stack: explicit, so that nothing can be made in another account or region by accident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi_aws as aws

if TYPE_CHECKING:
    from infra.naming import Names
    from infra.settings import StackSection


def default_tags(stack: StackSection, names: Names) -> dict[str, str]:
    """Return the tags of everything that can have tags."""
    tags = {
        "project": names.project,
        "stack": names.stack,
        "environment": stack.environment,
        "owner": stack.owner,
    }
    if stack.cost_center is not None:
        tags["cost-center"] = stack.cost_center
    if stack.pull_request is not None:
        tags["pull-request"] = str(stack.pull_request)
    return tags


def aws_provider(stack: StackSection, names: Names) -> aws.Provider:
    """Declare the provider: it refuses any account but the stack's own. Credentials come from the environment."""
    return aws.Provider(
        "aws",
        region=stack.region,
        allowed_account_ids=[stack.account],
        default_tags=aws.ProviderDefaultTagsArgs(tags=default_tags(stack, names)),
    )
