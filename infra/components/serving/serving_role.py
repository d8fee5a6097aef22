"""The execution role of endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.security.statements import assume_by_sagemaker, document, key_policy
from infra.components.serving.permissions import ServingPlace, rollback_policy, serving_policy

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, kw_only=True)
class ServingRoleArgs:
    """What a ServingRole is made from."""

    account_id: str
    """Account of the endpoint."""
    region: str
    """Region of the endpoint."""
    endpoint_name: str
    """Endpoint whose log group the role may write to."""
    artifacts_bucket: pulumi.Input[str]
    """Bucket of models and code, which endpoints read."""
    captures_bucket: pulumi.Input[str]
    """Bucket that captured requests and answers go to."""
    key_arn: pulumi.Input[str]
    """KMS key of the buckets and the disks."""
    repository_name: str
    """ECR repository of the serving image."""
    rollback_alarm_arns: Sequence[pulumi.Input[str]] = ()
    """Alarms that take a rollout back: SageMaker looks at them with this role. Left out: there are none."""
    permissions_boundary_arn: pulumi.Input[str] | None = None
    """IAM policy that bounds the role. Left out: no boundary."""


class ServingRole(pulumi.ComponentResource):
    """A role for SageMaker to run one endpoint with."""

    arn: pulumi.Output[str]
    """ARN of the role."""
    policies: list[pulumi.Resource]
    """The role's policies, for what SageMaker checks against them at once."""

    def __init__(self, name: str, args: ServingRoleArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:ServingRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        place: ServingPlace = {
            "account_id": args.account_id,
            "region": args.region,
            "endpoint_name": args.endpoint_name,
            "repository_name": args.repository_name,
        }

        role = aws.iam.Role(
            name,
            description="Execution role of endpoints",
            assume_role_policy=document([assume_by_sagemaker(args.account_id)]),
            permissions_boundary=args.permissions_boundary_arn,
            opts=child,
        )
        data = aws.iam.RolePolicy(
            f"{name}-data",
            role=role.name,
            policy=pulumi.Output.all(artifacts=args.artifacts_bucket, captures=args.captures_bucket).apply(
                partial(serving_policy, place)
            ),
            opts=child,
        )
        key = aws.iam.RolePolicy(
            f"{name}-key", role=role.name, policy=pulumi.Output.from_input(args.key_arn).apply(key_policy), opts=child
        )

        self.arn = role.arn
        self.policies = [data, key]
        if args.rollback_alarm_arns:
            self.policies.append(
                aws.iam.RolePolicy(
                    f"{name}-alarms",
                    role=role.name,
                    policy=pulumi.Output.all(*args.rollback_alarm_arns).apply(rollback_policy),
                    opts=child,
                )
            )
        self.register_outputs({"arn": self.arn})
