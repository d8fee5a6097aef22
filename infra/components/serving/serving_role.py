"""The execution role of endpoints."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.network.joining import Subnets, joining_policy
from infra.components.security.statements import assume_by_sagemaker, document, key_policy
from infra.components.serving.permissions import (
    ServingPlace,
    asynchronous_policy,
    notify_policy,
    rollback_policy,
    serving_policy,
)

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
    asynchronous: bool = False
    """Whether a release is asynchronous: reads requests from the captures bucket and answers there."""
    notify_topic_arn: pulumi.Input[str] | None = None
    """Topic that it may tell of its answers. Left out: none."""
    subnets: Subnets | None = None
    """Where the models join a network. Left out: they are in SageMaker's own."""
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
        network = joining_policy(args.account_id, args.region, args.subnets)
        if network is not None:
            self.policies.append(aws.iam.RolePolicy(f"{name}-network", role=role.name, policy=network, opts=child))
        if args.rollback_alarm_arns:
            self.policies.append(
                aws.iam.RolePolicy(
                    f"{name}-alarms",
                    role=role.name,
                    policy=pulumi.Output.all(*args.rollback_alarm_arns).apply(rollback_policy),
                    opts=child,
                )
            )
        if args.asynchronous:
            captures = pulumi.Output.from_input(args.captures_bucket)
            self.policies.append(
                aws.iam.RolePolicy(
                    f"{name}-asynchronous",
                    role=role.name,
                    policy=captures.apply(partial(asynchronous_policy, args.region)),
                    opts=child,
                )
            )
        if args.notify_topic_arn is not None:
            self.policies.append(
                aws.iam.RolePolicy(
                    f"{name}-notify",
                    role=role.name,
                    policy=pulumi.Output.from_input(args.notify_topic_arn).apply(notify_policy),
                    opts=child,
                )
            )
        self.register_outputs({"arn": self.arn})
