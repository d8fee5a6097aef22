"""AWS's own policies that allow everything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policy.rule import Asked, Rule, security_hub
from policy.seen import at, entries

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDE = ("FullAccess", "AdministratorAccess", "PowerUserAccess")


def check(asked: Asked) -> Iterator[str]:
    """AmazonSageMakerFullAccess, the usual answer to a denial, reaches every bucket with `sagemaker` in its name."""
    single = at(asked.it.properties, "policyArn")
    for arn in [*([] if single is None else [single]), *entries(asked.it.properties, "managedPolicyArns")]:
        if str(arn).endswith(_WIDE):
            yield f"{arn} allows far more than the role does: write a policy with what it needs"


RULE = Rule(
    name="full-access-policies",
    description="No role has one of AWS's policies for everything.",
    severity="high",
    controls=("IAM.1", "CKV_AWS_274"),
    link=security_hub("IAM.1"),
    looks_at=(
        "aws:iam/role:Role",
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        "aws:iam/policyAttachment:PolicyAttachment",
        "aws:iam/userPolicyAttachment:UserPolicyAttachment",
        "aws:iam/groupPolicyAttachment:GroupPolicyAttachment",
    ),
    check=check,
    met_by=("slipway:serving:ServingRole", "slipway:training:TrainingEnvironment"),
)
