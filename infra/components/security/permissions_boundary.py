"""The permissions boundary of a stack's roles."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.components.security.boundary import boundary_policy


@dataclass(frozen=True, kw_only=True)
class PermissionsBoundaryArgs:
    """What a PermissionsBoundary is made from."""

    account_id: str
    """Account that the roles may not leave."""
    region: str
    """Region that the roles may not leave."""
    policy_name: str
    """Name of the policy: whoever makes roles is allowed to by it, before the policy exists."""
    repository_prefix: str
    """How the names of the image repositories begin."""


class PermissionsBoundary(pulumi.ComponentResource):
    """A managed policy that no role of the stack can exceed."""

    arn: pulumi.Output[str]
    """ARN of the policy."""

    def __init__(self, name: str, args: PermissionsBoundaryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:security:PermissionsBoundary", name, None, opts)

        policy = aws.iam.Policy(
            name,
            name=args.policy_name,
            description="The most that a role of the stack may do",
            policy=boundary_policy(args.account_id, args.region, args.repository_prefix),
            opts=pulumi.ResourceOptions(parent=self),
        )

        self.arn = policy.arn
        self.register_outputs({"arn": self.arn})
