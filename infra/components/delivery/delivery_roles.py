"""The two roles that jobs of one GitHub repository may take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

from infra.components.delivery.reading import reading_policy, state_policy
from infra.components.delivery.trust import github_trust
from infra.components.delivery.writing import data_policy, operations_policy, roles_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.components.delivery.place import Place
    from infra.components.delivery.trust import Repository

_TWO_HOURS = 7200  # a rollout may take one


@dataclass(frozen=True, kw_only=True)
class DeliveryRolesArgs:
    """What DeliveryRoles are made from."""

    place: Place
    """Where the stack's resources are."""
    repository: Repository
    """Repository whose jobs take the roles."""
    github_environment: str
    """GitHub environment whose jobs may deploy."""
    provider_arn: pulumi.Input[str]
    """GitHub's identity provider."""
    preview_role_name: str
    """Name of the role that reads; the workflow writes it down."""
    deploy_role_name: str
    """Name of the role that deploys; likewise."""
    state_bucket_arn: str
    """Bucket of the stacks' states."""
    state_key_arn: pulumi.Input[str]
    """KMS key of the state's secrets."""
    boundary_arn: str
    """Policy that bounds every role that a deployment makes."""


class DeliveryRoles(pulumi.ComponentResource):
    """A role that reads, for pull requests, and one that deploys, for one GitHub environment."""

    arns: Mapping[str, pulumi.Output[str]]
    """`preview_role_arn` of the role that reads, `deploy_role_arn` of the one that deploys."""

    def __init__(self, name: str, args: DeliveryRolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:delivery:DeliveryRoles", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)

        # Managed policies, not inline ones: together they are longer than what IAM takes inline.
        policies = {
            part: aws.iam.Policy(f"{name}-{part}", name=f"{args.place.prefix}-{part}", policy=policy, opts=child)
            for part, policy in (
                ("read", reading_policy(args.place)),
                ("roles", roles_policy(args.place, args.boundary_arn)),
                ("data", data_policy(args.place)),
                ("operations", operations_policy(args.place)),
            )
        }
        arns: dict[str, pulumi.Output[str]] = {}
        for purpose, role_name, contexts, parts in (
            # On the main branch: the plan that a deployment is held to, and the daily look for drift.
            ("preview", args.preview_role_name, ("pull_request", "ref:refs/heads/main"), ("read",)),
            ("deploy", args.deploy_role_name, (f"environment:{args.github_environment}",), tuple(policies)),
        ):
            role = aws.iam.Role(
                f"{name}-{purpose}",
                name=role_name,
                description=f"Jobs of GitHub repository {args.repository.name}: {purpose}",
                assume_role_policy=pulumi.Output.from_input(args.provider_arn).apply(
                    partial(github_trust, args.repository, contexts)
                ),
                max_session_duration=_TWO_HOURS,
                opts=child,
            )
            aws.iam.RolePolicy(
                f"{name}-{purpose}-state",
                role=role.name,
                policy=pulumi.Output.from_input(args.state_key_arn).apply(
                    partial(state_policy, args.state_bucket_arn, writing=purpose == "deploy")
                ),
                opts=child,
            )
            for part in parts:
                aws.iam.RolePolicyAttachment(
                    f"{name}-{purpose}-{part}", role=role.name, policy_arn=policies[part].arn, opts=child
                )
            arns[purpose] = role.arn

        self.arns = {"preview_role_arn": arns["preview"], "deploy_role_arn": arns["deploy"]}
        self.register_outputs({"arns": self.arns})
